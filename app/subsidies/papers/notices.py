"""Guardians' notices of a quarter: one page each, in bundles with a cover sheet per village."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.money import Money
from app.core.quarter import Quarter
from app.core.reasons import say
from app.people.vault import Vault
from app.subsidies.models import SubsidyRun
from app.subsidies.papers.labels import office_phone, paying_office, period_label
from app.subsidies.queries.lines import FrozenLine, account_tails, frozen_lines
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.transitions import PaymentState
from reports.notice import ArithmeticLine, GuardianNotice, NoticeBundle, NoticeKind
from reports.wording import Provenance

APPEAL_DAYS = 15
_KINDS = {LineState.PAY: NoticeKind.PAY, LineState.HOLD: NoticeKind.HOLD, LineState.REFUSE: NoticeKind.REFUSE}

# What a guardian is told of days that do not count; neutral words without places or dates.
_EXCLUDED = {
    "no_agreement": "协议期外",
    "dead": "身故后",
    "not_here": "不在本地期间",
    "not_managed": "未纳入服务期间",
    "custody": "由机构照管期间",
    "inpatient": "住院",
    "lost": "失去联系期间",
    "care_facility": "机构托养期间",
}
_REMEDY = "请带本人身份证和协议到村（社区）或上述电话核对。"


def notice_bundle(
    session: Session, vault: Vault, actor: Actor, run: SubsidyRun, today: date, now: datetime
) -> NoticeBundle:
    """All notices of the run, by town and village: 发放、暂缓 and 不予发放告知书."""
    quarter = Quarter.parse(run.period)
    frozen = frozen_lines(session, actor, run)
    tails = account_tails(session, vault, [one.row for one in frozen])
    phone = office_phone(session, run)
    return NoticeBundle(
        office=paying_office(session, run),
        period_label=period_label(run),
        period_from=quarter.first_day,
        period_to=quarter.last_day,
        issued_on=today,
        contact_office=paying_office(session, run),
        contact_phone=phone,
        notices=tuple(
            _notice(run, quarter, number, one, tails, phone, today) for number, one in enumerate(frozen, start=1)
        ),
        provenance=Provenance(run.digest or "草稿未锁定", actor.name, now),
    )


def _notice(
    run: SubsidyRun, quarter: Quarter, number: int, one: FrozenLine, tails: dict[int, str], phone: str, today: date
) -> GuardianNotice:
    line, snapshot = one.row, one.snapshot
    kind = _KINDS[line.decision]
    if line.payment in (PaymentState.RETURNED, PaymentState.WITHHELD):
        kind = NoticeKind.HOLD
    agreement = snapshot["agreement"]
    is_paid = kind is NoticeKind.PAY
    said = (line.why,) if line.why else line.reasons
    return GuardianNotice(
        kind=kind,
        serial=f"{quarter.year}-{quarter.number}-{number:05d}",
        check_code=check_code(run, line.public_id),
        town=line.town,
        village=line.village,
        guardian=line.payee,
        agreement_number=line.agreement_number,
        agreement_from=date.fromisoformat(agreement["from"]),
        agreement_to=date.fromisoformat(agreement["to"]),
        days=line.days,
        days_in_period=quarter.days,
        amount_fen=line.amount_fen if is_paid else 0,
        amount_capital=Money(line.amount_fen).capital() if is_paid else "",
        arithmetic=_arithmetic(snapshot) if is_paid else (),
        account_tail=tails.get(line.account_id or 0, ""),
        reasons=() if is_paid else tuple(say(why) for why in said),
        remedy="" if is_paid else _REMEDY,
        appeal_until=None if is_paid else today + timedelta(days=APPEAL_DAYS),
        appeal_phone="" if is_paid else phone,
    )


def check_code(run: SubsidyRun, line_public_id: str) -> str:
    """ASCII code under the QR: run's fingerprint and line, twelve characters that anybody can have checked at the office."""
    return hashlib.sha256(f"{run.digest}:{line_public_id}".encode()).hexdigest()[:12].upper()


def _arithmetic(snapshot: dict[str, Any]) -> tuple[ArithmeticLine, ...]:
    """The full quarter, minus each kind of day that does not count, minus another's share: adds up to the amount."""
    computed = snapshot["computation"]
    steps = [ArithmeticLine("全季度", computed["full_fen"])]
    steps += [
        ArithmeticLine(f"{_EXCLUDED[one['kind']]} {one['days']} 天不计", -one["fen"]) for one in computed["deductions"]
    ]
    share = snapshot["amount_fen"] - computed["amount_fen"]
    if share:
        steps.append(ArithmeticLine("另一监护人的份额", share))
    return tuple(steps) if len(steps) > 1 else ()

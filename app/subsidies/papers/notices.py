"""Guardians' notices of a quarter: one page each, in bundles with a cover sheet per village."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.money import Money
from app.core.period import Period, parse_period
from app.core.quarter import Quarter
from app.people.vault import Vault
from app.subsidies.models import RunKind, SubsidyRun
from app.subsidies.papers.labels import office_phone, paying_office, period_label
from app.subsidies.papers.marks import marked, print_of_run
from app.subsidies.queries.letters import letter_code, lines_without_letter
from app.subsidies.queries.lines import FrozenLine, LineRow, account_tails, frozen_lines, knows_reasons
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.transitions import RunState
from reports.notice import ArithmeticLine, GuardianNotice, NoticeBundle, NoticeKind

APPEAL_DAYS = 15
_KINDS = {LineState.PAY: NoticeKind.PAY, LineState.HOLD: NoticeKind.HOLD, LineState.REFUSE: NoticeKind.REFUSE}

# What a guardian is told of days that do not count; neutral words without places or dates.
EXCLUDED = {
    "no_agreement": "协议期外",
    "dead": "协议终止后",
    "not_here": "不在本地期间",
    "not_managed": "未纳入服务期间",
    "custody": "由机构照管期间",
    "inpatient": "住院",
    "lost": "失去联系期间",
    "care_facility": "机构托养期间",
}
_NOT_COUNTED = "未计"  # the same where the printer's role may not know why

# Why nothing is paid this time, as a letter may say it that others could read: no illness, no level, no incident.
TOLD = {
    "subsidies.refuse.no_scheme": "本县已停止发放这项补贴。",
    "subsidies.refuse.paid_already": "本季度的补贴已经发放。",
    "subsidies.refuse.not_registered": "本季度未在本地登记服务。",
    "subsidies.refuse.not_signed": "监护协议尚未签订。",
    "subsidies.refuse.level": "本季度不在本县规定的发放范围内。",
    "subsidies.refuse.second_guardian": "本县不向第二监护人发放这项补贴。",
    "subsidies.refuse.no_days": "本季度没有可以计发的天数。",
    "subsidies.refuse.no_amount": "按天数计算，本季度金额不足 0.01 元。",
    "subsidies.hold.incident": "监护履责情况需要核定。",
    "subsidies.hold.death_estimated": "协议终止的日期需要核实。",
    "subsidies.hold.not_identified": "证件信息需要补充。",
    "subsidies.hold.paid_elsewhere": "登记信息需要核对。",
    "subsidies.hold.no_level": "本季度的服务评估尚未完成。",
    "subsidies.hold.never_seen": "上门服务记录需要核实。",
    "subsidies.hold.not_seen": "上门服务记录需要核实。",
    "subsidies.hold.before_import": "这一季度此前是否已经发放，需要核对。",
    "subsidies.hold.returned": "银行上次未能入账，领款账户需要核对。",
    "subsidies.hold.payee_dead": "领款人需要重新确定。",
    "subsidies.hold.no_account": "没有登记领款账户。",
    "subsidies.hold.account_name": "账户户名与领款人姓名不一致。",
    "subsidies.hold.account_shared": "领款账户信息需要核对。",
    "subsidies.hold.account_denied": "领款账户需要向您本人核实。",
    "subsidies.hold.account_changed": "领款账户新近变更，需要向您本人核实。",
    "subsidies.hold.guardian_changed": "监护人更换的材料需要核对。",
    "subsidies.hold.duty_missing": "本季度履责认定尚未完成。",
    "subsidies.hold.duty_failed": "本季度履责认定未通过。",
    "subsidies.hold.objection": "公示期间有事项需要核对。",
    "subsidies.hold.office_police": "监护履责情况需要核定。",
    "subsidies.hold.office_town": "发放资格需要核对。",
    "subsidies.hold.office_health": "登记服务情况需要核对。",
    "subsidies.decided.refuse": "经核定，本季度不予发放。",
    "subsidies.withheld.payee_dead": "领款人需要重新确定。",
    "subsidies.withheld.after_death": "计发的天数需要更正。",
    "subsidies.withheld.account_closed": "领款账户已停用。",
    "subsidies.returns.returned": "银行未能入账，款项已退回。",
}
_UNSAID = "有事项需要核实。"
_REMEDY = "请带本人身份证和协议到村（社区）核对。"
_FAMILY_REMEDY = "请家属带身份证和关系证明到村（社区）核对。"
_DEAD = TOLD["subsidies.hold.payee_dead"]


def notice_bundle(
    session: Session, vault: Vault, actor: Actor, run: SubsidyRun, today: date, now: datetime
) -> NoticeBundle:
    """The run's notices by town and village: 发放、暂缓 and 不予发放告知书. Their numbers stay when a line needs none."""
    quarter = parse_period(run.period)
    frozen = frozen_lines(session, actor, run)
    without = lines_without_letter(session, run)
    tails = account_tails(session, vault, actor, [one.row for one in frozen])
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
            _notice(run, quarter, number, one, tails, phone, today, knows_reasons(actor))
            for number, one in enumerate(frozen, start=1)
            if one.row.id not in without
        ),
        is_paid_out=run.state is RunState.SETTLED,
        provenance=marked(vault.keyring, actor, print_of_run(run, "notices", actor, now)),
    )


def _notice(
    run: SubsidyRun,
    quarter: Period,
    number: int,
    one: FrozenLine,
    tails: dict[int, str],
    phone: str,
    today: date,
    is_why_known: bool,
) -> GuardianNotice:
    line, snapshot = one.row, one.snapshot
    kind = _kind(line)
    agreement = snapshot["agreement"]
    is_paid = kind is NoticeKind.PAY
    return GuardianNotice(
        kind=kind,
        serial=_serial(run, quarter, number),
        check_code=letter_code(run, line.public_id),
        town=line.town,
        village=line.village,
        guardian=f"{line.payee}家属" if line.is_payee_dead else line.payee,
        agreement_number=line.agreement_number,
        agreement_from=date.fromisoformat(agreement["from"]),
        agreement_to=date.fromisoformat(agreement["to"]),
        days=line.days,
        days_in_period=quarter.days,
        amount_fen=line.amount_fen if is_paid else 0,
        amount_capital=Money(line.amount_fen).capital() if is_paid else "",
        arithmetic=_arithmetic(snapshot, is_why_known) if is_paid else (),
        account_tail=tails.get(line.account_id or 0, ""),
        reasons=() if is_paid else _told(line),
        remedy="" if is_paid else _FAMILY_REMEDY if line.is_payee_dead else _REMEDY,
        appeal_until=None if is_paid else today + timedelta(days=APPEAL_DAYS),
        appeal_phone="" if is_paid else phone,
    )


def _kind(line: LineRow) -> NoticeKind:
    """Nobody is told that a payment is on its way to somebody who has died."""
    is_waiting = not line.is_live or (line.decision is LineState.PAY and line.is_payee_dead)
    return NoticeKind.HOLD if is_waiting else _KINDS[line.decision]


def _serial(run: SubsidyRun, quarter: Period, number: int) -> str:
    """`2026-3-00017`, and in a supplementary run `2026-3-S01-00017`: no two letters of a quarter share a number."""
    batch = f"S{run.number:02d}-" if run.kind is RunKind.SUPPLEMENTARY else ""
    which = quarter.number if isinstance(quarter, Quarter) else str(quarter)[4:]
    return f"{quarter.year}-{which}-{batch}{number:05d}"


def _told(line: LineRow) -> tuple[str, ...]:
    """Each cause once, in neutral words; flags and sums are not for a letter."""
    told = dict.fromkeys(TOLD[one.code] for one in line.because if one.code in TOLD)
    if line.decision is LineState.PAY and line.is_payee_dead:
        told.setdefault(_DEAD)
    return tuple(told) or (_UNSAID,)


def _arithmetic(snapshot: dict[str, Any], is_why_known: bool) -> tuple[ArithmeticLine, ...]:
    """The quarter of a year's amount, minus each kind of day that does not count, minus another's share: adds up to the amount."""
    computed = snapshot["computation"]
    annual = Money(computed.get("annual_fen", snapshot["policy"]["terms"]["annual_fen"]) or 0)
    parts = 12 // len(computed["months"])
    whole = f"每年 {annual.grouped} 元"
    steps = [ArithmeticLine(whole if parts == 1 else f"{whole} ÷ {parts}", computed["full_fen"])]
    steps += [
        ArithmeticLine(f"{EXCLUDED[one['kind']] if is_why_known else _NOT_COUNTED} {one['days']} 天不计", -one["fen"])
        for one in computed["deductions"]
    ]
    share = snapshot["amount_fen"] - computed["amount_fen"]
    if share:
        steps.append(ArithmeticLine("另一监护人的份额", share))
    return tuple(steps) if len(steps) > 1 else (*steps, ArithmeticLine("没有不计的天数", 0))

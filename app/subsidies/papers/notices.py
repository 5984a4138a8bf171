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
from app.subsidies.models import LineKind, RunKind, SubsidyRun
from app.subsidies.papers.labels import office_phone, paying_office, period_label, period_name
from app.subsidies.papers.marks import marked, print_of_run
from app.subsidies.queries.letters import letter_code, lines_without_letter
from app.subsidies.queries.lines import FrozenLine, LineRow, account_tails, frozen_lines, knows_reasons
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.transitions import PaymentState, RunState
from reports.notice import ArithmeticLine, GuardianNotice, NoticeBundle, NoticeKind
from reports.wording import chinese_date

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
    "other_record": "已另行发放的",
}
_NOT_COUNTED = "未计"  # the same where the printer's role may not know why

# Why nothing is paid this time, as a letter may say it that others could read: no illness, no level, no incident.
TOLD = {
    "subsidies.refuse.no_scheme": "本县已停止发放这项补贴。",
    "subsidies.refuse.paid_already": "本期的补贴已经发放。",
    "subsidies.refuse.not_registered": "本期未在本地登记服务。",
    "subsidies.refuse.not_signed": "监护协议尚未签订。",
    "subsidies.refuse.level": "本期不在本县规定的发放范围内。",
    "subsidies.refuse.second_guardian": "本县不向第二监护人发放这项补贴。",
    "subsidies.refuse.no_days": "本期没有可以计发的天数。",
    "subsidies.refuse.no_amount": "按天数计算，本期金额不足 0.01 元。",
    "subsidies.refuse.incident_stop": "经核定，本期不予发放。",
    "subsidies.refuse.incident_stop_year": "经核定，本期不予发放。",
    "subsidies.refuse.incident_rest_of_year": "经核定，本期不予发放。",
    "subsidies.hold.incident": "监护履责情况需要核定。",
    "subsidies.hold.incident_fault": "监护履责情况需要核定。",
    "subsidies.hold.death_estimated": "协议终止的日期需要核实。",
    "subsidies.hold.not_identified": "证件信息需要补充。",
    "subsidies.hold.paid_elsewhere": "登记信息需要核对。",
    "subsidies.hold.no_level": "本期的服务评估尚未完成。",
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
    "subsidies.hold.duty_missing": "本期履责认定尚未完成。",
    "subsidies.hold.duty_failed": "本期履责认定未通过。",
    "subsidies.hold.objection": "公示期间有事项需要核对。",
    "subsidies.hold.office_police": "监护履责情况需要核定。",
    "subsidies.hold.office_town": "发放资格需要核对。",
    "subsidies.hold.office_health": "登记服务情况需要核对。",
    "subsidies.hold.listed": "登记信息需要核对。",
    "subsidies.withheld.listed": "登记信息需要核对。",
    "subsidies.repaid.nothing_left": "这一期的补贴已经发到。",
    "subsidies.decided.refuse": "经核定，本期不予发放。",
    "subsidies.withheld.payee_dead": "领款人需要重新确定。",
    "subsidies.withheld.after_death": "计发的天数需要更正。",
    "subsidies.withheld.account_closed": "领款账户已停用。",
    "subsidies.withheld.account_denied": "领款账户需要向您本人核实。",
    "subsidies.returns.returned": "银行未能入账，款项已退回。",
}
_UNSAID = "有事项需要核实。"
_REMEDY = "请在{day}前带本人身份证和协议到村（社区）核对。"
_ACCOUNT_REMEDY = "请在{day}前带本人身份证和社保卡（银行卡、存折）到村（社区）核对账户。"
_FAMILY_REMEDY = "请家属在{day}前带身份证和关系证明到村（社区）核对。"
_OF_ACCOUNT = (
    "subsidies.returns.",
    "subsidies.withheld.account",
    "subsidies.hold.account",
    "subsidies.hold.no_account",
    "subsidies.hold.returned",
)
_DEAD = TOLD["subsidies.hold.payee_dead"]


EVERY_KIND = frozenset(NoticeKind)
CHANGED = frozenset({NoticeKind.REDUCED, NoticeKind.CORRECTED, NoticeKind.REPAID})
UNPAID = frozenset({NoticeKind.HOLD, NoticeKind.RETURNED, NoticeKind.REFUSE})


def notice_bundle(
    session: Session,
    vault: Vault,
    actor: Actor,
    run: SubsidyRun,
    today: date,
    now: datetime,
    kinds: frozenset[NoticeKind] = EVERY_KIND,
) -> NoticeBundle:
    """The run's notices of some kinds by town and village. Their numbers stay when a line needs none.

    Who may not read why a payment waits prints no letter that has to say why.
    """
    if not knows_reasons(actor):
        kinds &= {NoticeKind.PAY}
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
            if one.row.id not in without and _kind(one) in kinds
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
    kind, until = _kind(one), today + timedelta(days=APPEAL_DAYS)
    agreement = snapshot["agreement"]
    is_paid = kind.is_payment
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
        days_in_period=quarter.days if kind in (NoticeKind.PAY, NoticeKind.REDUCED) else 0,
        projected_days=line.projected_days if is_paid else 0,
        amount_fen=line.amount_fen if is_paid else 0,
        amount_capital=Money(line.amount_fen).capital() if is_paid else "",
        arithmetic=_arithmetic(one, is_why_known) if is_paid else (),
        account_tail=tails.get(line.account_id or 0, ""),
        reasons=() if is_paid else _told(line, run.period),
        remedy="" if is_paid else _remedy(line).format(day=chinese_date(until)),
        appeal_until=None if kind is NoticeKind.PAY else until,
        appeal_phone="" if is_paid else phone,
    )


def _kind(one: FrozenLine) -> NoticeKind:
    """Nobody is told that a payment is on its way to somebody who has died."""
    line = one.row
    if line.payment is PaymentState.RETURNED:
        return NoticeKind.RETURNED
    if not line.is_live or (line.decision is LineState.PAY and line.is_payee_dead):
        return NoticeKind.HOLD
    if line.decision is not LineState.PAY:
        return _KINDS[line.decision]
    if line.kind is not LineKind.ORDINARY:
        return NoticeKind.CORRECTED if line.kind is LineKind.CORRECTION else NoticeKind.REPAID
    return NoticeKind.REDUCED if one.snapshot["computation"]["deductions"] else NoticeKind.PAY


def _remedy(line: LineRow) -> str:
    """What to bring."""
    if line.is_payee_dead:
        return _FAMILY_REMEDY
    causes = [one.code for one in line.because if one.code in TOLD]
    is_of_account = bool(causes) and all(code.startswith(_OF_ACCOUNT) for code in causes)
    return _ACCOUNT_REMEDY if is_of_account else _REMEDY


def _serial(run: SubsidyRun, quarter: Period, number: int) -> str:
    """`2026-3-00017`, and in a supplementary run `2026-3-S01-00017`: no two letters of a quarter share a number."""
    batch = f"S{run.number:02d}-" if run.kind is RunKind.SUPPLEMENTARY else ""
    which = quarter.number if isinstance(quarter, Quarter) else str(quarter)[4:]
    return f"{quarter.year}-{which}-{batch}{number:05d}"


def _told(line: LineRow, period: str) -> tuple[str, ...]:
    """Each cause once, in neutral words; flags and sums are not for a letter. Of another period than the run's, it is named first."""
    told = dict.fromkeys(TOLD[one.code] for one in line.because if one.code in TOLD)
    if line.decision is LineState.PAY and line.is_payee_dead:
        told.setdefault(_DEAD)
    about = (f"涉及{period_name(line.period)}的发放。",) if line.period != period else ()
    return (*about, *(told or (_UNSAID,)))


def _arithmetic(one: FrozenLine, is_why_known: bool) -> tuple[ArithmeticLine, ...]:
    """How the sum comes about; adds up to it."""
    line, snapshot = one.row, one.snapshot
    if line.kind is LineKind.ORDINARY:
        return _of_period(snapshot, is_why_known)
    about = period_name(line.period)
    if corrects := snapshot.get("corrects"):
        before = corrects["before"]["paid_fen"] - corrects["before"]["came_back_fen"]
        return ArithmeticLine(f"{about}更正后应发", line.amount_fen + before), ArithmeticLine("此前已发", -before)
    already = snapshot["repays"]["already_fen"]
    steps = ArithmeticLine(f"{about}应发", line.amount_fen + already)
    return (steps, ArithmeticLine("此前已到账", -already)) if already else (steps,)


def _of_period(snapshot: dict[str, Any], is_why_known: bool) -> tuple[ArithmeticLine, ...]:
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

"""The quarterly papers for guardians: 监护补贴发放告知书, 暂缓发放告知书, 不予发放告知书.

One page a guardian, behind a cover sheet for each village. The page is folded in three (upper line backwards, lower line
forwards): only the address panel is outside. The wording names no illness and no patient; a number of 15 digits or more is
masked wherever it comes from.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby

from reports.errors import check_total
from reports.notice_cover import CoverEntry, VillageCover, draw_cover
from reports.notice_page import NoticePage, PageFacts, PageFrame, SumLine
from reports.page import Paper
from reports.wording import Provenance, chinese_date, chinese_period, without_long_numbers, yuan

PROGRESS_EVERY = 25


class NoticeKind(StrEnum):
    PAY = "pay"
    REDUCED = "reduced"
    CORRECTED = "corrected"
    REPAID = "repaid"
    HOLD = "hold"
    RETURNED = "returned"
    REFUSE = "refuse"

    @property
    def is_payment(self) -> bool:
        """Whether the letter tells a sum; the others tell why there is none yet."""
        return self not in (NoticeKind.HOLD, NoticeKind.RETURNED, NoticeKind.REFUSE)


@dataclass(frozen=True, slots=True)
class ArithmeticLine:
    """One step of the sum; what is taken off is negative: ("住院 33 天不计", -26720)."""

    label: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class GuardianNotice:
    kind: NoticeKind
    serial: str
    """The notice's own number, for example 2026-3-00017."""
    check_code: str
    """ASCII; stands in the QR code and beside it."""
    town: str
    village: str
    guardian: str
    agreement_number: str
    agreement_from: date
    agreement_to: date
    days: int = 0
    days_in_period: int = 0
    projected_days: int = 0
    """Of `days`, those that had not come yet when the list was frozen; marked as on the ledger."""
    amount_fen: int = 0
    amount_capital: str = ""
    arithmetic: tuple[ArithmeticLine, ...] = ()
    """Adds up to `amount_fen`; up to five lines are shown one by one. Empty: every day counts."""
    account_tail: str = ""
    """Only the last four characters are ever drawn."""
    expected_payment: str = ""
    """For example 2026年11月30日前."""
    reasons: tuple[str, ...] = ()
    """Why it is held or refused, one sentence each."""
    remedy: str = ""
    """What the guardian can do, for example 请于11月5日前带本人身份证和存折到镇民政办核对账户。"""
    appeal_until: date | None = None
    appeal_phone: str = ""


@dataclass(frozen=True, slots=True)
class NoticeBundle:
    office: str
    """Who issues and seals the notices, for example 安和县民政局."""
    period_label: str
    """For example 2026年第三季度."""
    period_from: date
    period_to: date
    issued_on: date
    contact_office: str
    contact_phone: str
    """Empty where the office has none on record: the notice then asks the guardian to come by."""
    notices: tuple[GuardianNotice, ...]
    """Ordered by town, then village: equal neighbours share a cover sheet."""
    provenance: Provenance
    is_paid_out: bool = False
    """The bank has paid: what is due has arrived, and is not announced any more."""
    programme: str = "惠民补贴"
    """The neutral name of the money in running text."""


@dataclass(frozen=True, slots=True)
class _Wording:
    title: str
    opening: str
    result: str


_WORDING = {
    NoticeKind.PAY: _Wording(
        "监护补贴发放告知书",
        "您{period}的{programme}已经核定，{paid}您本人的账户。金额和计算过程如下，请您核对。",
        "应发金额",
    ),
    NoticeKind.REDUCED: _Wording(
        "监护补贴发放告知书",
        "您{period}的{programme}已经核定，{paid}您本人的账户。有的日子按规定不计发；如有异议，可以在期限内提出。",
        "应发金额",
    ),
    NoticeKind.CORRECTED: _Wording(
        "更正补发告知书",
        "您此前领取的{programme}经核对应当补发，{paid}您本人的账户。计算过程如下；如有异议，可以在期限内提出。",
        "补发金额",
    ),
    NoticeKind.REPAID: _Wording(
        "再次发放告知书",
        "您此前没有发到的{programme}这次发放，{paid}您本人的账户。金额如下；如有异议，可以在期限内提出。",
        "应发金额",
    ),
    NoticeKind.HOLD: _Wording(
        "暂缓发放告知书",
        "{period}的{programme}还有事项需要核实，本次暂缓发放。核实清楚后，应发部分随下一批次补发。",
        "暂缓原因",
    ),
    NoticeKind.RETURNED: _Wording(
        "未能入账告知书",
        "{period}的{programme}已经发出，但没有到您的账户，款项已经退回。核对清楚后，随下一批次重新发放。",
        "未能入账的原因",
    ),
    NoticeKind.REFUSE: _Wording(
        "不予发放告知书",
        "{period}的{programme}经核定不符合发放条件，本期不予发放。原因如下；如有异议，可以在期限内提出。",
        "不予发放的原因",
    ),
}
_ON_ITS_WAY, _ARRIVED = "将直接转入", "并已转入"
_ARRIVED_RESULT = "发放金额"


def render_notices(bundle: NoticeBundle, progress: Callable[[int, int], None] | None = None) -> bytes:
    """All notices of the bundle in one PDF, village by village, each village behind its cover sheet.

    `progress` hears (notices done, notices in all). Raises TotalMismatchError where a notice's sum does not come out, so that no
    guardian is ever told a wrong sum.
    """
    _check(bundle)
    title = f"{bundle.office}{bundle.period_label}告知书"
    paper = Paper(title, bundle.office, bundle.provenance.printed_at)
    pages = {kind: NoticePage(paper, kind.value, _frame(bundle, kind)) for kind in _kinds_of(bundle)}
    done = 0
    for number, ((town, village), group) in enumerate(groupby(bundle.notices, key=lambda it: (it.town, it.village))):
        notices = list(group)
        draw_cover(paper, _cover(bundle, town, village, notices), f"village-{number}")
        for notice in notices:
            pages[notice.kind].draw(_facts(notice))
            done += 1
            if progress is not None and done % PROGRESS_EVERY == 0:
                progress(done, len(bundle.notices))
    if progress is not None and done % PROGRESS_EVERY:
        progress(done, len(bundle.notices))
    if not bundle.notices:
        draw_cover(paper, _cover(bundle, "", "", []), "empty")
    return paper.finish()


def _check(bundle: NoticeBundle) -> None:
    for notice in bundle.notices:
        if notice.kind.is_payment and notice.arithmetic:
            check_total((line.amount_fen for line in notice.arithmetic), notice.amount_fen, f"notice {notice.serial}")


def _kinds_of(bundle: NoticeBundle) -> list[NoticeKind]:
    used = {notice.kind for notice in bundle.notices}
    return [kind for kind in NoticeKind if kind in used]


def _frame(bundle: NoticeBundle, kind: NoticeKind) -> PageFrame:
    wording, is_arrived = _WORDING[kind], kind.is_payment and bundle.is_paid_out
    paid = _ARRIVED if is_arrived else _ON_ITS_WAY
    days = f"（{chinese_period(bundle.period_from, bundle.period_to)}）"
    periods = (f"{bundle.period_label}{days}", bundle.period_label)
    return PageFrame(
        office=bundle.office,
        title=wording.title,
        openings=tuple(wording.opening.format(period=one, programme=bundle.programme, paid=paid) for one in periods),
        result=_ARRIVED_RESULT if is_arrived and kind is NoticeKind.PAY else wording.result,
        is_payment=kind.is_payment,
        contact_office=bundle.contact_office,
        contact_phone=bundle.contact_phone,
        issued_on=chinese_date(bundle.issued_on),
        source=bundle.provenance.line(),
    )


def _facts(notice: GuardianNotice) -> PageFacts:
    safe = without_long_numbers
    return PageFacts(
        serial=safe(notice.serial),
        check_code=safe(notice.check_code),
        place=safe(f"{notice.town} {notice.village}"),
        guardian=safe(notice.guardian),
        amount=yuan(notice.amount_fen),
        capital=safe(notice.amount_capital),
        sums=_sums(notice.arithmetic or (ArithmeticLine("全部天数计发", notice.amount_fen),)),
        reasons=tuple(map(safe, notice.reasons)),
        facts=_payment_facts(notice) if notice.kind.is_payment else _appeal_facts(notice),
        remedy=safe(notice.remedy),
    )


def _sums(lines: tuple[ArithmeticLine, ...]) -> tuple[SumLine, ...]:
    """The steps with their signs; what would not fit is drawn together as one step, so that the sum still comes out."""
    most = NoticePage.MOST_SUM_LINES
    if len(lines) > most:
        rest = lines[most - 1 :]
        joined = ArithmeticLine(f"其余 {len(rest)} 项合计", sum(line.amount_fen for line in rest))
        lines = (*lines[: most - 1], joined)
    return tuple(
        SumLine(
            sign="" if index == 0 and line.amount_fen >= 0 else "−" if line.amount_fen <= 0 else "+",
            label=without_long_numbers(line.label),
            amount=yuan(abs(line.amount_fen)),
        )
        for index, line in enumerate(lines)
    )


def _payment_facts(notice: GuardianNotice) -> tuple[tuple[str, str], ...]:
    of_period = f"本期 {notice.days_in_period} 天" if notice.days_in_period else ""
    aside = f"其中 {notice.projected_days} 天为预计" if notice.projected_days else of_period
    days = f"{notice.days} 天" + (f"（{aside}）" if aside else "")
    tail = without_long_numbers(notice.account_tail)[-4:]
    return (
        ("计发天数", days),
        ("收款账户", f"尾号 {tail}" if tail else ""),
        ("协议编号", without_long_numbers(notice.agreement_number)),
        ("异议截止", chinese_date(notice.appeal_until))
        if notice.appeal_until
        else ("预计到账", without_long_numbers(notice.expected_payment)),
        ("协议期限", f"{chinese_date(notice.agreement_from)}至{chinese_date(notice.agreement_to)}"),
    )


def _appeal_facts(notice: GuardianNotice) -> tuple[tuple[str, str], ...]:
    return (
        ("协议编号", without_long_numbers(notice.agreement_number)),
        ("申诉截止", chinese_date(notice.appeal_until) if notice.appeal_until else ""),
        ("申诉电话", without_long_numbers(notice.appeal_phone)),
        ("涉及金额", f"{yuan(notice.amount_fen)} 元" if notice.amount_fen else ""),
        ("协议期限", f"{chinese_date(notice.agreement_from)}至{chinese_date(notice.agreement_to)}"),
    )


def _cover(bundle: NoticeBundle, town: str, village: str, notices: list[GuardianNotice]) -> VillageCover:
    safe = without_long_numbers
    return VillageCover(
        office=bundle.office,
        title=f"{bundle.period_label}{bundle.programme}告知书送达清单",
        place=safe(f"{town} {village}").strip(),
        entries=tuple(CoverEntry(safe(notice.serial), safe(notice.guardian)) for notice in notices),
        issued_on=chinese_date(bundle.issued_on),
        source=bundle.provenance.line(),
    )

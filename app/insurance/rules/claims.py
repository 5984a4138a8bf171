"""A claim from the incident to the payment: papers, deadlines, what the limits leave (domain 5.8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.core.money import Money
from app.core.reasons import Reason, reason
from app.core.workdays import Deadline, WorkdayCalendar, add_working_days
from app.documents.rules import DocumentKind
from app.insurance.rules.policies import Limits, PolicyKind


class ClaimState(StrEnum):
    REPORTED = "reported"  # 已报案
    PAPERS_COMPLETE = "papers_complete"  # 材料已齐
    ACCEPTED = "accepted"  # 已核定
    REFUSED = "refused"  # 拒赔
    PAID = "paid"  # 已赔付
    WITHDRAWN = "withdrawn"  # 撤案


_C = ClaimState
CLAIM_MOVES: frozenset[tuple[ClaimState, ClaimState]] = frozenset(
    {
        (_C.REPORTED, _C.PAPERS_COMPLETE),
        (_C.REPORTED, _C.REFUSED),
        (_C.REPORTED, _C.WITHDRAWN),
        (_C.PAPERS_COMPLETE, _C.ACCEPTED),
        (_C.PAPERS_COMPLETE, _C.REFUSED),
        (_C.PAPERS_COMPLETE, _C.WITHDRAWN),
        (_C.ACCEPTED, _C.PAID),
    }
)
OPEN_STATES = frozenset({_C.REPORTED, _C.PAPERS_COMPLETE, _C.ACCEPTED})


class Harm(StrEnum):
    """What came to harm. An accident policy pays for the family, a liability policy for others."""

    DEATH = "death"
    DISABILITY = "disability"
    INJURY = "injury"
    PROPERTY = "property"


class ClaimRefusal(StrEnum):
    """Why an insurer refuses, as its letter says."""

    NO_COVER = "no_cover"
    EXCLUDED = "excluded"
    NOT_LIABLE = "not_liable"
    TOO_LATE = "too_late"
    PAPERS = "papers"
    OTHER = "other"


class ClaimPaperKind(StrEnum):
    NOTICE = "notice"  # 出险通知书
    GUARDIAN_ID = "guardian_id"  # 监护人身份证明
    GUARDIANSHIP = "guardianship"  # 监护关系证明
    POLICE = "police"  # 公安机关证明
    DIAGNOSIS = "diagnosis"  # 患者确诊证明
    MEDICAL = "medical"  # 伤者病历、费用票据
    APPRAISAL = "appraisal"  # 伤残鉴定
    DEATH = "death"  # 死亡证明
    LOSS = "loss"  # 财产损失清单、价格认定
    SETTLEMENT = "settlement"  # 调解书、判决书或赔偿协议
    ACCOUNT = "account"  # 收款账户


# as what each paper's scan is kept
SCANS: dict[ClaimPaperKind, DocumentKind] = {
    ClaimPaperKind.NOTICE: DocumentKind.CLAIM_NOTICE,
    ClaimPaperKind.GUARDIAN_ID: DocumentKind.IDENTITY,
    ClaimPaperKind.GUARDIANSHIP: DocumentKind.RELATION,
    ClaimPaperKind.POLICE: DocumentKind.POLICE,
    ClaimPaperKind.DIAGNOSIS: DocumentKind.DIAGNOSIS,
    ClaimPaperKind.MEDICAL: DocumentKind.MEDICAL,
    ClaimPaperKind.APPRAISAL: DocumentKind.APPRAISAL,
    ClaimPaperKind.DEATH: DocumentKind.DEATH,
    ClaimPaperKind.LOSS: DocumentKind.LOSS,
    ClaimPaperKind.SETTLEMENT: DocumentKind.SETTLEMENT,
    ClaimPaperKind.ACCOUNT: DocumentKind.ACCOUNT,
}
_ALWAYS = (ClaimPaperKind.NOTICE, ClaimPaperKind.POLICE, ClaimPaperKind.DIAGNOSIS)
_BY_KIND = {
    PolicyKind.LIABILITY: (ClaimPaperKind.GUARDIAN_ID, ClaimPaperKind.GUARDIANSHIP, ClaimPaperKind.SETTLEMENT),
    PolicyKind.ACCIDENT: (ClaimPaperKind.GUARDIANSHIP,),
}
_BY_HARM = {
    Harm.DEATH: (ClaimPaperKind.DEATH,),
    Harm.DISABILITY: (ClaimPaperKind.MEDICAL, ClaimPaperKind.APPRAISAL),
    Harm.INJURY: (ClaimPaperKind.MEDICAL,),
    Harm.PROPERTY: (ClaimPaperKind.LOSS,),
}


def papers_needed(kind: PolicyKind, harm: Harm) -> tuple[ClaimPaperKind, ...]:
    """The checklist of a claim, in the order of the file."""
    wanted = {*_ALWAYS, *_BY_KIND[kind], *_BY_HARM[harm], ClaimPaperKind.ACCOUNT}
    return tuple(one for one in ClaimPaperKind if one in wanted)


def papers_missing(kind: PolicyKind, harm: Harm, received: Iterable[ClaimPaperKind]) -> tuple[ClaimPaperKind, ...]:
    there = set(received)
    return tuple(one for one in papers_needed(kind, harm) if one not in there)


@dataclass(frozen=True, slots=True)
class Report:
    """Whether the insurer was told within the policy's hours. Exactly at the hour is in time."""

    due_at: datetime
    is_late: bool
    because: Reason


def report_of(happened_at: datetime, reported_at: datetime, within_hours: int) -> Report:
    due_at = happened_at + timedelta(hours=within_hours)
    taken = int((reported_at - happened_at).total_seconds() // 3600)
    is_late = reported_at > due_at
    return Report(
        due_at,
        is_late,
        reason("insurance.report.late" if is_late else "insurance.report.in_time", hours=within_hours, taken=taken),
    )


class ReportClock(StrEnum):
    """How an incident that nobody has told the insurer of stands with the policy's hours."""

    RUNNING = "running"
    SOON = "soon"  # a day or less is left
    PAST = "past"


def clock_of(happened_at: datetime, within_hours: int, now: datetime) -> ReportClock:
    left = happened_at + timedelta(hours=within_hours) - now
    if left < timedelta(0):
        return ReportClock.PAST
    return ReportClock.SOON if left <= timedelta(hours=24) else ReportClock.RUNNING


def settle_by(papers_on: date, working_days: int, calendar: WorkdayCalendar) -> Deadline:
    """The insurer's last day: so many working days after the papers were complete."""
    return add_working_days(papers_on, working_days, calendar)


@dataclass(frozen=True, slots=True)
class Payable:
    """The most that may be paid, and which limit says so; None without any limit."""

    most: Money | None
    because: Reason | None


def payable(limits: Limits, paid_for_accident: Money, paid_in_year: Money) -> Payable:
    """What the policy's limits leave for one more person hurt, after what was paid already."""
    left = [
        (limits.person, Money.zero(), "insurance.limit.person"),
        (limits.accident, paid_for_accident, "insurance.limit.accident"),
        (limits.year, paid_in_year, "insurance.limit.year"),
    ]
    found = [
        (max(limit - paid, Money.zero()), reason(code, limit=limit, paid=paid))
        for limit, paid, code in left
        if limit is not None
    ]
    if not found:
        return Payable(None, None)
    most, because = min(found, key=lambda one: one[0])
    return Payable(most, because)


def policy_year(from_on: date, day: date) -> date:
    """The first day of the policy's year in which the day lies."""
    years = day.year - from_on.year
    start = _anniversary(from_on, years)
    return start if start <= day else _anniversary(from_on, years - 1)


def _anniversary(from_on: date, years: int) -> date:
    try:
        return from_on.replace(year=from_on.year + years)
    except ValueError:  # 29 February
        return date(from_on.year + years, 2, 28)


def number_of(year: int, sequence: int) -> str:
    """`LP-2026-0001`."""
    return f"LP-{year}-{sequence:04d}"

"""Patterns of fraud (reliability 2.4): what is looked for, and from when on it is worth a look. A flag explains itself and never refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.core.i18n import N_
from app.core.reasons import Reason, reason


class Pattern(StrEnum):
    GHOST_PATIENT = "ghost_patient"
    DEAD_PAYEE = "dead_payee"
    SHARED_ACCOUNT = "shared_account"
    STAFF_ACCOUNT = "staff_account"
    LATE_SWAP = "late_swap"
    GUARDIAN_SWAP = "guardian_swap"
    SPLIT_APPROVALS = "split_approvals"
    LEVEL_RAISED = "level_raised"
    INCIDENT_HIDDEN = "incident_hidden"
    MISSING_VISITS = "missing_visits"
    BACK_DATED_VISITS = "back_dated_visits"
    MAKER_CHECKER = "maker_checker"
    ONE_HAND = "one_hand"
    BELOW_FLOOR = "below_floor"


class FlagState(StrEnum):
    OPEN = "open"
    EXPLAINED = "explained"
    HANDED_ON = "handed_on"


class FlagGround(StrEnum):
    """On what grounds a flag is explained, or to whom it is handed on. A paper's number goes with it, never words of one's own."""

    FAMILY_SEEN = "family_seen"
    PAPERS_SEEN = "papers_seen"
    PHONED = "phoned"
    RECORDS_MATCH = "records_match"
    SECOND_OPINION = "second_opinion"
    ENTRY_LATE = "entry_late"
    STAFF_SHORT = "staff_short"
    MONEY_BACK = "money_back"
    TO_DISCIPLINE = "to_discipline"
    TO_AUDIT_OFFICE = "to_audit_office"
    TO_HEALTH = "to_health"
    TO_POLICE = "to_police"


EXPLAINING = (
    FlagGround.FAMILY_SEEN,
    FlagGround.PAPERS_SEEN,
    FlagGround.PHONED,
    FlagGround.RECORDS_MATCH,
    FlagGround.SECOND_OPINION,
    FlagGround.ENTRY_LATE,
    FlagGround.STAFF_SHORT,
    FlagGround.MONEY_BACK,
)
HANDING_ON = (FlagGround.TO_DISCIPLINE, FlagGround.TO_AUDIT_OFFICE, FlagGround.TO_HEALTH, FlagGround.TO_POLICE)
# what nobody takes on another's word alone
NEEDS_PAPER = (FlagGround.PAPERS_SEEN, FlagGround.SECOND_OPINION, *HANDING_ON)


def check_flag_ground(ground: FlagGround, state: FlagState, reference: str) -> dict[str, tuple[Reason, ...]]:
    """What is wrong, by field: a ground that does not fit the decision, a paper without its number."""
    fits = ground in (EXPLAINING if state is FlagState.EXPLAINED else HANDING_ON)
    wrong: dict[str, tuple[Reason, ...]] = {}
    if not fits:
        wrong["ground"] = (reason("subsidies.ground.does_not_fit"),)
    if ground in NEEDS_PAPER and not reference:
        wrong["reference"] = (reason("subsidies.flag.needs_paper"),)
    return wrong


def read_flag_ground(stored: str | None) -> Reason | None:
    """What was stored (`code reference`), as a sentence."""
    code, _, reference = (stored or "").partition(" ")
    if code not in set(FlagGround):
        return None
    plain = reason(f"subsidies.flag_ground.{code}")
    return reason("subsidies.grounds", ground=plain, reference=reference) if reference else plain


class FlagSubject(StrEnum):
    """What a flag is about; its public id stays when a draft's lines are frozen anew."""

    AGREEMENT = "agreement"
    PATIENT = "patient"
    ACCOUNT = "payee_account"
    USER = "user"
    PAIR = "pair"  # two users, maker and checker
    RUN = "subsidy_run"
    POLICY = "policy"
    FUND = "fund"


PATTERN_LABELS: Mapping[Pattern, str] = {
    Pattern.GHOST_PATIENT: N_("档案可疑"),
    Pattern.DEAD_PAYEE: N_("死后发放"),
    Pattern.SHARED_ACCOUNT: N_("账户多人共用"),
    Pattern.STAFF_ACCOUNT: N_("工作人员账户"),
    Pattern.LATE_SWAP: N_("发放前换账户"),
    Pattern.GUARDIAN_SWAP: N_("发放前换监护人"),
    Pattern.SPLIT_APPROVALS: N_("拆分补发"),
    Pattern.LEVEL_RAISED: N_("临期升级"),
    Pattern.INCIDENT_HIDDEN: N_("情况未入账"),
    Pattern.MISSING_VISITS: N_("未见面而发放"),
    Pattern.BACK_DATED_VISITS: N_("倒填随访"),
    Pattern.MAKER_CHECKER: N_("固定搭档"),
    Pattern.ONE_HAND: N_("一人经手"),
    Pattern.BELOW_FLOOR: N_("低于标准"),
}
STATE_LABELS: Mapping[FlagState, str] = {
    FlagState.OPEN: N_("待说明"),
    FlagState.EXPLAINED: N_("已说明"),
    FlagState.HANDED_ON: N_("已移交"),
}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From when on something is flagged. Row numbers are those of reliability 2.4; what has none is our own judgement, tried on honest
    counties (docs/adr/0029): a threshold that flags more than 2 % of them is useless to the auditor."""

    # accounts and payees changed so shortly before a run was decided (row 11), or changed back so shortly after
    swap_days: int = 30
    swap_back_days: int = 90
    # a guardian recorded so long after the claimed day (row 17)
    guardian_back_dated_days: int = 15
    # a level raised and lowered around the cut-off (row 15)
    level_days: int = 60
    # such a rise is illness where a second rating within so many days finds it again, unless one clinician has so many of them
    level_confirmed_days: int = 21
    level_bumps: int = 4
    # supplementary payments of one payee, and supplementary runs of one maker, in rolling days (row 12)
    rolling_days: int = 90
    supplements_of_a_payee: int = 2
    supplements_of_a_maker: int = 3
    # payees on one account although two people have vouched for it (row 10)
    vouched_sharers: int = 4
    # months without a visit in person, where the policy asks for none (row 8, amended)
    visit_months: int = 6
    # visits entered so long after the claimed day (row 18), so many of one user around the quarter's end, and this part of all theirs
    visit_back_dated_days: int = 14
    back_dated_visits: int = 5
    back_dated_percent: int = 30
    quarter_end_days: int = 20
    # one pair of maker and checker in so many quarters: so many decisions, this part of the maker's (row 13)
    pair_quarters: int = 4
    pair_decisions: int = 8
    pair_percent: int = 75
    # new files: so many of one user on one day, visits for so many in one minute, entered so long after the day of registration,
    # agreements so long after their first day; wards of one guardian; guardians on one telephone (row 8)
    files_a_day: int = 8
    visits_a_minute: int = 3
    file_back_dated_days: int = 30
    # agreements without an application, written down so long after their first day
    agreement_late_days: int = 31
    wards: int = 4
    shared_phone: int = 4
    ghost_score: int = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One pattern on one subject: why, whose work it touches, and the line through which everything behind it is found."""

    pattern: Pattern
    subject: FlagSubject
    subject_id: str
    area_code: str
    because: tuple[Reason, ...]
    user_id: int | None = None
    line_id: int | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return self.pattern.value, self.subject.value, self.subject_id


def days_between(earlier: date, later: date) -> int:
    """Negative when `later` is the earlier one."""
    return (later - earlier).days

"""States of a registration and the moves between them that are legal (domain 1.3, 1.4)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from app.core.actor import Role
from app.core.i18n import N_
from app.core.workdays import Deadline, WorkdayCalendar, add_working_days

EARLIEST_YEAR = 1900  # of any date in a living person's history


class RegistryStatus(StrEnum):
    SUSPECTED = "suspected"  # 疑似
    UNDER_REVIEW = "under_review"  # 待复核
    REGISTERED = "registered"  # 在册
    EXCLUDED = "excluded"  # 排除
    TRANSFERRED_OUT = "transferred_out"  # 迁出
    DEAD = "dead"  # 死亡
    MERGED = "merged"  # 重复并档


# A registration that no longer speaks for its person: another may stand beside it.
NOT_LIVE = (RegistryStatus.EXCLUDED, RegistryStatus.TRANSFERRED_OUT, RegistryStatus.MERGED)


class ManagementStatus(StrEnum):
    MANAGED = "managed"  # 在管
    REFUSED = "refused"  # 不同意管理
    LOST = "lost"  # 失访
    PENDING_CONSENT = "pending_consent"  # 待签同意


class CareSetting(StrEnum):
    HOME = "home"  # 居家
    INPATIENT = "inpatient"  # 住院
    CUSTODY = "custody"  # 羁押/服刑/强制医疗
    CARE_FACILITY = "care_facility"  # 养老/托养/救助机构
    AWAY_KNOWN = "away_known"  # 外出务工去向明确
    UNKNOWN = "unknown"  # 去向不明


class SpanKind(StrEnum):
    REGISTRY = "registry"
    MANAGEMENT = "management"
    CARE = "care"
    AREA = "area"
    AGENCY = "agency"
    DOCTOR = "doctor"  # the responsible doctor's user id
    STAND_IN = "stand_in"  # the user id of who stands in for the doctor


class DiagnosisCategory(StrEnum):
    """The six diagnoses and the wider reportable group (domain 1.1)."""

    SCHIZOPHRENIA = "schizophrenia"
    SCHIZOAFFECTIVE = "schizoaffective"
    DELUSIONAL = "delusional"
    BIPOLAR = "bipolar"
    EPILEPSY_PSYCHOSIS = "epilepsy_psychosis"
    INTELLECTUAL_PSYCHOSIS = "intellectual_psychosis"
    OTHER_REPORTABLE = "other_reportable"


class ConsentKind(StrEnum):
    COMMUNITY_MANAGEMENT = "community_management"
    EMERGENCY_TREATMENT = "emergency_treatment"
    OTHER_PURPOSE = "other_purpose"


class ClueSource(StrEnum):
    """Who told of it (domain 1.2, step 1)."""

    VILLAGE = "village"
    DOCTOR = "doctor"
    POLICE = "police"
    HOSPITAL = "hospital"
    FAMILY = "family"
    SCHOOL = "school"
    OTHER = "other"


class ClueState(StrEnum):
    """All that the reporter is told: received, being looked at, closed."""

    RECEIVED = "received"
    LOOKING = "looking"
    CLOSED = "closed"


NOBODY = 0  # who reported a clue that came with a record, and not from somebody


class ClueOutcome(StrEnum):
    SUSPECTED = "suspected"  # a suspected registration was made
    NO_SIGNS = "no_signs"  # none of the nine signs was found
    KNOWN = "known"  # already in the register
    NOT_FOUND = "not_found"  # nobody of that description lives there
    ELSEWHERE = "elsewhere"  # passed on to another place


class Mistake(StrEnum):
    """What was wrong with an attempt or a paper that was written down by mistake."""

    OTHER_PERSON = "other_person"
    WRONG_DAY = "wrong_day"
    WRONG_ANSWER = "wrong_answer"
    TWICE = "twice"


class TransferReason(StrEnum):
    MOVED_HOUSE = "moved_house"
    WORK = "work"
    FAMILY = "family"
    CARE_FACILITY = "care_facility"
    OTHER = "other"


class TransferState(StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class RequestKind(StrEnum):
    EXCLUSION = "exclusion"
    DEATH_UNDONE = "death_undone"
    MERGE = "merge"


class RequestState(StrEnum):
    PROPOSED = "proposed"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    UNDONE = "undone"  # a merge taken back within 30 days


class TeamPart(StrEnum):
    """A place in the care team or a joint group (四位一体: guardian, grid worker, police, doctor; and the others)."""

    GUARDIAN = "guardian"
    GRID_WORKER = "grid_worker"
    VILLAGE_CADRE = "village_cadre"
    POLICE = "police"
    DOCTOR = "doctor"
    PSYCHIATRIST = "psychiatrist"
    CIVIL_AFFAIRS = "civil_affairs"
    DISABLED_FEDERATION = "disabled_federation"
    TOWN = "town"
    VOLUNTEER = "volunteer"


class GroupKind(StrEnum):
    TOWN = "town"  # 综合管理小组
    VILLAGE = "village"  # 关爱帮扶小组


_R = RegistryStatus
_M = ManagementStatus

# The pairs of domain 1.4; `legal_moves` holds them for the database's guard, all else is refused.
LEGAL_REGISTRY_MOVES: frozenset[tuple[RegistryStatus, RegistryStatus]] = frozenset(
    {
        (_R.SUSPECTED, _R.UNDER_REVIEW),
        (_R.SUSPECTED, _R.REGISTERED),
        (_R.SUSPECTED, _R.EXCLUDED),
        (_R.UNDER_REVIEW, _R.REGISTERED),
        (_R.UNDER_REVIEW, _R.EXCLUDED),
        (_R.REGISTERED, _R.EXCLUDED),
        (_R.REGISTERED, _R.TRANSFERRED_OUT),
        (_R.TRANSFERRED_OUT, _R.REGISTERED),
        (_R.EXCLUDED, _R.REGISTERED),
        (_R.MERGED, _R.REGISTERED),
        (_R.DEAD, _R.REGISTERED),
        *((status, _R.DEAD) for status in _R if status is not _R.DEAD),
        *((status, _R.MERGED) for status in _R if status is not _R.MERGED),
    }
)
LEGAL_MANAGEMENT_MOVES: frozenset[tuple[ManagementStatus, ManagementStatus]] = frozenset(
    {
        (_M.PENDING_CONSENT, _M.MANAGED),
        (_M.PENDING_CONSENT, _M.REFUSED),
        (_M.PENDING_CONSENT, _M.LOST),
        (_M.MANAGED, _M.REFUSED),
        (_M.MANAGED, _M.LOST),
        (_M.REFUSED, _M.MANAGED),
        (_M.REFUSED, _M.LOST),
        (_M.LOST, _M.MANAGED),
    }
)

# Who is visited: registered and managed, and not where somebody else treats them (domain 2.6).
_TREATED_ELSEWHERE = frozenset({CareSetting.INPATIENT, CareSetting.CUSTODY})
FIRST_VISIT_WITHIN_DAYS = 14  # after registration, consent, being found, discharge or release (domain 1.4, 2.6)


def is_visit_owed(registry: RegistryStatus, management: ManagementStatus | None, care: CareSetting | None) -> bool:
    """Whether follow-up visits fall due: managed and neither in hospital nor in custody (domain 2.6)."""
    is_managed = registry is RegistryStatus.REGISTERED and management is ManagementStatus.MANAGED
    return is_managed and care not in _TREATED_ELSEWHERE


def management_at_start(is_agreed: bool | None) -> ManagementStatus:
    """What follows from the consent paper: managed, refused, or pending while nobody has signed (domain 1.2, 3.6)."""
    if is_agreed is None:
        return ManagementStatus.PENDING_CONSENT
    return ManagementStatus.MANAGED if is_agreed else ManagementStatus.REFUSED


LOOK_WITHIN_WORKING_DAYS = 3  # a clue without danger; with danger the same day
REVIEW_WITHIN_WORKING_DAYS = 10  # from suspicion to the psychiatrist's word (domain 1.4)
OWN_REPORT_HOURS = 24  # how long a reporter reads the report's words again (roles.md, W)
UNKNOWN_NAME = N_("姓名不详")  # a person whom nobody can name yet (domain 8.2)

_REPORTERS = {
    Role.VILLAGE_WORKER: ClueSource.VILLAGE,
    Role.POLICE: ClueSource.POLICE,
    Role.HOSPITAL: ClueSource.HOSPITAL,
}


def source_of(role: Role) -> ClueSource:
    """Who told of a clue that somebody of this role reports; health staff report as doctors."""
    return _REPORTERS.get(role, ClueSource.DOCTOR)


def look_by(reported_on: date, is_danger: bool, calendar: WorkdayCalendar) -> Deadline:
    """The last day for a first look at a clue: today where there is danger, else the third working day."""
    return add_working_days(reported_on, 0 if is_danger else LOOK_WITHIN_WORKING_DAYS, calendar)


def review_by(suspected_on: date, calendar: WorkdayCalendar) -> Deadline:
    """The last day for the diagnosis review of somebody who is suspected since a day."""
    return add_working_days(suspected_on, REVIEW_WITHIN_WORKING_DAYS, calendar)


def is_partial_date(text: str) -> bool:
    """`1991`, `1991-07` or `1991-07-03`, of days that exist."""
    parts = text.split("-")
    if not (1 <= len(parts) <= 3 and all(part.isascii() and part.isdigit() for part in parts)):
        return False
    if [len(part) for part in parts] != [4, 2, 2][: len(parts)]:
        return False
    year, month, day = (*map(int, parts), 1, 1)[:3]
    try:
        return date(year, month, day).year >= EARLIEST_YEAR
    except ValueError:
        return False


def label_state(registry: RegistryStatus, management: ManagementStatus | None, care: CareSetting | None) -> str:
    """The code of the single label that is shown: 死亡 > 排除 > 迁出 > 失访 > 羁押 > 住院 > 拒管 > 在管 (domain 1.3)."""
    if registry is not RegistryStatus.REGISTERED:
        return registry.value
    if management is ManagementStatus.LOST:
        return management.value
    if care in (CareSetting.CUSTODY, CareSetting.INPATIENT):
        return care.value
    return (management or ManagementStatus.PENDING_CONSENT).value

"""What the visit forms and the importer ask the room to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.visits.rules.attempts import AttemptOutcome, AttemptWay
from app.visits.rules.losses import Office, ToldWay
from app.visits.rules.record import VisitRecord
from app.visits.rules.referral import NotGone, ReferralOutcome


@dataclass(frozen=True, slots=True)
class RecordVisit:
    """One filled form, sent once however often it arrives.

    In `record`, `visit_class` None takes the class of the table and `next_due_on` None its latest day. `accepted` are the codes
    of the warnings that were shown and confirmed.
    """

    # the patient's public id
    patient: str
    submission_key: str
    record: VisitRecord
    notes: str = ""
    # needed when a later visit stands already
    back_entry_reason: str = ""
    accepted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CorrectVisit:
    """`by` takes the place of the visit with this public id, which is withdrawn and kept."""

    visit: str
    by: RecordVisit
    reason: str


@dataclass(frozen=True, slots=True)
class RecordAttempt:
    """Somebody tried to reach the patient and did not."""

    patient: str
    submission_key: str
    attempted_on: date
    way: AttemptWay
    outcome: AttemptOutcome
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """An office that was told of a loss; `at` is aware."""

    office: Office
    at: datetime
    way: ToldWay
    person: str = ""


@dataclass(frozen=True, slots=True)
class KeepLoss:
    """What is known of a lost patient; `version` is the one that was shown, 0 while nothing was written down."""

    # the patient's public id
    patient: str
    version: int
    reason: int | None = None
    place: str = ""
    told: tuple[Told, ...] = ()
    found_how: str = ""


@dataclass(frozen=True, slots=True)
class DecideLost:
    """A person's word on a proposal: the patient is lost, or is not and the search goes on."""

    patient: str
    is_lost: bool


@dataclass(frozen=True, slots=True)
class OpeningVisit:
    """The last follow-up before this system, as a roster gives it. What is None is computed by the table where it can be."""

    # the patient's row id
    patient_id: int
    visited_on: date
    form: int | None = None
    visit_class: int | None = None
    risk_level: int | None = None
    next_due_on: date | None = None


@dataclass(frozen=True, slots=True)
class RecordReceipt:
    """What came of a referral: `on` and `org` (empty: as referred) of who went, `why` of who did not."""

    outcome: ReferralOutcome
    on: date | None = None
    org: str = ""
    why: NotGone | None = None


@dataclass(frozen=True, slots=True)
class TakeOver:
    """A visit found in the national system. `given` are the items that its list answers; `place` is the caller's own mark."""

    place: int
    # the patient's row id
    patient_id: int
    record: VisitRecord
    given: frozenset[str]
    # who visited, as written
    doctor: str = ""

"""What forms and imports say about a registration."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from app.core.identity import Sex
from app.patients.rules import (
    CareSetting,
    ClueOutcome,
    ConsentKind,
    DiagnosisCategory,
    ManagementStatus,
    RegistryStatus,
    TeamPart,
)
from app.patients.rules_watch import Asked, DutyAnswer
from app.people.commands import PersonDraft


@dataclass(frozen=True)
class DiagnosisDraft:
    """目前诊断. `icd10` as written; `diagnosed_on` may be partial (`1991`, `1991-07`, `1991-07-03`)."""

    category: DiagnosisCategory
    icd10: str = ""
    hospital: str = ""
    diagnosed_on: str | None = None
    psychiatrist: str = ""


@dataclass(frozen=True)
class ConsentDraft:
    """A signed paper; `signer` is patient, guardian or witness, `signer_person_id` the guardian where it is known who signed."""

    from_on: date
    is_agreed: bool = True
    signer: str = "guardian"
    kind: ConsentKind = ConsentKind.COMMUNITY_MANAGEMENT
    signer_person_id: int | None = None


@dataclass(frozen=True)
class Supplement:
    """Personal basic information and supplement form (domain 3.2); None where nothing is known. Names as in `models.Patient`."""

    ethnic_code: str | None = None
    marital_code: str | None = None
    household_type: int | None = None
    employment: int | None = None
    economic_status: int | None = None
    committee_contact: str | None = None
    first_onset: str | None = None
    first_antipsychotic: str | None = None
    # bit n-1 is code n
    past_symptoms: int | None = None
    # code → how often
    past_behaviours: dict[str, int] | None = None
    past_locked_up: int | None = None
    outpatient_history: int | None = None
    psychiatric_admissions: int | None = None
    last_treatment_effect: int | None = None
    specialist_advice: str | None = None
    notes: str | None = None
    is_insured: bool | None = None


@dataclass(frozen=True)
class RegisterPatient:
    """A new registration of a person: a draft, or the id of somebody who is stored already.

    `area_code` is the village. Management follows from the consent unless opening data says it. `registered_on` is today
    where it is missing.
    """

    area_code: str
    person: PersonDraft | None = None
    person_id: int | None = None
    registered_on: date | None = None
    registry_status: RegistryStatus = RegistryStatus.REGISTERED
    management_status: ManagementStatus | None = None
    managed_from: date | None = None
    care_setting: CareSetting = CareSetting.HOME
    diagnosis: DiagnosisDraft | None = None
    consent: ConsentDraft | None = None
    record_number: str | None = None
    address: str | None = None
    supplement: Supplement = field(default_factory=Supplement)
    doctor_id: int | None = None
    is_opening: bool = False
    # made with the form, so that a form that arrives twice is stored once
    public_id: str | None = None


@dataclass(frozen=True)
class EditPatient:
    """The whole form as it was saved. `version` is what was shown (`service.editing.version_of`).

    `person.id_number` and `person.phone` None keep what is stored (they are shown masked); so do notes with `keeps_notes`.
    """

    version: str
    person: PersonDraft
    area_code: str
    record_number: str | None = None
    address: str | None = None
    supplement: Supplement = field(default_factory=Supplement)
    keeps_notes: bool = False


@dataclass(frozen=True)
class ReportClue:
    """What somebody noticed: who and where, as far as known, which of the nine signs (bit n-1 is question n), danger now?

    `submission_key` is made with the form, so that a report that arrives twice is one report.
    """

    submission_key: str
    area_code: str
    signs: int = 0
    name: str = ""
    sex: Sex = Sex.UNKNOWN
    place: str = ""
    notes: str = ""
    is_danger: bool = False


@dataclass(frozen=True)
class AnswerClue:
    """The nine questions as the health centre answered them, and who the person turned out to be."""

    signs: int
    person: PersonDraft
    area_code: str
    address: str = ""
    findings: str = ""


@dataclass(frozen=True)
class CloseClue:
    """An end without the nine questions: nobody found, known already, or passed on to the village `passed_to`."""

    outcome: ClueOutcome
    findings: str = ""
    passed_to: str | None = None


@dataclass(frozen=True)
class ReviewDiagnosis:
    """A psychiatrist's word on somebody suspected. Without a `diagnosis` the suspicion was not confirmed, or not yet (`is_undecided`).

    `consent` is what the family answered when asked at once; None when it is still to be asked.
    """

    reviewed_on: date
    hospital: str
    psychiatrist: str
    diagnosis: DiagnosisDraft | None = None
    consent: ConsentDraft | None = None
    is_undecided: bool = False


@dataclass(frozen=True)
class SetTeamMember:
    """Somebody takes a place in a patient's care team; `phone` is a work telephone and is printed."""

    part: TeamPart
    name: str
    from_on: date
    post: str = ""
    phone: str = ""


@dataclass(frozen=True)
class AnswerDuty:
    """What came of asking, on which day, and who was asked."""

    answer: DutyAnswer
    on: date
    whom: Asked | None = None

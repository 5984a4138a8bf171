"""What a hospital sends, and what units and offices say about a form. Pages, pasted blocks, workbooks and the API build the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from app.core.identity import IdKind, Sex
from app.discharges.rules.states import CloseReason, DischargeTo, DischargeType, Source
from app.people.commands import PersonDraft


@dataclass(frozen=True)
class Medicine:
    """One line of the plan: name and dose as written, and how to take it."""

    name: str
    dose: str = ""
    usage: str = ""


@dataclass(frozen=True)
class SubmitDischarge:
    """The discharge record (出院信息单, domain 3.3), complete. Field names are those of errors (`Invalid.errors`).

    `submission_key` is made with the form (an API derives it from its request); `hospital_number` is the hospital's own number,
    one loop however often it is sent. `discharged_at` is aware. `behaviours`, `rehabilitation` and `help_needed` are flags: bit n-1 is
    the printed code n. `first_diagnosed` is partial: `2019`, `2019-07`, `2019-07-03`. `area_code` is where the person goes to live: a
    village of the tree, or any place of another county, then with `place` in words. `planned` is the public id of the plan that
    this confirms, `version` the one that was shown. `hospital_name` and `received_at` belong to an office that writes for a
    hospital which is not on line; a hospital's own account leaves them empty.
    """

    submission_key: str
    hospital_number: str
    name: str
    sex: Sex
    born_on: date | None
    id_kind: IdKind
    id_number: str
    area_code: str
    admitted_on: date
    discharged_at: datetime
    admission_count: int
    diagnosis_code: str
    diagnosis: str
    first_diagnosed: str
    behaviours: int
    effect: int
    rehabilitation: int
    doctor_name: str
    doctor_phone: str
    form_on: date
    discharge_type: DischargeType
    discharge_to: DischargeTo
    risk_level: int
    rehabilitation_other: str = ""
    advice: str = ""
    nationality: str = ""
    inpatient_number: str = ""
    phone: str = ""
    address: str = ""
    place: str = ""
    medicines_in_hospital: tuple[Medicine, ...] = ()
    medicines: tuple[Medicine, ...] = ()
    recheck_on: date | None = None
    warning_signs: str = ""
    pay_method: int | None = None
    is_funded: bool | None = None
    is_complete: bool = True
    is_guardian_present: bool = False
    is_guardian_phone_checked: bool = False
    is_refused: bool = False
    is_law_30: bool = False
    help_needed: int = 0
    contact_name: str = ""
    contact_relation: str = ""
    contact_phone: str = ""
    source: Source = Source.PAGE
    planned: str | None = None
    version: int | None = None
    hospital_name: str = ""
    received_at: datetime | None = None

    @property
    def person(self) -> PersonDraft:
        return PersonDraft(
            name=self.name,
            sex=self.sex,
            born_on=self.born_on,
            id_kind=self.id_kind,
            id_number=self.id_number or None,
            phone=self.phone or None,
        )


@dataclass(frozen=True)
class PlanDischarge:
    """拟出院: as much of the form as the ward knows, by field as it was typed; only name and day are asked for.

    `public_id` and `version` are those of the plan that is written on.
    """

    submission_key: str
    name: str
    planned_on: date
    values: dict[str, str | list[str]] = field(default_factory=dict)
    source: Source = Source.PAGE
    hospital_name: str = ""
    public_id: str | None = None
    version: int | None = None


@dataclass(frozen=True)
class OnBehalf:
    """Whose paper it was: the unit's person by name and post, number or mark of the stamped paper, its day."""

    who: str
    post: str
    paper: str
    paper_on: date


@dataclass(frozen=True)
class ReceiveForm:
    """A receipt: one tap by the unit itself, or entered from its paper."""

    submission_key: str
    at: datetime | None = None
    on_behalf: OnBehalf | None = None


@dataclass(frozen=True)
class ConfirmNotice:
    """The guardian has the notice: who signed, how it was confirmed."""

    submission_key: str
    who: str
    relation: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class ReportBack:
    """What a unit did: a contact or a plan, and in its words. `is_act` False: words only."""

    submission_key: str
    text: str = ""
    is_act: bool = True
    at: datetime | None = None
    on_behalf: OnBehalf | None = None


@dataclass(frozen=True)
class CorrectEvent:
    """What was wrong about something that was said, as another entry. `is_undone`: a contact that was none does not count."""

    submission_key: str
    event: str
    text: str
    is_undone: bool = False


@dataclass(frozen=True)
class CloseLoop:
    reason: CloseReason
    text: str = ""

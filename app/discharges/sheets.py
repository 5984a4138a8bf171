"""What stands on each form: one shape per form, with exactly the fields that its receiver may read (domain 6, roles.md).

Where the two differ the narrower holds: the police read an advice, never a level, and the last four of a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.discharges.commands import Medicine
from app.discharges.rules.states import Advice, GuardianState, LegalBasis
from app.discharges.rules.telling import guardian_state


@dataclass(frozen=True, slots=True)
class Doctor:
    """精防医生 of the household: by name where the register says who, and the health centre's telephone."""

    name: str
    centre: str
    phone: str


@dataclass(frozen=True, slots=True)
class Guard:
    """`relation` as a label to be translated, or as the hospital wrote it."""

    name: str
    relation: str
    phone: str


NOBODY = Guard("", "", "")


@dataclass(frozen=True, slots=True)
class Guarding:
    """The first guardian of the register, and whom the hospital wrote down; either may be missing."""

    registered: Guard | None
    named: Guard | None

    @property
    def first(self) -> Guard:
        """Whom to turn to."""
        return self.registered or self.named or NOBODY

    @property
    def beside(self) -> Guard | None:
        """Whom the hospital wrote down, where the register does not know them as the guardian by name and number."""
        if self.named is None or self.registered is None:
            return self.named
        is_known = self.named.name == self.registered.name and self.named.phone in ("", self.registered.phone)
        return None if is_known else self.named

    def state(self, is_present: bool, is_phone_checked: bool) -> GuardianState:
        is_other = self.registered is not None and self.named is not None and self.named.name != self.registered.name
        return guardian_state(
            is_registered=self.registered is not None,
            is_named=self.named is not None,
            is_other=is_other,
            is_checked=is_present and is_phone_checked,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What all of them begin with; nothing else stands on every form."""

    number: str
    patient_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardianNotice(Sheet):
    """① for the family."""

    discharged_on: date
    guardian: Guard
    medicines: tuple[Medicine, ...]
    recheck_on: date | None
    warning_signs: str
    doctor: Doctor


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitteeNotice(Sheet):
    """① where nobody guards the person: the committee looks for somebody, and reads nothing of the treatment."""

    place: str
    discharged_on: date
    doctor: Doctor


@dataclass(frozen=True, slots=True)
class Registered:
    """Where the register has somebody who was sent to another town, and the health centre that proposes the move."""

    place: str
    centre: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DockingForm(Sheet):
    """② the whole record for the health centre."""

    sex: int
    born_on: date | None
    id_kind: str
    id_number: str  # masked: the register reveals the whole for a reason
    nationality: str
    place: str
    address: str
    guarding: Guarding
    hospital: str
    hospital_number: str
    admitted_on: date | None
    discharged_at: datetime
    discharge_type: str
    discharge_to: str
    risk_level: int
    behaviours: int
    is_law_30: bool
    is_guardian_present: bool
    is_guardian_phone_checked: bool
    help_needed: int
    form_on: date | None
    # by the names of `SubmitDischarge`
    clinical: dict[str, Any]
    medicines_in_hospital: tuple[Medicine, ...]
    medicines: tuple[Medicine, ...]
    recheck_on: date | None
    warning_signs: str
    is_information: bool
    advice: tuple[Advice, ...]
    registered: Registered | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliceNotice(Sheet):
    """③"""

    id_last_four: str
    place: str
    address: str
    guarding: Guarding
    discharged_on: date
    basis: LegalBasis
    advice: tuple[Advice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TownPrompt(Sheet):
    """④"""

    place: str
    discharged_on: date
    guardian_state: GuardianState
    help_needed: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingForm(Sheet):
    """⑤ also where the committee reads that the register has no guardian."""

    place: str
    address: str
    guarding: Guarding
    doctor: Doctor
    advice: tuple[Advice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeNotice(Sheet):
    """To the office of the county where the person goes, or to the one that was looking for them."""

    place: str
    hospital: str
    discharged_on: date
    risk_level: int
    is_found: bool

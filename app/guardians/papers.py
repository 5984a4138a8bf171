"""The head of every paper about a patient, as the one who prints may see it. In Chinese."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.identity import SEX_LABELS, Sex
from app.guardians.labels import RELATION_LABELS
from app.guardians.queries import GuardianCard
from app.guardians.rules import Rank
from app.patients.queries import Masked, PatientHeader
from reports.forms.person import Person


def person_on_paper(patient: PatientHeader, guards: Iterable[GuardianCard]) -> Person:
    """An identity number that is masked on the screen is masked here; a telephone is left to be written by hand instead."""
    guard = first_guardian(guards)
    return Person(
        name=patient.name,
        record_number=patient.record_number or "",
        sex=SEX_LABELS[Sex(patient.sex)] if patient.sex in (1, 2) else "",
        born_on=patient.born_on,
        id_number=patient.id_number.text if patient.id_number else "",
        address="".join(filter(None, (patient.place, patient.address))),
        guardian_name=guard.name if guard else "",
        guardian_relation=RELATION_LABELS[guard.relation] if guard else "",
        guardian_phone=_number(guard.phone) if guard else "",
    )


def first_guardian(guards: Iterable[GuardianCard]) -> GuardianCard | None:
    """Who looks after the patient now; a second guardian only helps (domain 3.6)."""
    return next((one for one in guards if one.is_present and one.rank is Rank.FIRST), None)


def _number(phone: Masked | None) -> str:
    return phone.text if phone and not phone.is_masked else ""

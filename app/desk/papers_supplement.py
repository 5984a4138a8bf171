"""个人信息补充表 of a patient, from the record. In Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from app.core.actor import Actor
from app.desk.queries.consents import Signature
from app.guardians.papers import first_guardian, person_on_paper
from app.guardians.queries import GuardianCard
from app.patients.commands import Supplement
from app.patients.labels import DIAGNOSIS_LABELS
from app.patients.models import Diagnosis
from app.patients.queries import PatientHeader
from reports.forms.codes import NO_BEHAVIOUR, Behaviour
from reports.forms.sheet import Imprint
from reports.forms.supplement import SupplementDocument, render_supplement
from reports.forms.values import RoughDate

_MOST_SYMPTOMS = 12


def supplement_pdf(
    patient: PatientHeader,
    guards: Sequence[GuardianCard],
    said: Supplement,
    consent: Signature | None,
    diagnosis: Diagnosis | None,
    actor: Actor,
    today: date,
    now: datetime,
) -> bytes:
    """As the record stands today; the doctor signs by hand."""
    person, guard = person_on_paper(patient, guards), first_guardian(guards)
    committee, committee_phone = _name_and_number(said.committee_contact or "")
    return render_supplement(
        SupplementDocument(
            Imprint(patient.agency or "", actor.name, now),
            person,
            guardian_address=person.address if guard and guard.lives_together else "",
            committee_contact=committee,
            committee_phone=committee_phone,
            household_type=said.household_type,
            employment=said.employment,
            consent=consent.is_agreed if consent else None,
            consent_signer=_signer(consent, patient) if consent else "",
            consent_on=consent.on if consent else None,
            first_onset=_rough(said.first_onset),
            past_symptoms=tuple(
                code for code in range(1, _MOST_SYMPTOMS + 1) if (said.past_symptoms or 0) >> code - 1 & 1
            ),
            past_locked_up=said.past_locked_up,
            outpatient_history=said.outpatient_history,
            first_antipsychotic=_rough(said.first_antipsychotic),
            psychiatric_admissions=said.psychiatric_admissions,
            diagnosis=_diagnosis(diagnosis) if diagnosis else "",
            diagnosis_hospital=diagnosis.hospital if diagnosis else "",
            diagnosed_on=_rough(diagnosis.diagnosed_on) if diagnosis else None,
            last_treatment_effect=said.last_treatment_effect,
            past_behaviours=_behaviours(said.past_behaviours),
            economic_status=said.economic_status,
            specialist_advice=said.specialist_advice or "",
            filled_on=today,
        )
    )


def _name_and_number(contact: str) -> tuple[str, str]:
    """`王主任 0552-3012345` as it is kept in one line; what does not end in a number is the name alone."""
    name, _space, number = contact.rpartition(" ")
    is_number = number[:1].isdigit()
    return (name.strip(), number) if is_number else (contact, "")


def _signer(consent: Signature, patient: PatientHeader) -> str:
    return patient.name if consent.signer == "patient" else consent.signer_name or ""


def _diagnosis(diagnosis: Diagnosis) -> str:
    return " ".join(filter(None, (DIAGNOSIS_LABELS[diagnosis.category], diagnosis.icd10)))


def _rough(text: str | None) -> RoughDate | None:
    """`1991`, `1991-07` or `1991-07-03`."""
    return RoughDate(*(int(part) for part in text.split("-"))) if text else None


def _behaviours(counts: dict[str, int] | None) -> tuple[Behaviour, ...]:
    """Nothing where nobody said anything; none (7) where that was said."""
    if counts is None:
        return ()
    found = tuple(Behaviour(int(code), times) for code, times in sorted(counts.items()))
    return found or (Behaviour(NO_BEHAVIOUR),)

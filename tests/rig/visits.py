"""A patient to visit, and forms filled in for them."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.crypto import Keyring
from app.core.identity import Sex
from app.patients.commands import ConsentDraft, RegisterPatient
from app.patients.models import Patient
from app.patients.service import register_patient
from app.people.commands import PersonDraft
from app.people.vault import Vault
from app.visits.commands import RecordVisit
from app.visits.rules.form import Behaviour, RehabMeasure, Symptom, VisitObject
from app.visits.rules.record import Medicine, VisitRecord
from tests.rig.county import VILLAGE

REGISTERED_ON = date(2025, 1, 6)


def register(
    session: Session,
    keyring: Keyring,
    actor: Actor,
    today: date,
    now: datetime,
    name: str = "孙玉珍",
    area_code: str = VILLAGE,
    **changes: Any,
) -> Patient:
    """A managed patient with a signed consent, on the register since January 2025."""
    draft = PersonDraft(name=name, sex=Sex.FEMALE, born_on=date(1979, 5, 4))
    command = RegisterPatient(
        area_code=area_code,
        person=draft,
        registered_on=REGISTERED_ON,
        consent=ConsentDraft(from_on=REGISTERED_ON),
    )
    command = replace(command, **changes)
    return register_patient(session, Vault(session, keyring), actor, command, today, now)


def stable(visited_on: date, **changes: Any) -> VisitRecord:
    """A home visit at which all is well; class and next day are left to the table."""
    record = VisitRecord(
        visited_on=visited_on,
        form=2,
        objects=int(VisitObject.PATIENT | VisitObject.FAMILY),
        risk_level=0,
        psychotic_symptoms=0,
        symptoms=int(Symptom.NONE),
        insight=1,
        sleep=1,
        diet=1,
        sf_self_care=1,
        sf_housework=1,
        sf_work=9,
        sf_learning=2,
        sf_social=1,
        behaviours=int(Behaviour.NONE),
        locked_up=1,
        hospitalisation=0,
        lab_test=1,
        adherence=1,
        adverse_reaction=1,
        physical_illness=0,
        other_abnormal=False,
        treatment_effect=2,
        referral=1,
        medicines=(Medicine("利培酮", morning_mg="1", night_mg="2.5"),),
        rehab_measures=int(RehabMeasure.DAILY_LIVING),
    )
    return replace(record, **changes)


def middling(visited_on: date, **changes: Any) -> VisitRecord:
    """Insight is partial: basically stable."""
    return stable(visited_on, insight=2, **changes)


def unstable(visited_on: date, **changes: Any) -> VisitRecord:
    return stable(visited_on, **{"risk_level": 3, **changes})


def command(patient: Patient, record: VisitRecord, **changes: Any) -> RecordVisit:
    sent = RecordVisit(patient=patient.public_id, submission_key=str(uuid.uuid4()), record=record)
    return replace(sent, **changes)

"""Phones that work offline: one in use, one that has been silent for days, and a form that met another of the same day."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.scope import within
from app.desk.demo.moments import Moments
from app.desk.demo.settling import County
from app.patients.models import Patient
from app.patients.rules import RegistryStatus
from app.people.vault import Vault
from app.visits.forms.offline import OfflineForm, read_visit
from app.visits.forms.prefill import data_of
from app.visits.models import FollowUpVisit
from app.visits.queries_devices import list_forms
from app.visits.rules.record import VisitRecord
from app.visits.rules.sync import SentKind
from app.visits.service.devices import hear_from, turn_on
from app.visits.service.sync import Arrival, receive

# when the silent phone was last heard from, and how long its oldest form had waited by then
_SILENT_FOR = timedelta(hours=60)
_WAITED = timedelta(hours=20)


def carry_phones(session: Session, vault: Vault, county: County, moments: Moments) -> None:
    """Through the product's own use cases, on the days on which they happened."""
    now = moments.on(moments.today, 0)
    doctor, villager = county.actors["doctor"], county.actors["village_doctor"]
    turn_on(session, vault.keyring, doctor, "精防工作手机", now - timedelta(days=20))
    old = turn_on(session, vault.keyring, villager, "村卫生室手机", now - timedelta(days=30)).device
    hear_from(session, vault.keyring, villager, old.public_id, 2, _WAITED, now - _SILENT_FOR)
    _send_what_met_another(session, vault, villager, moments)


def _send_what_met_another(session: Session, vault: Vault, villager: Actor, moments: Moments) -> None:
    """The village doctor saw somebody on the day of the town's own visit, and had no network to know of it."""
    found = _visited_lately(session, villager)
    if found is None:
        return
    patient, before, last = found
    record = list_forms(session, villager, patient, [last.id])[0].record(vault, patient.person_id)
    now, key = moments.on(moments.today, 20), str(uuid.UUID(int=moments.today.toordinal(), version=4))
    form = OfflineForm(SentKind.VISIT, patient.public_id, _answers(record), seen=before.public_id, raw={})
    content = {"kind": "visit", "patient": form.patient, "answers": form.answers, "seen": form.seen}
    device = turn_on(session, vault.keyring, villager, "自己的手机", now - timedelta(days=9)).device
    arrival = Arrival(key, form.kind, form.patient, "", form.seen, content, now, now)
    receive(
        session,
        vault,
        villager,
        device,
        arrival,
        lambda _patient: read_visit(form, key, None, moments.today),
        moments.today,
        now,
    )


def _visited_lately(session: Session, villager: Actor) -> tuple[Patient, FollowUpVisit, FollowUpVisit] | None:
    """The patient of the village who was seen last, the visit before that, and the one of which the village doctor did not know."""
    seen = select(FollowUpVisit.patient_id).where(FollowUpVisit.is_complete, FollowUpVisit.withdrawn_at.is_(None))
    patients = session.scalars(
        select(Patient)
        .where(within(Patient.area_code, villager), Patient.registry_status == RegistryStatus.REGISTERED)
        .where(Patient.id.in_(seen))
        .order_by(Patient.last_visit_on.desc(), Patient.id)
        .limit(20)
    )
    for patient in patients:
        visits = session.scalars(
            select(FollowUpVisit)
            .where(FollowUpVisit.patient_id == patient.id, FollowUpVisit.withdrawn_at.is_(None))
            .order_by(FollowUpVisit.id.desc())
            .limit(2)
        ).all()
        if len(visits) == 2:
            return patient, visits[1], visits[0]
    return None


def _answers(record: VisitRecord) -> dict[str, list[str]]:
    """As a phone keeps them; the village doctor found the insight less than full."""
    data = {name: value for name, value in data_of(record).items() if value not in (None, "", [], 0)}
    if data.get("adverse_severity") == "0":
        del data["adverse_severity"]  # asked only of a reaction
    data |= {"meeting": "1", "insight": "2"}
    return {name: value if isinstance(value, list) else [_text(value)] for name, value in data.items()}


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)

"""拟出院: the ward prepares the record before the day; as much as is known is kept, sealed, and nobody is told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.queries import place_of
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.db import canonical_json
from app.core.errors import Conflict, Invalid, StaleVersion
from app.core.names import check_name
from app.core.reasons import reason
from app.discharges.commands import PlanDischarge
from app.discharges.models import Discharge
from app.discharges.rules.states import DischargeState
from app.discharges.sealing import DRAFT
from app.discharges.service.noting import note_discharge
from app.discharges.service.senders import Sender, lock_plan, sender_of
from app.people.commands import PersonDraft
from app.people.models import Person
from app.people.service import create_person
from app.people.vault import Vault

LONGEST_DRAFT = 20_000


def plan_discharge(session: Session, vault: Vault, actor: Actor, said: PlanDischarge, now: datetime) -> Discharge:
    """Keep the form as far as it is filled in. Raises `Conflict` for a record that was sent, `StaleVersion` for an older page."""
    require(actor, Action.SUBMIT_DISCHARGE)
    wrong = check_name(said.name).errors
    if wrong:
        raise Invalid({"name": list(wrong)})
    sender = sender_of(session, actor, said.hospital_name)
    draft = canonical_json(said.values)
    if len(draft) > LONGEST_DRAFT:
        raise Invalid({"": [reason("discharges.too_long", most=LONGEST_DRAFT)]})
    plan = lock_plan(session, actor, said.public_id) if said.public_id else _find(session, sender, said)
    if plan is None:
        plan = _new(session, vault, actor, sender, said, now)
    elif plan.state is not DischargeState.PLANNED:
        raise Conflict(reason("discharges.is_sent"))
    elif said.version is not None and said.version != plan.version:
        raise StaleVersion()
    person = session.get_one(Person, plan.person_id)
    if person.name != said.name:
        person.name = said.name
    plan.planned_on, plan.source = said.planned_on, said.source
    plan.draft_sealed = vault.seal(plan.person_id, DRAFT, draft)
    session.flush()
    note_discharge(session, actor, "discharges.planned", plan, now)
    return plan


def withdraw_plan(session: Session, actor: Actor, public_id: str, now: datetime) -> None:
    """Nobody leaves after all; what was prepared is forgotten."""
    require(actor, Action.SUBMIT_DISCHARGE)
    plan = lock_plan(session, actor, public_id)
    if plan.state is not DischargeState.PLANNED:
        raise Conflict(reason("discharges.is_sent"))
    plan.state, plan.draft_sealed = DischargeState.WITHDRAWN, None
    session.get_one(Person, plan.person_id).name = ""  # the row made for the plan: nobody stands behind it any more
    session.flush()
    note_discharge(session, actor, "discharges.plan_dropped", plan, now)


def _find(session: Session, sender: Sender, said: PlanDischarge) -> Discharge | None:
    own = select(Discharge).where(Discharge.submission_key == said.submission_key, Discharge.hospital_key == sender.key)
    return session.scalars(own).one_or_none()


def _new(session: Session, vault: Vault, actor: Actor, sender: Sender, said: PlanDischarge, now: datetime) -> Discharge:
    person = create_person(session, vault, PersonDraft(said.name), now)
    plan = Discharge(
        submission_key=said.submission_key,
        hospital_id=sender.hospital_id,
        hospital_name=sender.name,
        hospital_key=sender.key,
        state=DischargeState.PLANNED,
        source=said.source,
        is_on_behalf=sender.is_on_behalf,
        person_id=person.id,
        area_code=place_of(actor),
        county_code=sender.county_code,
        created_at=now,
        created_by=actor.user_id,
    )
    session.add(plan)
    session.flush()
    return plan

"""A death has one home: the person. What was recorded by mistake is taken back there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import Conflict
from app.core.reasons import reason
from app.people.models import Person
from app.people.service.noting import note_person
from app.people.vault import Vault

PROOF = "people.death_evidence_number"


def prove_death(
    session: Session, vault: Vault, person: Person, news_from: int | None, evidence: int | None, number: str
) -> None:
    """Who told of the death and what proves it, as codes of the printed form; the proof's number is sealed."""
    person.death_news_from, person.death_evidence = news_from, evidence
    person.death_evidence_number_sealed = vault.seal(person.id, PROOF, number.strip())
    session.flush()


def withdraw_death(session: Session, actor: Actor, person: Person, now: datetime) -> None:
    """The person lives; whoever reads the date (agreements, payments, work) reads none. The caller has asked two people."""
    if person.died_on is None:
        raise Conflict(reason("people.not_dead"))
    withdrawn = person.died_on.isoformat()
    person.died_on = person.died_on_precision = None
    person.death_cause = person.death_physical_cause = None
    person.death_news_from = person.death_evidence = person.death_evidence_number_sealed = None
    person.death_recorded_at = person.death_recorded_by = None
    session.flush()
    note_person(session, actor, "people.death_withdrawn", person, now, changed={"was": withdrawn})

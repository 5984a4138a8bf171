"""Who guards the person: by the register, and by the hospital's word at the door. The two may differ, and then people look."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.discharges.sealing import CONTACT, open_json
from app.discharges.sheets import Guard, Guarding
from app.guardians.labels import RELATION_LABELS
from app.guardians.models import Guardianship
from app.guardians.rules import Rank
from app.patients.queries.merges import merges
from app.people.models import Person
from app.people.queries import find_main_phone
from app.people.vault import Vault


def guarding_of(
    session: Session, vault: Vault, person_id: int, patient_id: int | None, contact_sealed: bytes | None
) -> Guarding:
    """Of a record that was handed out."""
    return Guarding(_registered(session, vault, patient_id), named_by_hospital(vault, person_id, contact_sealed))


def named_by_hospital(vault: Vault, person_id: int, contact_sealed: bytes | None) -> Guard | None:
    contact = open_json(vault, person_id, CONTACT, contact_sealed) or {}
    if not contact.get("name"):
        return None
    return Guard(contact["name"], contact.get("relation", ""), contact.get("phone", ""))


def _registered(session: Session, vault: Vault, patient_id: int | None) -> Guard | None:
    if patient_id is None:
        return None
    patient_id = merges(session).end_of(patient_id)
    found = session.execute(
        select(Guardianship.person_id, Guardianship.relation, Person.name)
        .join(Person, Person.id == Guardianship.person_id)
        .where(
            Guardianship.patient_id == patient_id,
            Guardianship.rank == Rank.FIRST,
            Guardianship.to_on.is_(None),
            Guardianship.withdrawn_at.is_(None),
        )
    ).one_or_none()
    if found is None:
        return None
    return Guard(found.name, RELATION_LABELS[found.relation], find_main_phone(session, vault, found.person_id) or "")

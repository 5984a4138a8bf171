"""Who guards the person: by the register, and by the hospital's word at the door. The two may differ, and then people look."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.discharges.rules.states import GuardianState
from app.discharges.rules.telling import guardian_state
from app.discharges.sealing import CONTACT, open_json
from app.discharges.sheets import Guard
from app.guardians.labels import RELATION_LABELS
from app.guardians.models import Guardianship
from app.guardians.rules import Rank
from app.patients.queries.merges import merges
from app.people.models import Person
from app.people.queries import find_main_phone
from app.people.vault import Vault

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
    def at_the_door(self) -> Guard | None:
        """Whom the hospital spoke with, where that is not known from the register."""
        if self.named is None or self.registered is None:
            return None
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

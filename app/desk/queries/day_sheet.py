"""What a list that leaves the screen says of its people besides the work list's own columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.batches import slices
from app.core.scope import within
from app.patients.models import Patient
from app.people.vault import Vault


@dataclass(frozen=True, slots=True)
class Beside:
    """The responsible doctor's name, whether visits are made together with others, and the address below the village."""

    doctor: str | None
    is_joint: bool
    address: str = ""


def beside(
    session: Session, actor: Actor, patients: Iterable[str], today: date, vault: Vault | None = None
) -> dict[str, Beside]:
    """patient (public id) → what stands beside the row; addresses only with a `vault`, for roles that read them."""
    reads_address = vault is not None and sees(actor, Field.ADDRESS) is Grant.FULL
    found: dict[str, Beside] = {}
    for part in slices(set(patients)):
        rows = session.execute(
            select(
                Patient.public_id,
                Patient.person_id,
                Patient.joint_visit_until,
                Patient.address_sealed,
                User.display_name,
            )
            .outerjoin(User, User.id == Patient.doctor_id)
            .where(Patient.public_id.in_(part), within(Patient.area_code, actor))
        ).all()
        if vault is not None and reads_address:
            vault.warm(row.person_id for row in rows if row.address_sealed is not None)
        for row in rows:
            address = ""
            if vault is not None and reads_address:
                address = vault.open(row.person_id, "patients.address", row.address_sealed) or ""
            is_joint = row.joint_visit_until is not None and row.joint_visit_until >= today
            found[row.public_id] = Beside(row.display_name, is_joint, address)
    return found

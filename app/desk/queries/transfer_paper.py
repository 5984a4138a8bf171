"""Everything that the paper of a transfer says, read as whoever may open the patient's record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.areas.models import Agency
from app.core.actor import Actor
from app.core.errors import NotFound
from app.desk.queries.patient import OpenTask, open_tasks
from app.desk.queries.transfers import TransferRow, get_transfer
from app.guardians.queries import list_guardians
from app.guardians.queries.page import GuardianCard
from app.patients.models import Transfer
from app.patients.queries import get_patient, header_of
from app.patients.queries.page import PatientHeader
from app.people.vault import Vault
from app.visits.models import VisitMedicine
from app.visits.queries import find_last_visit, list_visits


@dataclass(frozen=True, slots=True)
class TransferPaper:
    """`visits`: how many forms travel along."""

    transfer: Transfer
    row: TransferRow
    patient: PatientHeader
    guards: Sequence[GuardianCard]
    sender: Agency | None
    receiver: Agency | None
    medicines: Sequence[VisitMedicine]
    tasks: Sequence[OpenTask]
    visits: int


def open_transfer_paper(session: Session, vault: Vault, actor: Actor, public_id: str, today: date) -> TransferPaper:
    """Raises `NotFound` for an end that may not open the record: the receiver before accepting, the sender afterwards."""
    row = get_transfer(session, actor, public_id, today)
    if row.patient is None:
        raise NotFound()
    transfer = session.get_one(Transfer, row.id)
    patient = get_patient(session, actor, row.patient)
    last = find_last_visit(session, actor, patient)
    return TransferPaper(
        transfer=transfer,
        row=row,
        patient=header_of(session, actor, vault, patient, today),
        guards=list_guardians(session, actor, vault, patient),
        sender=_agency(session, transfer.from_agency_id),
        receiver=_agency(session, transfer.to_agency_id),
        medicines=[line for line in last.lines if line.is_guidance] or list(last.lines) if last else [],
        tasks=open_tasks(session, actor, patient, today),
        visits=len(list_visits(session, actor, patient)),
    )


def _agency(session: Session, agency_id: int | None) -> Agency | None:
    return session.get(Agency, agency_id) if agency_id else None

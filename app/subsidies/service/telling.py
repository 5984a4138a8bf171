"""Telling families that a payment was made: owed by the night's job, in words that say neither what for nor how much."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.guardians.models import Guardianship
from app.guardians.rules import Rank
from app.messages.queries.relevance import register
from app.messages.service import MessageKind, Owed, Relation, owe_many
from app.messages.service.reminding import end_of_day, told_as
from app.patients.models import Patient
from app.subsidies.models import PayFileLine, SubsidyLine
from app.subsidies.rules.transitions import PaymentState

TOLD_WITHIN = timedelta(days=7)  # of the bank's word; later it is no news
SUBJECT = "payment"
_RELATIONS = {Rank.FIRST: Relation.first_guardian, Rank.SECOND: Relation.second_guardian}


def owe_payment_notices(session: Session, today: date, now: datetime) -> tuple[int, int]:
    """Each payment that the bank has made lately, to a payee who agreed to be told and still guards; (new, already). Repeatable."""
    owed: list[Owed] = []
    for rank, relation in _RELATIONS.items():
        rows = session.execute(
            select(PayFileLine.id, Patient)
            .join(SubsidyLine, SubsidyLine.id == PayFileLine.line_id)
            .join(Patient, Patient.id == SubsidyLine.patient_id)
            .join(Guardianship, Guardianship.patient_id == Patient.id)
            .where(
                PayFileLine.state == PaymentState.PAID,
                PayFileLine.settled_at > now - TOLD_WITHIN,
                SubsidyLine.rank == rank,
                Guardianship.person_id == SubsidyLine.payee_person_id,
                *told_as(rank, today),
            )
            .order_by(PayFileLine.id)
        )
        owed += [
            Owed(
                kind=MessageKind.PAYMENT_MADE,
                dedupe_key=f"{MessageKind.PAYMENT_MADE}:{line_id}",
                patient=patient,
                recipient=relation(),
                subject=(SUBJECT, line_id),
                expires_at=end_of_day(today + TOLD_WITHIN),
            )
            for line_id, patient in rows
        ]
    made = owe_many(session, owed, now)
    return made, len(owed) - made


def _still_paid(session: Session, ids: Collection[int], _today: date) -> set[int]:
    """A bank may take its word back."""
    paid = select(PayFileLine.id).where(PayFileLine.id.in_(ids), PayFileLine.state == PaymentState.PAID)
    return set(session.scalars(paid))


register(SUBJECT, _still_paid)

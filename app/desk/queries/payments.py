"""What was paid for a patient's agreements, for roles that see amounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.period import parse_period
from app.core.scope import within
from app.patients.models import Patient
from app.patients.queries.merges import records_of
from app.people.models import Person
from app.subsidies.models import PayFileLine, SubsidyLine
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.transitions import PaymentState


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One line of a quarter. `payment` is None while nothing went to the bank."""

    period: str
    payee: str
    decision: LineState
    amount_fen: int
    days: int
    payment: PaymentState | None
    settled_at: datetime | None

    @property
    def on(self) -> date:
        """The day it stands at in a history: the quarter's last."""
        return parse_period(self.period).last_day


def list_payments(session: Session, actor: Actor, patient: Patient) -> list[PaymentRow]:
    """The newest quarter first; none for roles without amounts."""
    if sees(actor, Field.AMOUNT) is not Grant.FULL:
        return []
    rows = session.execute(
        select(
            SubsidyLine.period,
            Person.name,
            SubsidyLine.decision,
            SubsidyLine.amount_fen,
            SubsidyLine.days,
            PayFileLine.state,
            PayFileLine.settled_at,
        )
        .join(Person, Person.id == SubsidyLine.payee_person_id)
        .outerjoin(PayFileLine, PayFileLine.line_id == SubsidyLine.id)
        .where(SubsidyLine.patient_id.in_(records_of(session, patient.id)), within(SubsidyLine.area_code, actor))
        .order_by(SubsidyLine.period.desc(), SubsidyLine.id)
    )
    return [PaymentRow(*row) for row in rows]

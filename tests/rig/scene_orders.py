"""What a scene has of supervision orders: one for every unit that answers them, and one that was replied to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from app.core.access import Action, may
from app.core.actor import Actor
from app.core.reasons import reason
from app.numbers.models import SupervisionCase, SupervisionOrder, SupervisionStep
from app.numbers.rules.orders import CaseKind, CaseOutcome, Demand, OrderState
from app.patients.models import Patient
from tests.rig.clock import NOW, TODAY


class Kept(Protocol):
    """Where the public ids go."""

    place: str
    supervision_orders: dict[str, str]


def send_orders(
    session: Session, office: Actor, everybody: Mapping[str, Actor], patient: Patient, county_code: str, found: Kept
) -> None:
    """By rows: a list of everybody's own would need a county of its own. The first name is a sender's, which others fall back on."""
    units = {name: one.agency_id for name, one in everybody.items() if may(one, Action.ANSWER_ORDERS)}
    senders = dict.fromkeys((name for name, one in everybody.items() if may(one, Action.SEND_ORDERS)), office.agency_id)
    replied: str | None = None
    for serial, (name, agency_id) in enumerate({**senders, **units}.items(), start=1):
        if name in senders and replied:
            found.supervision_orders[name] = replied
            continue
        state = OrderState.REPLIED if name in senders else OrderState.RECEIVED
        order = _order(session, office, agency_id or 0, state, serial, patient, county_code, found.place)
        found.supervision_orders[name] = order.public_id
        replied = order.public_id if name in senders else replied


def _order(
    session: Session,
    office: Actor,
    agency_id: int,
    state: OrderState,
    serial: int,
    patient: Patient,
    county_code: str,
    place: str,
) -> SupervisionOrder:
    order = SupervisionOrder(
        area_code=county_code,
        year=TODAY.year,
        serial=serial,
        number=f"县督〔{TODAY.year}〕{serial}号",
        agency_id=agency_id,
        place=place,
        matter="late",
        period="",
        as_of=TODAY,
        demand=Demand.MEND,
        case_count=1,
        reply_by=TODAY + timedelta(days=6),
        state=state,
        issued_at=NOW,
        issued_by=office.user_id,
    )
    session.add(order)
    session.flush()
    session.add(
        SupervisionCase(
            order_id=order.id,
            kind=CaseKind.DUTY,
            subject_id=serial,
            patient_id=patient.id,
            area_code=patient.area_code,
            because=reason("numbers.order.duty.follow_up", on=TODAY).to_json(),
            outcome=CaseOutcome.ARRANGED if state is OrderState.REPLIED else None,
        )
    )
    for step in (OrderState.ISSUED, state):
        session.add(SupervisionStep(order_id=order.id, state=step, at=NOW, by=office.user_id, words=None))
    session.flush()
    return order

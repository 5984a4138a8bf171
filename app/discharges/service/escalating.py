"""What nobody has received is told to somebody by name: after 24, 48 and 72 hours, each once (domain 6).

What is owed follows from the forms and the rows that stand, never from when this last ran: after days without it, each step is made up
once and in order.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.contacts import Named, who_answers
from app.areas.models import AgencyKind
from app.areas.queries import find_agency
from app.core.actor import Role
from app.core.clock import business_day
from app.discharges.models import Discharge, HandoverEscalation, HandoverForm
from app.discharges.rules.clocks import ESCALATIONS, owed_escalations
from app.discharges.rules.states import LIVE, FormKind, FormState
from app.discharges.service.addressing import has_office
from app.discharges.service.noting import note_discharge
from app.discharges.service.parting import Part, all_parts, apart
from app.discharges.service.telling import tell_of_silence

BATCH = 500
_ROLES = {
    FormKind.HEALTH_CENTRE: Role.HEALTH_LEAD,
    FormKind.POLICE: Role.POLICE,
    FormKind.TOWN: Role.TOWN,
    FormKind.VILLAGE: Role.VILLAGE_WORKER,
    FormKind.TRANSFER: Role.COUNTY_OFFICE,
    FormKind.ORIGIN: Role.COUNTY_OFFICE,
    # calls the family; a reminder to the hospital would tell it whom the register has
    FormKind.GUARDIAN: Role.HEALTH_LEAD,
}


def escalate(session: Session, now: datetime) -> int:
    """Write down every step that is owed now; how many. A second run at the same moment writes nothing."""
    return all_parts(lambda after: escalate_part(session, after, now))


def escalate_part(session: Session, after: int, now: datetime) -> Part:
    """The next forms behind `after`."""
    rows = _waiting(session, after, now)
    if not rows:
        return Part(0, None)
    last = rows[-1][0].id
    stand = _standing(session, [form.id for form, _loop in rows])
    owed = [
        (form, loop, [hours for hours in owed_escalations(form.dispatched_at, now) if (form.id, hours) not in stand])
        for form, loop in rows
    ]
    made = sum(
        apart(session, loop, now, partial(_tell_all, session, form, loop, hours, now)) for form, loop, hours in owed
    )
    return Part(made, last)


def _tell_all(session: Session, form: HandoverForm, loop: Discharge, hours: list[int], now: datetime) -> int:
    """Each step is written down and whoever it names is told; of steps that are made up together everybody hears once, by the newest."""
    newest = {step.user_id: step for step in [_write(session, form, loop, one, now) for one in hours]}
    for step in newest.values():
        tell_of_silence(session, form, step, now)
    return len(hours)


def _waiting(session: Session, after: int, now: datetime) -> list[tuple[HandoverForm, Discharge]]:
    first = timedelta(hours=ESCALATIONS[0])
    rows = session.execute(
        select(HandoverForm, Discharge)
        .join(Discharge, Discharge.id == HandoverForm.discharge_id)
        .where(
            HandoverForm.state == FormState.DISPATCHED,
            HandoverForm.dispatched_at <= now - first,
            Discharge.state.in_(LIVE),
            HandoverForm.id > after,
        )
        .order_by(HandoverForm.id)
        .limit(BATCH)
        .with_for_update(of=HandoverForm)
    )
    return [(form, loop) for form, loop in rows]


def _standing(session: Session, forms: list[int]) -> set[tuple[int, int]]:
    rows = select(HandoverEscalation.form_id, HandoverEscalation.hours).where(HandoverEscalation.form_id.in_(forms))
    return {(form, hours) for form, hours in session.execute(rows)}


def _write(session: Session, form: HandoverForm, loop: Discharge, hours: int, now: datetime) -> HandoverEscalation:
    named = _whom(session, form, loop, hours, now)
    step = HandoverEscalation(
        form_id=form.id,
        hours=hours,
        due_at=form.dispatched_at + timedelta(hours=hours),
        at=now,
        user_id=named.user_id,
        agency_id=named.agency_id,
        named=named.words[:170],
    )
    session.add(step)
    session.flush()
    note_discharge(session, None, "discharges.escalated", loop, now, form=form.kind.value, hours=hours)
    return step


def _whom(session: Session, form: HandoverForm, loop: Discharge, hours: int, now: datetime) -> Named:
    """The unit itself; the county's coordinator; whoever answers for the political-legal committee's centre."""
    today = business_day(now)
    if hours == ESCALATIONS[0]:
        # beyond this product: the office that sends papers there
        if form.agency_id is None and not has_office(session, form.area_code):
            return who_answers(session, loop.county_code, today, Role.COUNTY_OFFICE)[0]
        where = form.agency_id or form.area_code
        return who_answers(session, where, today, None if form.agency_id else _ROLES[form.kind])[0]
    if hours == ESCALATIONS[1]:
        return who_answers(session, loop.county_code, today, Role.COORDINATOR)[0]
    centre = find_agency(session, AgencyKind.GOVERNANCE, loop.county_code)
    return who_answers(session, centre.id if centre else loop.county_code, today, Role.COORDINATOR)[0]

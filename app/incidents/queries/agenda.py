"""What could stand on a conference's agenda, each with its because: what this room knows, and what rooms above make known.

Other rooms offer theirs where they are imported: `offer(late_forms)`. Each looks only where the reader may.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.areas.models import Agency
from app.areas.queries import full_names
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.reasons import Reason, reason
from app.core.scope import within
from app.incidents.commands.conferences import AgendaItem
from app.incidents.models import Conference, ConferenceDecision, GreenRequest, Incident
from app.incidents.queries.conferences import list_items
from app.incidents.rules.conferences import PENDING, ItemSource
from app.incidents.rules.green import OPEN_GREEN
from app.incidents.rules.incidents import IncidentState
from app.patients.models import Patient
from app.patients.rules import RegistryStatus
from app.people.models import Person

MOST_SUGGESTED, WAITS_LONG = 40, timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Suggested:
    """Something that could stand on an agenda, with the words that a page needs to offer it."""

    item: AgendaItem
    name: str
    village: str

    @property
    def key(self) -> str:
        return f"{self.item.source}:{self.item.source_key}"


# (session, actor, today, now) → what the actor may see of it and could put on an agenda
Source = Callable[[Session, Actor, date, datetime], Sequence[Suggested]]
_SOURCES: list[Source] = []


def offer(source: Source) -> None:
    """A room above makes known what else an agenda may be built from."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def suggest(session: Session, actor: Actor, conference: Conference, today: date, now: datetime) -> list[Suggested]:
    """Everything that calls for several agencies and does not stand on this agenda yet."""
    require(actor, Action.HOLD_CONFERENCES)
    standing = {(one.source, one.source_key) for one in list_items(session, conference)}
    found = [one for source in (*_SOURCES, _incidents, _requests, _late_decisions) for one in source(session, actor, today, now)]  # fmt: skip
    return [one for one in found if (one.item.source, one.item.source_key) not in standing]


def _incidents(session: Session, actor: Actor, _today: date, _now: datetime) -> list[Suggested]:
    rows = _about(Incident).where(
        within(Incident.area_code, actor),
        Incident.state.in_((IncidentState.REPORTED, IncidentState.CONFIRMED)),
        Patient.registry_status == RegistryStatus.REGISTERED,
    )
    found = session.execute(rows.order_by(Incident.happened_on, Incident.id).limit(MOST_SUGGESTED)).all()
    return _offered(
        session, ItemSource.INCIDENT, [(*row, reason("incidents.agenda.incident", on=row[0].happened_on)) for row in found]
    )  # fmt: skip


def _requests(session: Session, actor: Actor, _today: date, now: datetime) -> list[Suggested]:
    rows = _about(GreenRequest).where(
        within(GreenRequest.area_code, actor),
        GreenRequest.state.in_(OPEN_GREEN),
        GreenRequest.asked_at < now - WAITS_LONG,
    )
    found = session.execute(rows.order_by(GreenRequest.asked_at, GreenRequest.id).limit(MOST_SUGGESTED)).all()
    return _offered(
        session, ItemSource.REQUEST, [(*row, reason("incidents.agenda.request", on=row[0].wanted_on)) for row in found]
    )  # fmt: skip


def _late_decisions(session: Session, actor: Actor, today: date, _now: datetime) -> list[Suggested]:
    late = ConferenceDecision
    rows = (
        _about(late)
        .join(Agency, Agency.id == late.agency_id)
        .add_columns(Agency.name)
        .where(within(late.area_code, actor), late.state.in_(PENDING), late.due_on < today)
    )
    found = session.execute(rows.order_by(late.due_on, late.id).limit(MOST_SUGGESTED)).all()
    return _offered(
        session,
        ItemSource.DECISION,
        [(one, patient, name, reason("incidents.agenda.late", agency=agency, on=one.due_on)) for one, patient, name, agency in found],
    )  # fmt: skip


def _about(kind: Any) -> Select[Any]:
    """Rows of a kind with whom they are about; somebody who is not registered has no place on an agenda yet."""
    return (
        select(kind, Patient.public_id, Person.name)
        .join(Patient, Patient.id == kind.patient_id)
        .join(Person, Person.id == Patient.person_id)
    )


def _offered(session: Session, source: ItemSource, rows: Sequence[tuple[Any, str, str, Reason]]) -> list[Suggested]:
    villages = full_names(session, {one.area_code for one, *_ in rows})
    return [
        Suggested(AgendaItem(source, one.public_id, patient, (because,)), name, villages[one.area_code])
        for one, patient, name, because in rows
    ]

"""Whom a count is about, put down in a table that only this connection sees and that goes once they are counted.

What follows joins it, so that of whole tables nothing but a county's rows is read; the planner knows how many there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    and_,
    case,
    func,
    insert,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateTable, DropTable

from app.core.scope import within_prefix
from app.numbers.queries.timeline import Counted, is_span_of_days
from app.patients.models import Patient, PatientSpan
from app.patients.rules import ManagementStatus, RegistryStatus, SpanKind

_NOT_AGREED = (ManagementStatus.REFUSED, ManagementStatus.PENDING_CONSENT)
_TOLD = (SpanKind.AREA, SpanKind.AGENCY, SpanKind.REGISTRY, SpanKind.MANAGEMENT, SpanKind.CARE)
_GONE = (RegistryStatus.EXCLUDED, RegistryStatus.MERGED)

UNIVERSE = Table(
    "counted_universe",
    MetaData(),
    Column("patient_id", Integer, primary_key=True, autoincrement=False),
    Column("area_code", String(12)),
    Column("agency", String(32)),
    Column("begun_on", Date),
    Column("counted_from", Date),
    Column("is_registered", Boolean),
    Column("management", String(32)),
    Column("care", String(32)),
    Column("managed_from", Date),
    Column("accepted_from", Date),
    Column("declined_from", Date),
    Column("registered_from", Date),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)


@contextmanager
def in_much_memory(session: Session) -> Iterator[None]:
    """PostgreSQL sorts and hashes in 4 MB unless it is told otherwise: right for a page, on disk for a county of many thousands."""
    is_told = session.get_bind().dialect.name == "postgresql"
    if is_told:
        session.execute(text("SET LOCAL work_mem = '128MB'"))
    yield
    if is_told:
        session.execute(text("SET LOCAL work_mem TO DEFAULT"))


@contextmanager
def gather(session: Session, counted: Counted) -> Iterator[Table]:
    """Whoever was registered at the cut-off or died in the window, with their states: at the cut-off, or through the day of death.
    The connection goes back to the pool without them; where counting fails, rolling back takes them along."""
    session.execute(CreateTable(UNIVERSE))
    session.execute(insert(UNIVERSE).from_select([column.name for column in UNIVERSE.columns], _universe(counted)))
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"ANALYZE {UNIVERSE.name}"))
    yield UNIVERSE
    session.execute(DropTable(UNIVERSE))


def _universe(counted: Counted) -> Select[Any]:
    """The register says *dead* from the day after."""
    states = _states(counted).subquery("states")
    begun = func.coalesce(states.c.managed_from, states.c.registered_from)
    first = case((begun > counted.first_on, begun), else_=literal(counted.first_on, Date))
    return select(
        states.c.patient_id,
        states.c.area_code,
        states.c.agency,
        begun,
        first,
        states.c.dead_from.is_(None),
        states.c.management,
        states.c.care,
        states.c.managed_from,
        states.c.accepted_from,
        states.c.declined_from,
        states.c.registered_from,
    ).where(
        within_prefix(states.c.area_code, counted.prefix),
        or_(
            states.c.registry == RegistryStatus.REGISTERED.value,
            and_(states.c.dead_from > counted.first_on, states.c.registered_to == states.c.dead_from),
        ),
    )


def _states(counted: Counted) -> Select[Any]:
    """One pass over the dated states: what held at the cut-off, a column each."""
    span, day = PatientSpan, counted.cut_off
    holds = and_(span.from_on <= day, or_(span.to_on.is_(None), span.to_on > day))

    def value_of(kind: SpanKind) -> ColumnElement[Any]:
        return func.max(case((and_(span.what == kind, holds), span.value)))

    def begun(kind: SpanKind, *values: str, last: date = day) -> ColumnElement[Any]:
        """Days on which the state became one of them."""
        return case((and_(span.what == kind, span.value.in_(values), span.from_on <= last), span.from_on))

    dead_by = day + timedelta(days=1)
    was_registered = and_(span.what == SpanKind.REGISTRY, span.value == RegistryStatus.REGISTERED.value)
    return (
        select(
            span.patient_id,
            value_of(SpanKind.AREA).label("area_code"),
            value_of(SpanKind.AGENCY).label("agency"),
            value_of(SpanKind.REGISTRY).label("registry"),
            value_of(SpanKind.MANAGEMENT).label("management"),
            value_of(SpanKind.CARE).label("care"),
            func.min(begun(SpanKind.MANAGEMENT, ManagementStatus.MANAGED)).label("managed_from"),
            func.max(begun(SpanKind.MANAGEMENT, ManagementStatus.MANAGED)).label("accepted_from"),
            func.max(begun(SpanKind.MANAGEMENT, *_NOT_AGREED)).label("declined_from"),
            func.min(begun(SpanKind.REGISTRY, RegistryStatus.REGISTERED)).label("registered_from"),
            func.max(case((was_registered, span.to_on))).label("registered_to"),
            func.min(begun(SpanKind.REGISTRY, RegistryStatus.DEAD, last=dead_by)).label("dead_from"),
        )
        .where(
            span.what.in_(_TOLD),
            span.withdrawn_at.is_(None),
            is_span_of_days(),
            span.from_on <= dead_by,
            span.patient_id.in_(_ever_here(counted)),
        )
        .group_by(span.patient_id)
    )


def _ever_here(counted: Counted) -> Select[int]:
    """Whoever once belonged to the place; when, their states say."""
    span = PatientSpan
    return (
        select(span.patient_id)
        .join(Patient, Patient.id == span.patient_id)
        .where(
            span.what == SpanKind.AREA,
            span.withdrawn_at.is_(None),
            within_prefix(span.value, counted.prefix),
            Patient.registry_status.not_in(_GONE),
        )
    )

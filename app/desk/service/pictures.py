"""Two records before and after an act, row by row, so that the act can be undone exactly.

A picture is every row of the two registrations and their people; the difference of two pictures is plain JSON: what was inserted, what
was deleted, and of what was changed each column before and after.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.orm import Session

from app.core.db import Base
from app.desk.merge_tables import tables_by
from app.incidents.rules.conferences import ConferenceState
from app.incidents.rules.incidents import IncidentState

Key = tuple[str, tuple[Any, ...]]
Picture = dict[Key, dict[str, Any]]
Difference = dict[str, list[Any]]

_EDITS = "version"  # goes on counting, so that a page that lay open meanwhile is told
_OF_PATIENT, _OF_PERSON = tables_by("patient_id"), tables_by("person_id")


def take(session: Session, patients: Iterable[int], people: Iterable[int]) -> Picture:
    """Every row of these registrations and people, as stored now."""
    session.flush()
    patient_ids, person_ids = sorted(patients), sorted(people)
    found: Picture = {}
    for name, column, ids in (
        ("patients", "id", patient_ids),
        ("people", "id", person_ids),
        *((name, "patient_id", patient_ids) for name in _OF_PATIENT),
        *((name, "person_id", person_ids) for name in _OF_PERSON),
    ):
        table = table_named(name)
        for row in session.execute(select(table).where(table.c[column].in_(ids))).mappings():
            found[name, _key(table, row)] = {at: row[at] for at in row if at != _EDITS}
    plans = [key[0] for name, key in found if name == "care_plans"]
    steps = table_named("care_plan_steps")
    for row in session.execute(select(steps).where(steps.c.plan_id.in_(plans))).mappings():
        found[steps.name, _key(steps, row)] = dict(row)
    return found


def difference(before: Picture, after: Picture) -> Difference:
    """What became of the first picture, as JSON."""
    return {
        "inserted": [[name, _plain_all(key)] for name, key in sorted(after.keys() - before.keys(), key=str)],
        "deleted": [
            [name, _plain_row(before[name, key])] for name, key in sorted(before.keys() - after.keys(), key=str)
        ],
        "changed": [
            [name, _plain_all(key), {at: [_plain(before[name, key][at]), _plain(now)] for at, now in changed.items()}]
            for name, key in sorted(before.keys() & after.keys(), key=str)
            if (changed := _changed(before[name, key], after[name, key]))
        ],
    }


def restore(session: Session, moved: Difference, first: Mapping[str, list[int]]) -> None:
    """Undo a difference. A column that was changed again since keeps its new value.

    `first`: of a table, the ids whose rows come first, where the values of two rows must not meet.
    """
    for name, key in moved["inserted"]:
        table = table_named(name)
        session.execute(delete(table).where(*_is(table, key)))
    for name, row in moved["deleted"]:
        table = table_named(name)
        session.execute(insert(table).values(_values(row)))
    for name, key, columns in sorted(moved["changed"], key=lambda one: _order(one, first)):
        table = table_named(name)
        stored = session.execute(select(table).where(*_is(table, key))).mappings().one_or_none()
        if stored is None or _is_evidence(session, name, dict(stored)):
            continue
        values = {at: _value(before) for at, (before, after) in columns.items() if _plain(stored[at]) == after}
        if _EDITS in table.c:
            values[_EDITS] = stored[_EDITS] + 1
        with _opened(session, table, key, dict(stored)):
            session.execute(update(table).where(*_is(table, key)).values(values))
    session.expire_all()


def _is_evidence(session: Session, name: str, stored: Mapping[str, Any]) -> bool:
    """Finished or minuted since the act: it stands as it was signed."""
    if name == "emergencies":
        return stored["finished_at"] is not None
    if name == "conference_items":
        held = table_named("conferences")
        state = session.scalar(select(held.c.state).where(held.c.id == stored["conference_id"]))
        return state is ConferenceState.MINUTED
    return False


@contextmanager
def _opened(session: Session, table: Table, key: list[Any], stored: Mapping[str, Any]) -> Iterator[None]:
    """An incident that was closed since is opened to be given back, and closed again: its effect is on somebody's money."""
    is_closed = table.name == "incidents" and stored["state"] is IncidentState.CLOSED
    row = update(table).where(*_is(table, key))
    if is_closed:
        session.execute(row.values(state=IncidentState.CONFIRMED))
    yield
    if is_closed:
        session.execute(row.values(state=IncidentState.CLOSED))


def table_named(name: str) -> Table:
    return Base.metadata.tables[name]


def _order(change: list[Any], first: Mapping[str, list[int]]) -> tuple[bool, bool]:
    """Rows that go back to the other registration leave their place before another row takes it again."""
    name, key, columns = change
    return "patient_id" not in columns, bool(key[0] not in first.get(name, key))


def _key(table: Table, row: Any) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key.columns)


def _is(table: Table, key: list[Any]) -> list[Any]:
    return [column == _value(part) for column, part in zip(table.primary_key.columns, key, strict=True)]


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {at: value for at, value in after.items() if before[at] != value}


def _plain_all(parts: Iterable[Any]) -> list[Any]:
    return [_plain(part) for part in parts]


def _plain_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {at: _plain(value) for at, value in row.items()}


def _values(row: Mapping[str, Any]) -> dict[str, Any]:
    return {at: _value(value) for at, value in row.items()}


def _plain(value: Any) -> Any:
    """A column's value as JSON; what JSON does not know comes with its kind."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes | memoryview):
        return {"bytes": b64encode(bytes(value)).decode()}
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    if isinstance(value, date):
        return {"on": value.isoformat()}
    return {"json": value} if isinstance(value, dict | list) else value


def _value(plain: Any) -> Any:
    if not isinstance(plain, dict):
        return plain
    kind, text = next(iter(plain.items()))
    return _READERS[kind](text)


_READERS: dict[str, Any] = {
    "bytes": b64decode,
    "at": datetime.fromisoformat,
    "on": date.fromisoformat,
    "json": lambda value: value,
}

"""The chain over audit events: sealed a few seconds after the act, walked by `flask audit verify`, its head anchored in a file.

Acts only insert their event, so no act waits for another. One sealer at a time appends (event, sequence, previous hash, hash) to
`audit_links`. Order is the order of arrival at the sealer: on PostgreSQL an event may commit after one with a higher id.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Text, func, insert, or_, select, text, type_coerce
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent, AuditLink
from app.core.db import JsonText, canonical_json
from app.core.models import HouseFact
from app.core.reasons import Reason

GENESIS = "0" * 64
SEALED_WITHIN = timedelta(seconds=60)  # an older event without a link means a stopped sealer or a forged event
LONGEST_TRANSACTION = timedelta(hours=2)  # how long after its `at` an event may still commit
AT_MOST = 20_000  # events a transaction of the sealer
SEALER_LOCK = 7_230_115
HEAD = "audit.head"  # house fact: the head as last anchored
ANCHORS = "anchors"  # folder of the instance
FETCH = 2_000

# Every column as it is stored: the detail's text is hashed as it stands, so that no byte of it can change either.
_NAMES = tuple(column.key for column in AuditEvent.__table__.columns)
_COLUMNS = tuple(
    type_coerce(column, Text).label(column.key) if isinstance(column.type, JsonText) else column
    for column in AuditEvent.__table__.columns
)


@dataclass(frozen=True)
class Head:
    """The chain's end: how many links, and the last one's hash."""

    sequence: int
    hash: str


@dataclass(frozen=True)
class Verdict:
    """`broken_at` is the first sequence that does not hold (None when whole); `why` is said in words."""

    whole: bool
    count: int
    broken_at: int | None = None
    why: Reason | None = None


# -- sealing ---------------------------------------------------------------------------------------------------------


def seal(session: Session, now: datetime, at_most: int = AT_MOST) -> int:
    """Append links for events that have none, oldest first; returns how many. One sealer at a time, the others wait."""
    _one_sealer(session)
    head = find_head(session)
    events = session.execute(_unsealed(session, head).limit(at_most)).all()
    links = []
    for event in events:
        event_hash = hash_event(event._mapping)
        previous, head = head, Head(head.sequence + 1, hash_link(head.sequence + 1, head.hash, event_hash))
        links.append(
            {
                "sequence": head.sequence,
                "event_id": event.id,
                "event_hash": event_hash,
                "previous_hash": previous.hash,
                "hash": head.hash,
                "sealed_at": now,
            }
        )
    if links:
        session.execute(insert(AuditLink), links)
    return len(links)


def seal_all(transactions: Callable[[], AbstractContextManager[Session]], now: Callable[[], datetime]) -> int:
    """Seal until nothing waits, in bounded transactions, so that acts never wait long; returns how many."""
    sealed = 0
    while True:
        with transactions() as session:
            batch = seal(session, now())
        sealed += batch
        if batch < AT_MOST:
            return sealed


def find_head(session: Session) -> Head:
    last = session.execute(
        select(AuditLink.sequence, AuditLink.hash).order_by(AuditLink.sequence.desc()).limit(1)
    ).first()
    return Head(last.sequence, last.hash) if last else Head(0, GENESIS)


def hash_event(columns: Mapping[Any, Any]) -> str:
    """SHA-256 over every column of the event in one canonical form; `detail` is its stored text."""
    plain = {name: _plain(columns[name]) for name in _NAMES}
    return hashlib.sha256(canonical_json(plain).encode()).hexdigest()


def hash_link(sequence: int, previous_hash: str, event_hash: str) -> str:
    return hashlib.sha256(f"{sequence}:{previous_hash}:{event_hash}".encode()).hexdigest()


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value


def _one_sealer(session: Session) -> None:
    """PostgreSQL: a lock for this transaction. SQLite: the transaction itself is the only writer."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SEALER_LOCK})


def _unsealed(session: Session, head: Head) -> Select[Any]:
    """Events without a link that can have arrived since the last sealing: higher ids, and late commits of lower ones."""
    query = select(*_COLUMNS).where(_has_no_link()).order_by(AuditEvent.id)
    if head.sequence == 0:
        return query
    last = session.execute(
        select(func.max(AuditLink.event_id), func.max(AuditLink.sealed_at)).where(
            AuditLink.sequence > head.sequence - AT_MOST
        )
    ).one()
    return query.where(or_(AuditEvent.id > last[0], AuditEvent.at >= last[1] - LONGEST_TRANSACTION))


def _has_no_link() -> ColumnElement[bool]:
    return ~select(AuditLink.event_id).where(AuditLink.event_id == AuditEvent.id).exists()


# -- anchoring -------------------------------------------------------------------------------------------------------


def anchor(session: Session, folder: Path, now: datetime) -> Head:
    """Write the head to `folder/YYYY-MM.jsonl` (to be copied off the machine) and into the house facts."""
    head = find_head(session)
    line = canonical_json({"sequence": head.sequence, "hash": head.hash, "at": _plain(now)})
    fact = session.get(HouseFact, HEAD)
    if fact is None:
        session.add(HouseFact(name=HEAD, value=line))
    elif json.loads(fact.value)["sequence"] == head.sequence:
        return head
    else:
        fact.value = line
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / f"{now:%Y-%m}.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())
    return head


def anchored_heads(session: Session, folder: Path | None) -> list[Head]:
    """Every head ever anchored, from the files and from the house facts. A line torn by a crash is passed over."""
    lines = (
        [line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines()]
        if folder
        else []
    )
    fact = session.get(HouseFact, HEAD)
    lines += [fact.value] if fact else []
    return [head for head in map(_read_head, lines) if head is not None]


def _read_head(line: str) -> Head | None:
    try:
        stored = json.loads(line)
        return Head(int(stored["sequence"]), str(stored["hash"]))
    except (ValueError, KeyError, TypeError):
        return None


# -- verifying -------------------------------------------------------------------------------------------------------


def verify(session: Session, now: datetime, anchors: Iterable[Head] = ()) -> Verdict:
    """Walk the whole chain and recompute it from the events as they stand now; stops at the first break."""
    heads = {head.sequence: head.hash for head in anchors}
    previous, count = Head(0, GENESIS), 0
    for row in _walk(session):
        count += 1
        why = _break(row, previous, heads)
        if why is not None:
            return Verdict(False, count, previous.sequence + 1, Reason(why))
        previous = Head(row.sequence, row.hash)
    if any(sequence > previous.sequence for sequence in heads):
        return Verdict(False, count, previous.sequence + 1, Reason("audit.broken.tail_cut"))
    forgotten = session.scalar(
        select(func.min(AuditEvent.id)).where(_has_no_link(), AuditEvent.at < now - SEALED_WITHIN)
    )
    if forgotten is not None:
        return Verdict(False, count, previous.sequence + 1, Reason("audit.broken.unsealed", {"event": forgotten}))
    return Verdict(True, count)


def _walk(session: Session) -> Iterator[Row[Any]]:
    """Links in order with their events' columns (None where the event is gone), in bounded memory."""
    links = (AuditLink.sequence, AuditLink.event_id, AuditLink.event_hash, AuditLink.previous_hash, AuditLink.hash)
    query = (
        select(*links, *_COLUMNS)
        .outerjoin(AuditEvent, AuditEvent.id == AuditLink.event_id)
        .order_by(AuditLink.sequence)
        .execution_options(yield_per=FETCH)
    )
    return iter(session.execute(query))


def _break(row: Row[Any], previous: Head, heads: Mapping[int, str]) -> str | None:
    """The code of what is wrong with one link after `previous`; None when it holds."""
    if row.sequence != previous.sequence + 1:
        return "audit.broken.gap"
    if row.id is None:
        return "audit.broken.event_gone"
    if hash_event(row._mapping) != row.event_hash:
        return "audit.broken.event_changed"
    if row.previous_hash != previous.hash or hash_link(row.sequence, previous.hash, row.event_hash) != row.hash:
        return "audit.broken.link_changed"
    if heads.get(row.sequence, row.hash) != row.hash:
        return "audit.broken.rewritten"
    return None

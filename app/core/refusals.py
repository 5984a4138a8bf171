"""When the database refuses what a use case let through (two people at once), its guard's name becomes words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.core.errors import Conflict
from app.core.reasons import Reason

_GUARD = re.compile(r"guard:(\w+)")


@contextmanager
def said_by(session: Session, sentences: Mapping[str, str]) -> Iterator[None]:
    """Flush at the end of the block; turn a refusal by guard or index into `Conflict`.

    `sentences` maps a guard's name, or a unique index's name on PostgreSQL and its columns on SQLite (`guardianships.patient_id,
    guardianships.rank`), to a reason's code. What it does not name passes on unchanged.
    """
    try:
        yield
        session.flush()
    except DBAPIError as refused:
        code = sentences.get(_refuser(str(refused.orig))) or _index_named(str(refused.orig), sentences)
        if code is None:
            raise
        raise Conflict(Reason(code)) from refused


def _refuser(message: str) -> str:
    found = _GUARD.search(message)
    return found[1] if found else ""


def _index_named(message: str, sentences: Mapping[str, str]) -> str | None:
    return next((code for name, code in sentences.items() if name in message), None)

"""Hearing what a request sends to the database: only what sent a write is worth a look at every table."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from app.core.db import Database

_READS = ("SELECT", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")
_TABLE = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)')


@contextmanager
def writes(database: Database, but: Collection[str]) -> Iterator[set[str]]:
    """The tables written to inside the block but for these, whether or not the write was kept; whoever has looked empties it.

    A statement that is neither a plain read nor a plain write stands there as it is: its listener then looks, and finds out.
    """
    heard: set[str] = set()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(_READS):
            found = _TABLE.match(statement)
            heard.update({found[1] if found else statement} - set(but))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield heard
    finally:
        event.remove(database.engine, "before_cursor_execute", note)

"""Every row of every table, for tests that say: all is as it was."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.db import Base

EDIT_COUNTERS = {"version"}  # how often a row was saved is no fact about it


def rows_of(session: Session, without: Collection[str] = ()) -> dict[str, list[dict[str, Any]]]:
    """table → its rows in the order of their keys, without the counters of edits."""
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name not in without:
            rows = session.execute(select(table).order_by(*table.primary_key.columns)).mappings()
            found[table.name] = [{name: row[name] for name in row if name not in EDIT_COUNTERS} for row in rows]
    return found

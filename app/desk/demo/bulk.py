"""Changing many rows with one prepared statement, and public ids that repeat for a seed."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from app.core.batches import table_of
from app.core.db import Base

Row = dict[str, Any]


def change_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Each row names its `id` and the same new values; those that a session holds already are to be expired by the caller."""
    if not rows:
        return
    table = table_of(model)
    names = [name for name in rows[0] if name != "id"]
    change = update(table).where(table.c.id == bindparam("row_id"))
    change = change.values({name: bindparam(f"new_{name}") for name in names})
    session.connection().execute(
        change, [{"row_id": row["id"]} | {f"new_{name}": row[name] for name in names} for row in rows]
    )


def new_id(rng: Random) -> str:
    """A public id of 22 characters."""
    return base64.urlsafe_b64encode(rng.randbytes(16)).decode().rstrip("=")

"""One row of a scoped query."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import Session

from app.core.errors import NotFound

T = TypeVar("T")


def find_one(session: Session, wanted: Select[T], *, lock: bool = False) -> T:
    """As stored now and nobody else's until the end with `lock`; elsewhere and non-existent alike raise `NotFound`."""
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound()
    return found

"""Cutting a query to the actor's area, as an index range on both databases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, true
from sqlalchemy.orm import InstrumentedAttribute

from app.core.actor import Actor


def within(column: InstrumentedAttribute[Any] | ColumnElement[Any], actor: Actor) -> ColumnElement[bool]:
    """`column` (a 12-digit area code) lies in the actor's area. An empty prefix (the operator) sees everything."""
    return within_prefix(column, actor.area_prefix)


def within_prefix(column: InstrumentedAttribute[Any] | ColumnElement[Any], prefix: str) -> ColumnElement[bool]:
    """All codes that start with `prefix`: codes are digits, and ':' follows '9' in every collation used (C, binary)."""
    if not prefix:
        return true()
    return and_(column >= prefix, column < prefix + ":")


def within_range(column: InstrumentedAttribute[Any] | ColumnElement[Any]) -> ColumnElement[bool]:
    """The same for a statement that is built once and run for many actors, with `area_values(actor)`."""
    return and_(column >= bindparam("area_from"), column < bindparam("area_to"))


def area_values(actor: Actor) -> dict[str, str]:
    """The actor's range for `within_range`; an empty prefix sees everything."""
    return {"area_from": actor.area_prefix, "area_to": actor.area_prefix + ":"}

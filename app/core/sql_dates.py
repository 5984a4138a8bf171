"""Day arithmetic inside a statement, the same on both databases: SQLite keeps days as ISO text, PostgreSQL as dates."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class DaysAfter(GenericFunction[date]):
    """`DaysAfter(day, n)`: the day so many days later."""

    type = Date()
    inherit_cache = True
    name = "anhu_days_after"

    def __init__(self, day: ColumnElement[Any] | InstrumentedAttribute[Any], days: ColumnElement[int]) -> None:
        super().__init__(day, days)


class DaysBetween(GenericFunction[int]):
    """`DaysBetween(first, last)`: how many days the later one lies after the earlier."""

    type = Integer()
    inherit_cache = True
    name = "anhu_days_between"

    def __init__(self, first: ColumnElement[Any], last: ColumnElement[Any]) -> None:
        super().__init__(first, last)


@compiles(DaysAfter, "sqlite")
def _after_on_sqlite(element: DaysAfter, compiler: SQLCompiler, **options: Any) -> str:
    day, days = (compiler.process(clause, **options) for clause in element.clauses)
    return f"date({day}, ({days}) || ' days')"


@compiles(DaysAfter, "postgresql")
def _after_on_postgresql(element: DaysAfter, compiler: SQLCompiler, **options: Any) -> str:
    day, days = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(CAST({day} AS DATE) + CAST({days} AS INTEGER))"


@compiles(DaysBetween, "sqlite")
def _between_on_sqlite(element: DaysBetween, compiler: SQLCompiler, **options: Any) -> str:
    first, last = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(julianday({last}) - julianday({first}) AS INTEGER)"


@compiles(DaysBetween, "postgresql")
def _between_on_postgresql(element: DaysBetween, compiler: SQLCompiler, **options: Any) -> str:
    first, last = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(CAST({last} AS DATE) - CAST({first} AS DATE))"

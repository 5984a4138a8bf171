"""Payments already made this year, as the roster tells them: a column a quarter, or period and amount."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.core.money import Money
from app.core.quarter import Quarter
from app.core.reasons import reason
from app.core.workbooks.sheet import Cell
from app.guardians.rules import Rank
from app.roster.rules import cells, days
from app.roster.rules.cells import CellError, says_nothing, text
from app.roster.rules.columns import Field
from app.roster.rules.entry import AgreementPart, GuardianPart, PaymentPart
from app.roster.rules.header import MappedColumn
from app.roster.rules.periods import quarters_in
from app.roster.rules.row_cells import RowCells

_MARKS = frozenset(["√", "✓", "✔", "是", "已发", "已发放", "y", "yes"])


@dataclass(frozen=True)
class PaymentColumns:
    """The payment columns of a sheet: those of one quarter each, and those that name the period in the row."""

    by_quarter: tuple[MappedColumn, ...]

    @classmethod
    def of(cls, columns: Sequence[MappedColumn]) -> PaymentColumns:
        return cls(tuple(one for one in columns if one.quarter and one.field is Field.PAID_AMOUNT))


def payments(
    row: RowCells,
    columns: PaymentColumns,
    first: GuardianPart | None,
    second: GuardianPart | None,
    agreement: AgreementPart | None,
) -> tuple[PaymentPart, ...]:
    """Each quarter once, and inside the row's agreement where it has one."""
    rank = _payee(row, first, second)
    found = [*_by_column(row, columns, rank), *_by_period(row, rank)]
    if found and first is None and not row.noted.errors:
        row.error(Field.PAID_AMOUNT, reason("roster.paid.no_guardian"))
    quarters = [payment.quarter for payment in found]
    for quarter in dict.fromkeys(quarters):
        if quarters.count(quarter) > 1:
            row.error(Field.PAID_AMOUNT, reason("roster.paid.twice", quarter=quarter))
        if agreement and not (agreement.from_on <= quarter.last_day and quarter.first_day <= agreement.to_on):
            row.error(Field.PAID_AMOUNT, reason("roster.paid.outside", quarter=quarter, number=agreement.number))
    return tuple(found)


def _payee(row: RowCells, first: GuardianPart | None, second: GuardianPart | None) -> Rank:
    """Whose payment it was: the first guardian's unless the row names the second."""
    if says_nothing(row.cell(Field.PAID_TO)):
        return Rank.FIRST
    shown = row.read(Field.PAID_TO, text) or ""
    name = row.read(Field.PAID_TO, cells.name) if shown else None
    if name and first and name.text == first.person.name:
        return Rank.FIRST
    if (name and second and name.text == second.person.name) or ("第二" in shown or "协助" in shown):
        return Rank.SECOND
    if first and not row.wrong(Field.PAID_TO) and not ("第一" in shown or shown == "监护人"):
        row.error(Field.PAID_TO, reason("roster.paid.stranger"))
    return Rank.FIRST


def _by_column(row: RowCells, columns: PaymentColumns, rank: Rank) -> list[PaymentPart]:
    found = []
    for column in columns.by_quarter:
        cell = row.at(column)
        if isinstance(cell, str) and cell.strip().lower() in _MARKS:
            row.error_at(column, reason("roster.paid.no_amount"))
            continue
        try:
            amount = None if says_nothing(cell) else cells.amount(cell)
        except CellError as unreadable:
            row.error_at(column, unreadable.why)
            continue
        if amount and _begun(row, column, Quarter.parse(column.quarter)):
            found.append(PaymentPart(Quarter.parse(column.quarter), amount, rank))
    return found


def _begun(row: RowCells, column: MappedColumn, quarter: Quarter) -> bool:
    if quarter.first_day <= row.setting.today:
        return True
    row.error_at(column, reason("roster.paid.future", quarter=quarter))
    return False


def _by_period(row: RowCells, rank: Rank) -> list[PaymentPart]:
    if not row.has(Field.PAID_AMOUNT) and not row.has(Field.PAID_PERIOD):
        return []
    amount = row.read(Field.PAID_AMOUNT, cells.amount)
    quarters = row.read(Field.PAID_PERIOD, lambda cell: _quarters(cell, row.setting.today))
    paid_on = row.read(Field.PAID_ON, lambda cell: days.past_day(cell, row.setting.today, row.setting.date1904))
    if row.wrong(Field.PAID_AMOUNT, Field.PAID_PERIOD) or not (amount or quarters):
        return []
    if amount is None or not quarters:
        missing = Field.PAID_AMOUNT if amount is None else Field.PAID_PERIOD
        row.error(missing, reason("roster.paid.no_amount" if amount is None else "roster.paid.no_period"))
        return []
    return _shared(row, amount, quarters, rank, paid_on)


def _quarters(cell: Cell, today: date) -> tuple[Quarter, ...]:
    if says_nothing(cell):
        return ()
    try:
        found = quarters_in(text(cell), today.year)
    except ValueError:
        raise CellError(reason("roster.paid.period_unknown", text=text(cell)[:20])) from None
    late = next((quarter for quarter in found if quarter.first_day > today), None)
    if late:
        raise CellError(reason("roster.paid.future", quarter=late))
    return found


def _shared(
    row: RowCells, amount: Money, quarters: tuple[Quarter, ...], rank: Rank, paid_on: date | None
) -> list[PaymentPart]:
    """One sum for several quarters is shared evenly; a sum that does not share to the fen has to be written apart."""
    each, rest = divmod(amount.fen, len(quarters))
    if rest:
        row.error(Field.PAID_AMOUNT, reason("roster.paid.not_even", count=len(quarters)))
        return []
    if len(quarters) > 1:
        row.warn(Field.PAID_AMOUNT, reason("roster.paid.shared", count=len(quarters), each=Money(each)))
    return [PaymentPart(quarter, Money(each), rank, paid_on) for quarter in quarters]

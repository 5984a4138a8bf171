"""Pay files as text: records of fixed width whose names survive to the last rare character, and comma separated values."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from reports.errors import DoesNotFitError
from reports.pay_layouts import Layout, Medium, PayColumn, Source
from reports.table_xlsx import Kind

Values = Mapping[Source, str | int]

# A cell that begins so would be computed by a spreadsheet.
_ACTIVE = tuple("=+-@\t\r\n＝＋－＠")
_LONG_NUMBERS = (Source.ID_NUMBER, Source.ACCOUNT)


def render_text(layout: Layout, whole: Values, lines: Iterable[Values]) -> bytes:
    """The file's bytes in the layout's encoding. Raises DoesNotFitError: nothing is ever cut off on the way to a bank."""
    if layout.medium is Medium.FIXED:
        records = [
            _record(layout, layout.head, whole),
            *(_record(layout, layout.columns, line) for line in lines),
            _record(layout, layout.trailer, whole),
        ]
        return b"".join(record + b"\r\n" for record in records)
    return _separated(layout, whole, lines).encode(layout.encoding)


def _record(layout: Layout, columns: Sequence[PayColumn], values: Values) -> bytes:
    return b"".join(_field(layout, column, values) for column in columns)


def _field(layout: Layout, column: PayColumn, values: Values) -> bytes:
    """Figures from the right with noughts, text from the left with blanks; `width` counts bytes."""
    value = column.literal if column.source is Source.RECORD else values[column.source]
    text = str(value)
    encoded = text.encode(layout.encoding)
    if len(encoded) > column.width or "\n" in text or "\r" in text:
        raise DoesNotFitError(column.title)
    return encoded.ljust(column.width) if column.kind is Kind.TEXT else encoded.rjust(column.width, b"0")


def _separated(layout: Layout, whole: Values, lines: Iterable[Values]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([column.title for column in layout.columns])
    for line in lines:
        writer.writerow([_cell(column, line[column.source]) for column in layout.columns])
    places = {Source.RECORD: 0, Source.COUNT: 1, Source.TOTAL: _place(layout, Source.AMOUNT)}
    sums = [""] * len(layout.columns)
    for column in layout.trailer:
        value = column.literal if column.source is Source.RECORD else whole[column.source]
        sums[places[column.source]] = _cell(column, value)
    writer.writerow(sums)
    return buffer.getvalue()


def _cell(column: PayColumn, value: str | int) -> str:
    if column.kind is Kind.FEN:
        whole, rest = divmod(int(value), 100)
        return f"{whole}.{rest:02d}"
    text = str(value)
    if column.source in _LONG_NUMBERS and text:
        return f"\t{text}"  # a tab keeps a spreadsheet from rounding a number of nineteen places
    return f"'{text}" if text.startswith(_ACTIVE) else text


def _place(layout: Layout, source: Source) -> int:
    return next(index for index, column in enumerate(layout.columns) if column.source is source)

"""The rows that an import refused, as a workbook that can be mended and imported again."""

from collections.abc import Sequence
from datetime import UTC, datetime

from reports.table_xlsx import Column, Line, Sheet, render_workbook

WHY = "退回原因"
_UNDATED = datetime(2000, 1, 1, tzinfo=UTC)


def render_rejects_xlsx(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    why: Sequence[str],
    created_at: datetime = _UNDATED,
) -> bytes:
    """The refused `rows` with their own headers in their own order, and before them the reason of each.

    Every cell is text, as it was read. Raises ValueError unless there is one reason a row.
    """
    columns = [Column(WHY, 48), *(Column(header, _width(header)) for header in headers)]
    lines = [Line((reason, *_filled(row, len(headers)))) for row, reason in zip(rows, why, strict=True)]
    sheet = Sheet("退回", columns, lines, footer="内部资料 注意保密", landscape=True, wrap=True)
    return render_workbook([sheet], title="导入退回", author="", created_at=created_at)


def _filled(row: Sequence[str], length: int) -> tuple[str, ...]:
    """A row as wide as the head: short rows are filled with empty cells, nothing is cut off."""
    return (*row, *[""] * (length - len(row)))


def _width(header: str) -> float:
    if "身份证" in header or "账号" in header or "编号" in header:
        return 24
    return max(12.0, 2.2 * len(header))

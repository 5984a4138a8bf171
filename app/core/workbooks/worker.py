"""Runs by itself, as a process: a workbook on standard input, one JSON line per sheet on standard output.

It imports nothing of the application. Memory and processor time are bounded before the first byte is read; a workbook that needs
more ends this process and nothing else.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from datetime import date, datetime
from typing import Any

MAX_MEMORY = 280 * 1024 * 1024
MAX_CPU_SECONDS = 8
MAX_ROWS = 30_000
MAX_COLUMNS = 300
MAX_SHEETS = 100
REFUSED = 4
OUT_OF_MEMORY = 5


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_SECONDS, MAX_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    from python_calamine import (  # after the limits: parsing is what they bound
        CalamineError,
        CalamineWorkbook,
        PasswordError,
    )

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
        if len(workbook.sheet_names) > MAX_SHEETS:
            return _refuse("too_heavy")
        return _write(workbook, int(sys.argv[1]) if len(sys.argv) > 1 else MAX_ROWS)
    except PasswordError:
        return _refuse("encrypted")
    except (CalamineError, ValueError, OSError):
        return _refuse("damaged")
    except MemoryError:
        return OUT_OF_MEMORY


def _write(workbook: Any, most_rows: int) -> int:
    lines = []
    for about in workbook.sheets_metadata:
        if not str(about.typ).endswith("WorkSheet"):
            continue
        sheet = workbook.get_sheet_by_name(about.name)
        rows = [[_plain(cell) for cell in row[:MAX_COLUMNS]] for row in sheet.to_python(skip_empty_area=False)]
        while rows and all(cell is None for cell in rows[-1]):
            rows.pop()
        if len(rows) > most_rows:
            return _refuse("too_many_rows", sheet=about.name, rows=len(rows), most=most_rows)
        merges = [[*first, *last] for first, last in sheet.merged_cell_ranges or ()]
        hidden = not str(about.visible).endswith(".Visible")
        lines.append(json.dumps({"name": about.name, "hidden": hidden, "merges": merges, "rows": rows}))
    sys.stdout.write("\n".join(lines))
    return 0


def _plain(cell: Any) -> Any:
    if cell == "":
        return None
    if isinstance(cell, datetime):
        return ["t", cell.isoformat()]
    if isinstance(cell, date):
        return ["d", cell.isoformat()]
    if isinstance(cell, str | bool | int | float):
        return cell
    return str(cell)


def _refuse(code: str, **args: Any) -> int:
    sys.stdout.write(json.dumps({"refused": code, **args}))
    return REFUSED


if __name__ == "__main__":
    sys.exit(main())

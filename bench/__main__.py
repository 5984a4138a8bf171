"""`python -m bench [sweep] [pages] [lists] [notices] [roster] [visit] [quarter]`: everything, or what is named."""

from __future__ import annotations

import signal
import sys
from importlib import import_module

from bench.table import Line, show

PARTS = ("sweep", "pages", "lists", "notices", "roster", "visit", "quarter")


def main(names: list[str]) -> None:
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        sys.exit(f"there is no measurement {unknown[0]}; there are: {', '.join(PARTS)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers are stopped on the way out
    lines: list[Line] = []
    notes: list[str] = []
    for name in names or PARTS:
        sys.stderr.write(f"measuring {name} …\n")
        part = import_module(f"bench.{name}")
        lines += part.measure()
        notes += [part.NOTE] if hasattr(part, "NOTE") else []
    show(lines, notes)
    if any(line.met is False for line in lines):
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])

"""`python -m bench [sweep] [pages] [lists] [notices] [roster] [visit] [quarter] [benefits] [numbers]`: everything, or what is named.

`quarter=2000` measures a quarter of so many lines instead of 20,000, `numbers=1000000` the indicators of so many patients instead of 50,000.
"""

from __future__ import annotations

import signal
import sys
from importlib import import_module

from app.core.memory import spare_collections
from bench.table import Line, show

PARTS = ("sweep", "pages", "lists", "notices", "roster", "visit", "quarter", "benefits", "numbers")


def main(names: list[str]) -> None:
    wanted = [name.partition("=") for name in names or PARTS]
    unknown = [name for name, _, size in wanted if name not in PARTS or (size and name not in ("quarter", "numbers"))]
    if unknown:
        sys.exit(
            f"there is no measurement {unknown[0]}; there are: {', '.join(PARTS)} (also quarter=2000, numbers=1000000)"
        )
    spare_collections()  # as the product's processes do
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers are stopped on the way out
    lines: list[Line] = []
    notes: list[str] = []
    for name, _, size in wanted:
        sys.stderr.write(f"measuring {name} …\n")
        part = import_module(f"bench.{name}")
        lines += part.measure(int(size)) if size else part.measure()
        notes += [part.NOTE] if hasattr(part, "NOTE") else []
    show(lines, notes)
    if any(line.met is False for line in lines):
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])

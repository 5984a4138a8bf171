"""Reading a printed paper back, with the tool that an office would use to search and copy it."""

from __future__ import annotations

import subprocess


def words_on(pdf: bytes, *more: str) -> str:
    """What pdftotext finds in the order of drawing, without white space, so that layout does not matter."""
    found = subprocess.run(["pdftotext", "-raw", *more, "-", "-"], input=pdf, capture_output=True, check=True)
    return "".join(found.stdout.decode().split())


def has_only_embedded_fonts(pdf: bytes) -> bool:
    """Whether the paper looks the same on a machine without our fonts."""
    rows = (
        subprocess.run(["pdffonts", "-"], input=pdf, capture_output=True, check=True).stdout.decode().splitlines()[2:]
    )
    return bool(rows) and all(row.split()[-5] == "yes" for row in rows)


def pages_of(pdf: bytes) -> int:
    told = subprocess.run(["pdfinfo", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    return int(next(line.split()[1] for line in told.splitlines() if line.startswith("Pages:")))

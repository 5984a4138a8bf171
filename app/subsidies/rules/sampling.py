"""Home checks of a quarter (reliability 2.4, row 8): drawn from the frozen list by a number that is published afterwards.

Nobody who knows the list can choose the number, and nobody who knows the number can choose the list: the draw follows from both.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

PERCENT = 5
LONGEST_NUMBER = 40
_NUMBER = re.compile(r"[0-9]{1,40}", re.ASCII)


def is_number(text: str) -> bool:
    """A published number in digits, such as a day's lottery result; what is written between them is left out before."""
    return bool(_NUMBER.fullmatch(text))


def sample_size(lines: int) -> int:
    """Five in a hundred, rounded up; at least one of a list that is not empty."""
    return -(-lines * PERCENT // 100)


def draw(digest: str, number: str, lines: Iterable[str]) -> list[str]:
    """The drawn lines' digests in their order: whose hash with the run's digest and the number comes first."""
    wanted = sorted(lines, key=lambda line: hashlib.sha256(f"{digest}:{number}:{line}".encode()).hexdigest())
    return wanted[: sample_size(len(wanted))]

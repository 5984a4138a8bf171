"""Where a Chinese line may end: never before 、。） and never after （《; words, figures and days stay whole."""

import re
from collections.abc import Iterator

from reports.typeface import Typeface

_WORD = re.compile(r"(?:[0-9]+[年月日])+|[!-~]+|.", re.DOTALL)
_NEVER_FIRST = frozenset("，。、；：？！）》」』】〕〉’”…—–·％%℃元年月日,.;:?!)]}")
_NEVER_LAST = frozenset("（《「『【〔〈‘“￥([{")
_NARROWEST = 0.2
"""No visible character of the typefaces is narrower, in em."""


def clip(text: str, room: float, face: Typeface) -> str:
    """`text` on one line of `room` em; what is too long ends with …"""
    text = _cut(text, room)
    if face.width(text) <= room:
        return text
    return _ended(text, room, face)


def wrap(text: str, room: float, most: int, face: Typeface) -> list[str]:
    """`text` in at most `most` lines of `room` em; what does not fit ends with …"""
    text = _cut(text, room * most).strip(" ")
    if face.width(text) <= room:
        return [text] if text else []
    lines: list[str] = []
    line: list[str] = []
    used = 0.0
    for word in _words(text, room, face):
        width = face.width(word)
        if used + width > room and line:
            carried = _carried(line, word)
            lines.append("".join(line).rstrip())
            line, used = carried, face.width("".join(carried))
        if line or word != " ":
            line.append(word)
            used += width
    lines.append("".join(line).rstrip())
    if len(lines) > most:
        lines = [*lines[: most - 1], _ended(lines[most - 1], room, face)]
    return lines


def words_of(text: str, room: float, face: Typeface) -> list[str]:
    """The pieces that stay whole when `text` is set into lines of `room` em."""
    return list(_words(text, room, face))


def may_part(before: str, after: str) -> bool:
    """Whether a line may end between these two words."""
    return after[0] not in _NEVER_FIRST and before[-1] not in _NEVER_LAST


def _ended(text: str, room: float, face: Typeface) -> str:
    """As much of `text` as leaves room for the … that says that there is more."""
    used = face.width("…")
    for index, char in enumerate(text):
        used += face.width(char)
        if used > room:
            return text[:index].rstrip() + "…"
    return text + "…"


def _cut(text: str, room: float) -> str:
    """Bound the work: more characters than could ever fit are not looked at."""
    return text[: int(room / _NARROWEST) + 2]


def _words(text: str, room: float, face: Typeface) -> Iterator[str]:
    for found in _WORD.findall(text):
        if len(found) > 1 and face.width(found) > room:
            yield from found
        else:
            yield found


def _carried(line: list[str], word: str) -> list[str]:
    """Take from the end of `line` what must not be parted from the next word."""
    carried: list[str] = []
    while len(line) > 1 and len(carried) < 3:
        if may_part(line[-1], carried[0] if carried else word):
            break
        carried.insert(0, line.pop())
    return carried

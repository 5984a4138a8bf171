"""Names as people have them: rare characters, middle dots, Latin letters (domain 8.5)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from app.core.identity import FULL_WIDTH
from app.core.reasons import Reason, reason

MIDDLE_DOT = "\u00b7"
LONGEST_NAME = 50
# The forms in which keyboards, spreadsheets and other systems write the dot of 阿依古丽·买买提.
_DOTS = re.compile("[\u00b7\u0387\u2022\u2024\u2027\u2219\u22c5\u30fb\uff65\u2e31\u25cf\ufe52]")
_HAN = (
    "\u2e80-\u2fdf\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"  # unified and rare
    "\ue000-\uf8ff\U000f0000-\U0010fffd"  # made by old systems
)
_BLANK_BESIDE_HAN = re.compile(f"(?<=[{_HAN}{MIDDLE_DOT}]) | (?=[{_HAN}{MIDDLE_DOT}])")
_STOP_BETWEEN_HAN = re.compile(f"(?<=[{_HAN}])[.。](?=[{_HAN}])")
_VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_JOINERS = frozenset(f"{MIDDLE_DOT} .'’-")


@dataclass(frozen=True, slots=True)
class Name:
    """A checked name in the form to store; `errors` refuse it, `warnings` only ask to look again."""

    text: str
    errors: tuple[Reason, ...] = ()
    warnings: tuple[Reason, ...] = ()

    @property
    def valid(self) -> bool:
        return not self.errors


def normalise_name(text: str) -> str:
    """One spelling: half-width letters, U+00B7 as the dot, no blanks inside Chinese names."""
    plain = unicodedata.normalize("NFC", text.translate(FULL_WIDTH))
    plain = " ".join(_VARIATION_SELECTORS.sub("", plain).split())
    plain = _STOP_BETWEEN_HAN.sub(MIDDLE_DOT, _DOTS.sub(MIDDLE_DOT, plain))
    return _BLANK_BESIDE_HAN.sub("", plain)


def check_name(text: str) -> Name:
    """The name in its stored form with what speaks against it. One character is unusual, not wrong."""
    name = normalise_name(text)
    if not name:
        return Name(name, (reason("core.name.empty"),))
    errors = []
    if len(name) > LONGEST_NAME:
        errors.append(reason("core.name.too_long", most=LONGEST_NAME))
    strange = next((sign for sign in name if not _belongs(sign)), None)
    if strange is not None:
        errors.append(reason("core.name.character", character=_shown(strange)))
    if not errors and not any(_is_letter(sign) for sign in name):
        errors.append(reason("core.name.empty"))
    return Name(name, tuple(errors), _warnings(name))


def is_han(character: str) -> bool:
    """A Chinese character, also a rare one outside the BMP or in a private-use area of an old system."""
    return re.fullmatch(f"[{_HAN}]", character) is not None


def _warnings(name: str) -> tuple[Reason, ...]:
    found = []
    if len(name) == 1:
        found.append(reason("core.name.one_character"))
    if any(unicodedata.category(sign) == "Co" for sign in name):
        found.append(reason("core.name.private_use"))
    return tuple(found)


def _belongs(sign: str) -> bool:
    return sign in _JOINERS or _is_letter(sign) or unicodedata.category(sign) in ("Mn", "Mc")


def _is_letter(sign: str) -> bool:
    """Assigned or not: the newest CJK extensions are unassigned (Cn) in an older Unicode table."""
    return unicodedata.category(sign).startswith("L") or is_han(sign)


def _shown(sign: str) -> str:
    return sign if sign.isprintable() else f"U+{ord(sign):04X}"

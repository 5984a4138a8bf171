"""The typefaces of every paper, and which of them draws which character.

Noto Sans SC first, then the rare Han subset, then HanaMin B where the machine has it. A character that none of them has is
drawn as 〓 (the printer's geta) and noted: it never vanishes.
"""

import threading
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from reports.tounicode import repair_reportlab

FONT_FOLDER = Path(__file__).parent / "fonts"
GETA = "〓"

_REGULAR = ("AnhuSans", FONT_FOLDER / "NotoSansSC-Regular.ttf")
_BOLD = ("AnhuSans-Bold", FONT_FOLDER / "NotoSansSC-Bold.ttf")
_RARE = ("AnhuRareHan", FONT_FOLDER / "AnhuRareHan-Regular.ttf")
_LAST_RESORT = ("HanaMinB", Path("/usr/share/fonts/truetype/hanazono/HanaMinB.ttf"))

_lock = threading.RLock()
_loaded: dict[str, TTFont | None] = {}
_typefaces: dict[bool, "Typeface"] = {}


class Typeface:
    """One weight with its fallbacks. Widths are in em, so they hold for every size."""

    def __init__(self, primary: TTFont) -> None:
        self.primary = primary
        self._primary_characters = _characters_of(primary)
        self._advances = _Advances(self)
        self._fonts: dict[str, TTFont | None] = {}

    def runs(self, text: str, missing: set[str] | None = None) -> list[tuple[TTFont, str]]:
        """Cut `text` into runs that one font can draw; characters that none has become 〓 and are put into `missing`."""
        if self._primary_characters.issuperset(text):
            return [(self.primary, text)]
        runs: list[tuple[TTFont, str]] = []
        for char in text:
            font, drawn = self.font_of(char), char
            if font is None:
                font, drawn = self.primary, GETA
                if missing is not None:
                    missing.add(char)
            if runs and runs[-1][0] is font:
                runs[-1] = (font, runs[-1][1] + drawn)
            else:
                runs.append((font, drawn))
        return runs

    def width(self, text: str) -> float:
        """Width of `text` in em."""
        return sum(map(self._advances.__getitem__, text))

    def font_of(self, char: str) -> TTFont | None:
        """The first font that has `char`, or None."""
        try:
            return self._fonts[char]
        except KeyError:
            found = self._fonts[char] = self._find(char)
            return found

    def advance_of(self, char: str) -> float:
        font = self.font_of(char)
        face: Any = (font or self.primary).face
        return float(face.getCharWidth(ord(char if font else GETA))) / 1000

    def _find(self, char: str) -> TTFont | None:
        if char in self._primary_characters:
            return self.primary
        for name, path in (_RARE, _LAST_RESORT):
            font = _load(name, path)
            if font is not None and char in _characters_of(font):
                return font
        return None


class _Advances(dict[str, float]):
    """Width of each character in em, filled as characters are met."""

    def __init__(self, typeface: Typeface) -> None:
        super().__init__()
        self._typeface = typeface

    def __missing__(self, char: str) -> float:
        width = self[char] = self._typeface.advance_of(char)
        return width


def typeface(bold: bool = False) -> Typeface:
    """The regular or the bold typeface; parsed once per process (about 0.1 s), safe in threads."""
    try:
        return _typefaces[bold]
    except KeyError:
        pass
    with _lock:
        if bold not in _typefaces:
            repair_reportlab()
            name, path = _BOLD if bold else _REGULAR
            font = _load(name, path)
            if font is None:
                raise FileNotFoundError(path)
            _typefaces[bold] = Typeface(font)
        return _typefaces[bold]


def missing_characters(text: str) -> str:
    """The characters of `text` that no font on this machine can draw, each once, in their order."""
    face = typeface()
    return "".join(dict.fromkeys(char for char in text if face.font_of(char) is None))


def _load(name: str, path: Path) -> TTFont | None:
    """The font of that name, parsed once: two objects of one font in a document would spoil its text."""
    with _lock:
        if name not in _loaded:
            _loaded[name] = TTFont(name, str(path)) if path.is_file() else None
            if (font := _loaded[name]) is not None:
                pdfmetrics.registerFont(font)
        return _loaded[name]


@lru_cache(maxsize=8)
def _characters_of(font: TTFont) -> frozenset[str]:
    return frozenset(_code_points(font))


def _code_points(font: TTFont) -> Iterator[str]:
    face: Any = font.face
    for code in face.charToGlyph:
        if code >= 0x20:
            yield chr(code)

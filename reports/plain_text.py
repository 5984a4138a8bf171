"""What may stand in a printed or exported text: visible characters on one line, never more than a bound."""

import re

LONGEST_TEXT = 4_000

# Controls, soft hyphen, zero-width and direction marks, variation selectors, surrogates, non-characters and tag
# characters: none of them is ink, some of them turn a line around or make a workbook unreadable.
_INVISIBLE = (
    "\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_INVISIBLE_RUN = re.compile(f"[{_INVISIBLE}]+")
_BREAKS = re.compile(r"[\t\n\r\v\f\x85\u2028\u2029]+")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def printable(text: str, limit: int = LONGEST_TEXT) -> str:
    """One line of visible characters: breaks become a space, invisible characters go, the rest is cut at `limit`."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if _INVISIBLE_RUN.search(text) is None:
        return text
    return _INVISIBLE_RUN.sub("", _BREAKS.sub(" ", text))


def cell_text(text: str, limit: int = 32_767) -> str:
    """Text that a workbook cell can hold (Excel's bound is 32,767 characters) and hand back unchanged."""
    text = text[:limit]
    return text if text.isprintable() else _NOT_XML.sub("\ufffd", text)

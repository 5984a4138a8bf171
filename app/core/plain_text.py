"""Characters that nobody types and no reader sees: controls, direction overrides, zero-width signs.

They make two texts look alike that are not, turn a line round on paper, or are no text for one of the databases. Joiners
(U+200C, U+200D) belong to some scripts and are left alone.
"""

from __future__ import annotations

import re

# C0 and C1 controls apart from tab and line ends, the halves of a broken pair, which no database stores, and what stands for
# bytes that were no text
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd-\uffff"
# soft hyphen, marks, overrides and isolates of direction, zero-width spaces, invisible operators, byte order mark, tags
_UNSEEN = "\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
CONTROLS = re.compile(f"[{_CONTROLS}]")
UNKEPT = re.compile(f"[{_CONTROLS}{_UNSEEN}]")


def find_unkept(text: str) -> str | None:
    """The code of the sentence that refuses `text`; None for text that can be kept."""
    found = UNKEPT.search(text)
    if found is None:
        return None
    return "core.text.control" if CONTROLS.match(found[0]) else "core.text.unseen"


def without_unkept(text: str) -> str:
    return UNKEPT.sub("", text)

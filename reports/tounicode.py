"""Repair of ReportLab's ToUnicode map, so that 李𬭩 can be found and copied in the PDF.

ReportLab 5.1.0 writes the Unicode value of a glyph as one hexadecimal number. The format (ISO 32000-1, 9.10.3) wants
UTF-16BE, where a character beyond the basic plane is a surrogate pair: U+2CB69 must read <D872DF69>, not <2CB69>, which readers
take for U+2CB6. The format also allows at most 100 entries in one block.
"""

from collections.abc import Sequence
from typing import Any

from reportlab.pdfbase import ttfonts

_ENTRIES_PER_BLOCK = 100


def to_unicode_cmap(font_name: str, subset: Sequence[int]) -> str:
    """The ToUnicode character map of one font subset: code n stands for the character `subset[n]`."""
    entries = [f"<{code:02X}> <{_utf16(char)}>" for code, char in enumerate(subset)]
    blocks: list[str] = []
    for start in range(0, len(entries), _ENTRIES_PER_BLOCK):
        block = entries[start : start + _ENTRIES_PER_BLOCK]
        blocks += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            "/CIDSystemInfo",
            f"<< /Registry ({font_name})",
            f"/Ordering ({font_name})",
            "/Supplement 0",
            ">> def",
            f"/CMapName /{font_name} def",
            "/CMapType 2 def",
            "1 begincodespacerange",
            f"<00> <{len(subset) - 1:02X}>",
            "endcodespacerange",
            *blocks,
            "endcmap",
            "CMapName currentdict /CMap defineresource pop",
            "end",
            "end",
        ]
    )


def _utf16(char: int) -> str:
    return chr(char).encode("utf-16-be").hex().upper()


def repair_reportlab() -> None:
    """Put our map in the place of ReportLab's; harmless when called again."""
    module: Any = ttfonts
    module.makeToUnicodeCMap = to_unicode_cmap

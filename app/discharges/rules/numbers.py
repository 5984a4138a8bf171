"""The number by which people speak of a form: short, from its opaque identifier, of no meaning outside."""

from __future__ import annotations

_LENGTH = 8


def form_number(public_id: str) -> str:
    """`K3F9QX2B`: letters and digits that survive a telephone."""
    return "".join(one for one in public_id.upper() if one.isalnum() and one.isascii())[:_LENGTH]

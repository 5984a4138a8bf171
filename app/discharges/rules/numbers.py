"""Numbers by which people speak of a form and of a discharge."""

from __future__ import annotations

_LENGTH = 8


def form_number(public_id: str) -> str:
    """`K3F9QX2B`, short, from the opaque identifier, of no meaning outside: letters and digits that survive a telephone."""
    return "".join(one for one in public_id.upper() if one.isalnum() and one.isascii())[:_LENGTH]


def issued(number: str, issue: int) -> str:
    """`CY-7`; its second issue, after the first was entered wrongly, `CY-7 #2`: a blank stands in no hospital's own number."""
    return number if issue == 1 else f"{issue_of(number)}{issue}"


def first_of(number: str) -> str:
    """The hospital's own number of whatever issue."""
    return number.partition(" #")[0]


def issue_of(number: str) -> str:
    """How later issues of a number begin."""
    return f"{number} #"

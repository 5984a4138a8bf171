"""Telephone numbers of people (domain 8.5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from app.core.identity import FULL_WIDTH
from app.core.reasons import Reason, reason

_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_LANDLINE = re.compile(r"(0\d{2,3})-?(\d{7,8})(-\d{1,6})?", re.ASCII)
# 010 and 02x have three digits, every other area code four.
_SHORT_AREA = re.compile(r"(0(?:10|2\d))-?(\d{8})(-\d{1,6})?", re.ASCII)


class PhoneKind(StrEnum):
    MOBILE = "mobile"
    LANDLINE = "landline"


@dataclass(frozen=True, slots=True)
class Phone:
    """A checked number in the form to store: `13812341234`, `0552-3012345`, `010-66001234-801`."""

    number: str
    kind: PhoneKind | None = None
    errors: tuple[Reason, ...] = ()

    @property
    def valid(self) -> bool:
        return not self.errors


def check_phone(text: str) -> Phone:
    """Strip blanks, brackets and +86, and tell a mobile from a landline. Never raises."""
    plain = re.sub(r"[\s()]", "", text.translate(FULL_WIDTH))
    plain = re.sub(r"[‐-―−]", "-", plain)
    plain = re.sub(r"^(\+86|0086)-?", "", plain)
    if not plain:
        return Phone(plain, errors=(reason("core.phone.empty"),))
    if _MOBILE.fullmatch(plain.replace("-", "")):
        return Phone(plain.replace("-", ""), PhoneKind.MOBILE)
    landline = _SHORT_AREA.fullmatch(plain) or _LANDLINE.fullmatch(plain)
    if landline:
        return Phone(f"{landline[1]}-{landline[2]}{landline[3] or ''}", PhoneKind.LANDLINE)
    return Phone(plain, errors=(reason("core.phone.shape"),))

"""Who somebody is on paper: citizen numbers, kinds of documents, sex codes, and how identity is masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from app.core.i18n import N_
from app.core.reasons import Reason, reason

FULL_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
OLDEST_BIRTH = date(1900, 1, 1)
# GB/T 2260: the first two digits of every province-level division.
# fmt: off
PROVINCES = frozenset({
    "11", "12", "13", "14", "15",
    "21", "22", "23",
    "31", "32", "33", "34", "35", "36", "37",
    "41", "42", "43", "44", "45", "46",
    "50", "51", "52", "53", "54",
    "61", "62", "63", "64", "65", "71",
})
# fmt: on
# Residence permits of Hong Kong, Macao and Taiwan residents carry these instead of a county (domain 8.2).
RESIDENCE_PERMIT_AREAS = frozenset({"810000", "820000", "830000"})
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"


class Sex(IntEnum):
    """GB/T 2261.1."""

    UNKNOWN = 0
    MALE = 1
    FEMALE = 2
    NOT_STATED = 9


SEX_LABELS = {Sex.UNKNOWN: N_("未知"), Sex.MALE: N_("男"), Sex.FEMALE: N_("女"), Sex.NOT_STATED: N_("未说明")}


class IdKind(StrEnum):
    """Kinds of papers: CV02.01.101, and three of our own (domain 8.2)."""

    NONE = "00"
    RESIDENT_CARD = "01"
    HOUSEHOLD_BOOK = "02"
    PASSPORT = "03"
    OFFICER_CARD = "04"
    DRIVING_LICENCE = "05"
    HK_MACAO_PERMIT = "06"
    TAIWAN_PERMIT = "07"
    RESIDENCE_PERMIT = "11"
    FOREIGN_RESIDENT_CARD = "12"
    OTHER = "99"

    @property
    def holds_citizen_number(self) -> bool:
        """The number on it follows GB 11643 and is checked."""
        return self in (IdKind.RESIDENT_CARD, IdKind.HOUSEHOLD_BOOK, IdKind.RESIDENCE_PERMIT)


ID_KIND_LABELS = {
    IdKind.RESIDENT_CARD: N_("居民身份证"),
    IdKind.HOUSEHOLD_BOOK: N_("居民户口簿"),
    IdKind.PASSPORT: N_("护照"),
    IdKind.OFFICER_CARD: N_("军官证"),
    IdKind.DRIVING_LICENCE: N_("驾驶证"),
    IdKind.HK_MACAO_PERMIT: N_("港澳居民来往内地通行证"),
    IdKind.TAIWAN_PERMIT: N_("台湾居民来往内地通行证"),
    IdKind.RESIDENCE_PERMIT: N_("港澳台居民居住证"),
    IdKind.FOREIGN_RESIDENT_CARD: N_("外国人永久居留身份证"),
    IdKind.OTHER: N_("其他法定有效证件"),
    IdKind.NONE: N_("无证件或不详"),
}


@dataclass(frozen=True, slots=True)
class ResidentId:
    """A checked citizen number. Without `errors` it is valid and carries what the number itself says."""

    number: str
    errors: tuple[Reason, ...]
    sex: Sex | None = None
    born_on: date | None = None
    area_code: str | None = None

    @property
    def valid(self) -> bool:
        return not self.errors

    @property
    def kind(self) -> IdKind:
        return IdKind.RESIDENCE_PERMIT if self.area_code in RESIDENCE_PERMIT_AREAS else IdKind.RESIDENT_CARD


def normalise_id_number(number: str) -> str:
    """Half width, upper case, no blanks."""
    return "".join(number.translate(FULL_WIDTH).split()).upper()


def check_digit(first_17: str) -> str:
    """The 18th place of a citizen number (GB 11643)."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first_17, strict=True))
    return _CHECK_DIGITS[total % 11]


def resident_id(number: str, today: date) -> ResidentId:
    """Check a citizen number or residence permit (domain 8.1). Never raises; `errors` say why not."""
    text = normalise_id_number(number)
    shape = _shape_error(text)
    if shape:
        return ResidentId(text, (shape,))
    errors = [found for found in (_area_error(text), _birth_error(text, today), _check_error(text)) if found]
    if errors:
        return ResidentId(text, tuple(errors))
    sex = Sex.MALE if int(text[16]) % 2 else Sex.FEMALE
    return ResidentId(text, (), sex, _birth_date(text), text[:6])


def looks_rounded(number: str) -> bool:
    """A spreadsheet keeps 15 digits and writes zeros after them. One such number in eleven passes the check
    digit all the same, so a number that arrived as a *number* is refused whatever `resident_id` says."""
    return len(number) == 18 and number.endswith("000")


def contradictions(checked: ResidentId, sex: Sex | None, born_on: date | None) -> tuple[Reason, ...]:
    """Where what was typed differs from what a valid number says: one of the two is wrong."""
    found = []
    typed_sex = sex if sex in (Sex.MALE, Sex.FEMALE) else None
    if checked.sex and typed_sex and typed_sex != checked.sex:
        found.append(reason("core.id.sex_differs"))
    if checked.born_on and born_on and born_on != checked.born_on:
        found.append(reason("core.id.birth_differs", born_on=checked.born_on))
    return tuple(found)


def _shape_error(text: str) -> Reason | None:
    if not text:
        return reason("core.id.empty")
    if "E+" in text:
        return reason("core.id.rounded")
    if not text.isascii() or not (text[:-1].isdigit() and (text[-1].isdigit() or text[-1] == "X")):
        return reason("core.id.characters")
    if len(text) == 15:
        return reason("core.id.first_generation")
    return None if len(text) == 18 else reason("core.id.length", length=len(text))


def _area_error(text: str) -> Reason | None:
    if text[:2] in PROVINCES or text[:6] in RESIDENCE_PERMIT_AREAS:
        return None
    return reason("core.id.area", area=text[:6])


def _birth_error(text: str, today: date) -> Reason | None:
    born_on = _birth_date(text)
    if born_on is None:
        return reason("core.id.birth_date", digits=text[6:14])
    if born_on < OLDEST_BIRTH:
        return reason("core.id.birth_too_early", born_on=born_on)
    return reason("core.id.birth_in_future", born_on=born_on) if born_on > today else None


def _birth_date(text: str) -> date | None:
    try:
        return date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return None


def _check_error(text: str) -> Reason | None:
    if text[17] == check_digit(text[:17]):
        return None
    return reason("core.id.rounded" if looks_rounded(text) else "core.id.check_digit")


def last4(text: str) -> str:
    """The last four characters; of a text that short nothing is shown."""
    return text[-4:] if len(text) > 4 else "*" * len(text)


def mask_id(number: str) -> str:
    """`3403**********1234`; of a short number only its ends."""
    shown = 4 if len(number) >= 12 else 2 if len(number) >= 6 else 0
    return _mask_middle(number, shown, shown)


def mask_phone(number: str) -> str:
    """`138****1234`; of any other number the last four."""
    return _mask_middle(number, 3 if len(number) == 11 and number[0] == "1" else 0, 4)


def mask_name(name: str) -> str:
    """`王*明`, `王*`; a longer name keeps its first and last character."""
    return _mask_middle(name, 1, 1 if len(name) > 2 else 0)


def _mask_middle(text: str, head: int, tail: int) -> str:
    if len(text) <= head + tail:
        return "*" * len(text)
    return text[:head] + "*" * (len(text) - head - tail) + (text[-tail:] if tail else "")

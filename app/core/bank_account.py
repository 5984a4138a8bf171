"""Numbers of bank cards and passbooks (domain 8.5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from app.core.identity import FULL_WIDTH
from app.core.reasons import Reason, reason

CARD_LENGTHS = range(13, 20)
PASSBOOK_LENGTHS = range(6, 33)


class AccountKind(StrEnum):
    """What the payee shows at the counter. A social security card (社会保障卡) has a bank number like any card."""

    SOCIAL_CARD = "social_card"
    CARD = "card"
    PASSBOOK = "passbook"


@dataclass(frozen=True, slots=True)
class BankAccount:
    """A checked number. Only `errors` make it unusable; `warnings` ask to look at the passbook again."""

    number: str
    kind: AccountKind
    errors: tuple[Reason, ...] = ()
    warnings: tuple[Reason, ...] = ()

    @property
    def valid(self) -> bool:
        return not self.errors


def check_account(text: str, kind: AccountKind) -> BankAccount:
    """Strip blanks and hyphens, then length and Luhn. A passbook need not pass Luhn. Never raises."""
    number = re.sub(r"[\s-]", "", text.translate(FULL_WIDTH))
    error = _error(number, kind)
    if error:
        return BankAccount(number, kind, errors=(error,))
    if kind is AccountKind.PASSBOOK and not passes_luhn(number):
        return BankAccount(number, kind, warnings=(reason("core.account.passbook_check"),))
    return BankAccount(number, kind)


def passes_luhn(number: str) -> bool:
    """The check of ISO/IEC 7812 over a text of ASCII digits."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _error(number: str, kind: AccountKind) -> Reason | None:
    if not number:
        return reason("core.account.empty")
    if re.fullmatch(r"\d(\.\d+)?[Ee]\+?\d+", number, re.ASCII):
        return reason("core.account.rounded")
    if not (number.isascii() and number.isdigit()):
        return reason("core.account.digits")
    is_passbook = kind is AccountKind.PASSBOOK
    if len(number) not in (PASSBOOK_LENGTHS if is_passbook else CARD_LENGTHS):
        shape = AccountKind.PASSBOOK if is_passbook else AccountKind.CARD
        return reason(f"core.account.{shape}_length", length=len(number))
    if not is_passbook and not passes_luhn(number):
        return reason("core.account.card_check")
    return None

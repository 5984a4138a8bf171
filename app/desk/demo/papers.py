"""Invented papers: citizen numbers, telephones and accounts that pass every check and belong to nobody."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random

from app.core.bank_account import AccountKind, passes_luhn
from app.core.identity import Sex, check_digit

COUNTY_DIGITS = "349921"  # 安和县 stands in no real register
# Mobile numbers begin with 142 and 143, which no operator has been given; 0565 is an area code that was given back.
_MOBILE_HEADS = ("142", "143")
_LANDLINE_HEAD = "0565"
_CARD_HEAD = "629999"  # set aside for tests
_BANKS = ("安和农村商业银行", "邮政储蓄银行安和县支行", "农业银行安和县支行")
_PASSBOOK_BANK = "安和农村商业银行"


@dataclass
class Papers:
    """Numbers already given out, so that no two people share one."""

    rng: Random
    _taken: set[str] = field(default_factory=set)

    def citizen_number(self, sex: Sex, born_on: date) -> str:
        """18 places by GB 11643: the county, the birth date, an order number that is odd for men, the check digit."""
        while True:
            order = self.rng.randrange(1, 999) // 2 * 2 + (1 if sex is Sex.MALE else 0)
            first = f"{COUNTY_DIGITS}{born_on:%Y%m%d}{order:03d}"
            if self._is_new(first):
                return first + check_digit(first)

    def mobile(self) -> str:
        while True:
            number = self.rng.choice(_MOBILE_HEADS) + f"{self.rng.randrange(10**8):08d}"
            if self._is_new(number):
                return number

    def landline(self) -> str:
        while True:
            number = f"{_LANDLINE_HEAD}-{self.rng.randrange(2_000_000, 8_999_999)}"
            if self._is_new(number):
                return number

    def account(self) -> tuple[AccountKind, str, str]:
        """Kind, number and bank: mostly social security cards of 19 places, some bank cards, some passbooks that need not pass Luhn."""
        if self.rng.random() < 0.12:
            return AccountKind.PASSBOOK, f"3499{self.rng.randrange(10**14):014d}", _PASSBOOK_BANK
        while True:
            body = _CARD_HEAD + f"{self.rng.randrange(10**12):012d}"
            if self._is_new(body):
                number = next(body + digit for digit in "0123456789" if passes_luhn(body + digit))
                kind = AccountKind.CARD if number[-2] in "789" else AccountKind.SOCIAL_CARD
                return kind, number, self.rng.choice(_BANKS)

    def _is_new(self, number: str) -> bool:
        if number in self._taken:
            return False
        self._taken.add(number)
        return True

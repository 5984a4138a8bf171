"""What a county sets for its guardian subsidy (domain 5.2), as one frozen value with the defaults of 5.2."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from app.core.i18n import N_
from app.core.money import Money
from app.subsidies.rules.bank import PayLayout
from app.subsidies.rules.remark import is_neutral


class EligibleRule(StrEnum):
    """Whose guardians are paid: from a risk level on (or after a past incident), or of every managed patient."""

    MANAGED = "managed"
    RISK1 = "risk1"
    RISK2 = "risk2"
    RISK3 = "risk3"
    RISK4 = "risk4"

    @property
    def level(self) -> int | None:
        """The lowest level paid; None when the level does not matter."""
        return None if self is EligibleRule.MANAGED else int(self.value[-1])


class DayRule(StrEnum):
    """Whether the days strictly between the first and the last day of a stay are paid."""

    EXCLUDE = "exclude"
    INCLUDE = "include"


class IncidentEffect(StrEnum):
    """How far back an incident is looked for. It only ever puts a line on hold."""

    STOP_PERIOD = "stop_period"
    STOP_YEAR = "stop_year"
    STOP_YEAR_AND_BAR = "stop_year_and_bar_12_months"


class DutyCheck(StrEnum):
    OFF = "off"
    REQUIRED = "required"


class Chain(StrEnum):
    """One reviewer approves, or police, town, county office and reviewer jointly (部门联审)."""

    SINGLE = "single"
    JOINT = "joint"


class Rhythm(StrEnum):
    """How many months are paid at once. Half-years are those of the calendar; a year begins with the guardianship year."""

    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


class PayingOffice(StrEnum):
    """Whose money it is, and whose name and seal the papers bear."""

    CIVIL_AFFAIRS = "civil_affairs"
    POLITICAL_LEGAL = "political_legal"
    HEALTH = "health"


class LevelCounts(StrEnum):
    """How long a level that has fallen still counts (domain 9, case 33)."""

    AGREEMENT = "agreement"
    QUARTER = "quarter"


ELIGIBLE_RULE_LABELS = {
    EligibleRule.MANAGED: N_("全部在管患者的监护人"),
    EligibleRule.RISK1: N_("危险性 1 级及以上或曾肇事肇祸"),
    EligibleRule.RISK2: N_("危险性 2 级及以上或曾肇事肇祸"),
    EligibleRule.RISK3: N_("危险性 3 级及以上或曾肇事肇祸"),
    EligibleRule.RISK4: N_("危险性 4 级及以上或曾肇事肇祸"),
}
DAY_RULE_LABELS = {DayRule.EXCLUDE: N_("不计"), DayRule.INCLUDE: N_("计入")}
INCIDENT_EFFECT_LABELS = {
    IncidentEffect.STOP_PERIOD: N_("本期有肇事肇祸的，暂缓待定"),
    IncidentEffect.STOP_YEAR: N_("本监护年度有肇事肇祸的，暂缓待定"),
    IncidentEffect.STOP_YEAR_AND_BAR: N_("十二个月内有肇事肇祸的，暂缓待定"),
}
DUTY_CHECK_LABELS = {DutyCheck.OFF: N_("不作为发放条件"), DutyCheck.REQUIRED: N_("履责认定合格后发放")}
CHAIN_LABELS = {Chain.SINGLE: N_("一人复核"), Chain.JOINT: N_("部门联审")}
LEVEL_COUNTS_LABELS = {
    LevelCounts.AGREEMENT: N_("等级下降后发至协议期满"),
    LevelCounts.QUARTER: N_("等级下降后发至本期末"),
}

RHYTHM_LABELS = {
    Rhythm.QUARTER: N_("按季度"),
    Rhythm.HALF_YEAR: N_("按半年"),
    Rhythm.YEAR: N_("按年"),
}
PAYING_OFFICE_LABELS = {
    PayingOffice.CIVIL_AFFAIRS: N_("民政局"),
    PayingOffice.POLITICAL_LEGAL: N_("政法委"),
    PayingOffice.HEALTH: N_("卫健委"),
}
PAY_LAYOUT_LABELS = {
    PayLayout.XLSX: N_("农商行工作簿（XLSX）"),
    PayLayout.FIXED: N_("定长文本（GB18030，带合计）"),
    PayLayout.CSV: N_("逗号分隔文本（CSV）"),
    PayLayout.CARD: N_("惠民惠农“一卡通”工作簿"),
}

LEVELS = range(6)
# 0: each agreement's own year, else the month in which the guardianship year begins
YEAR_STARTS = range(13)
# the months with which what is paid at once can begin a year
_PAID_FROM = {Rhythm.QUARTER: (1, 4, 7, 10), Rhythm.HALF_YEAR: (1, 7), Rhythm.YEAR: (1, 4, 7, 10)}
_LARGEST_ANNUAL = Money.from_yuan("1000000")
_CUTOFF = re.compile(r"12-(\d\d)", re.ASCII)
_LAST_CUTOFF = 30


@dataclass(frozen=True, slots=True)
class PolicyTerms:
    """One version of a county's policy. ValueError, naming the field, for what makes no sense.

    `annual` None ends the scheme. `annual_by_level` is what a year comes to at a risk level where that differs from `annual`, as
    (level, amount) in order of levels. `first_share` is the first guardian's part in per cent; the second guardian
    gets the rest, rounded down to the fen.
    """

    annual: Money | None
    eligible_rule: EligibleRule = EligibleRule.RISK3
    level_counts: LevelCounts = LevelCounts.AGREEMENT
    inpatient_days: DayRule = DayRule.EXCLUDE
    care_facility_days: DayRule = DayRule.EXCLUDE
    incident_effect: IncidentEffect = IncidentEffect.STOP_PERIOD
    first_share: int = 100
    duty_check: DutyCheck = DutyCheck.OFF
    # months without an in-person visit by a clinician before a line is held; 0 switches the check off
    visit_within_months: int = 6
    # an account changed so few days before the run is decided puts the line on hold
    account_hold_days: int = 30
    chain: Chain = Chain.SINGLE
    document_number: str = ""
    paying_office: str = ""
    # what the bank prints beside the payment: neutral, for the queue behind the guardian reads it too
    remark: str = N_("惠民补贴")
    # working days for which an approved run's counts hang out before it may be paid; 0: no public notice
    notice_days: int = 0
    # "12-10": the day of the fourth quarter up to which facts are known when its run is prepared early; empty: never early
    early_cutoff: str = ""
    pay_layout: PayLayout = PayLayout.XLSX
    annual_by_level: tuple[tuple[int, Money], ...] = ()
    period: Rhythm = Rhythm.QUARTER
    # the month in which a guardianship year begins: reaches back so far for an incident, begins the year that is paid at once (with a
    # quarter then: 1, 4, 7, 10); 0: each agreement's own year
    guardianship_year_start: int = 0
    office: PayingOffice = PayingOffice.CIVIL_AFFAIRS
    # so many days after the period's end the money should be on the accounts; shown, not enforced. 0: not said
    pay_within_days: int = 0
    # working days after the period's end within which the village's duty check is due
    duty_within_days: int = 10
    # why the year's amount lies below the city's floor, and by which paper; empty where it does not
    floor_ground: str = ""
    floor_reference: str = ""

    def __post_init__(self) -> None:
        if self.annual is not None and not Money(0) < self.annual <= _LARGEST_ANNUAL:
            raise ValueError("annual")
        for name, kind in _CHOICES.items():
            if not isinstance(getattr(self, name), kind):
                raise ValueError(name)
        for name, most in _NUMBERS.items():
            if type(getattr(self, name)) is not int or not 0 <= getattr(self, name) <= most:
                raise ValueError(name)
        for name, longest in _WORDS.items():
            value = getattr(self, name)
            if not isinstance(value, str) or len(value) > longest or not value.isprintable():
                raise ValueError(name)
        if not is_neutral(self.remark):
            raise ValueError("remark")
        self._check_levels()
        self._check_year()
        if self.early_cutoff and self.cutoff_day is None:
            raise ValueError("early_cutoff")

    def _check_levels(self) -> None:
        levels = [level for level, _ in self.annual_by_level]
        if levels != sorted(set(levels)) or not set(levels) <= set(LEVELS) or (levels and self.annual is None):
            raise ValueError("annual_by_level")
        if any(not Money(0) < amount <= _LARGEST_ANNUAL for _, amount in self.annual_by_level):
            raise ValueError("annual_by_level")

    def _check_year(self) -> None:
        """Any month (domain C8); a year that is paid at once is four whole quarters."""
        start = self.guardianship_year_start
        is_known = type(start) is int and start in YEAR_STARTS
        if not is_known or (self.period is Rhythm.YEAR and start and start not in _PAID_FROM[self.period]):
            raise ValueError("guardianship_year_start")

    @property
    def cutoff_day(self) -> int | None:
        """The day of December from which the year's last period may be prepared; None where it must have ended."""
        found = _CUTOFF.fullmatch(self.early_cutoff)
        return int(found[1]) if found and 1 <= int(found[1]) <= _LAST_CUTOFF else None

    @property
    def year_start(self) -> int:
        """The month in which a year of payments begins: the guardianship year's, where what is paid at once begins with it, else January."""
        start = self.guardianship_year_start
        return start if start in _PAID_FROM[self.period] else 1

    @property
    def lowest_annual(self) -> Money | None:
        """The least that a year of care is worth to anybody; None where the scheme has ended."""
        paid = [amount for level, amount in self.annual_by_level if level >= (self.eligible_rule.level or 0)]
        return None if self.annual is None else min([self.annual, *paid])

    def annual_at(self, level: int | None) -> Money | None:
        """A year's amount at the level that counts."""
        return dict(self.annual_by_level).get(level, self.annual) if level is not None else self.annual

    @property
    def second_share(self) -> int:
        return 100 - self.first_share

    @property
    def is_open(self) -> bool:
        """Whether anything is paid at all."""
        return self.annual is not None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; the amount as `annual_fen`, those of levels as `[[level, fen], …]`."""
        content = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "annual"}
        content["annual_by_level"] = [[level, amount.fen] for level, amount in self.annual_by_level]
        plain = {name: str(value) if isinstance(value, StrEnum) else value for name, value in content.items()}
        return {"annual_fen": self.annual.fen if self.annual else None, **plain}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> PolicyTerms:
        """What `to_json` wrote; a term that it does not know yet has its default. ValueError names the field."""
        values = dict(stored)
        annual_fen = values.pop("annual_fen")
        unknown = values.keys() - {one.name for one in fields(cls)} | (values.keys() & {"annual"})
        if unknown:
            raise ValueError(min(unknown))
        for name in values.keys() & _CHOICES.keys():
            values[name] = _choice(name, values[name])
        levels = values.pop("annual_by_level", [])
        values["annual_by_level"] = tuple((int(level), Money(int(fen))) for level, fen in levels)
        return cls(annual=None if annual_fen is None else Money(annual_fen), **values)


_CHOICES: dict[str, type[StrEnum]] = {
    "eligible_rule": EligibleRule,
    "level_counts": LevelCounts,
    "inpatient_days": DayRule,
    "care_facility_days": DayRule,
    "incident_effect": IncidentEffect,
    "duty_check": DutyCheck,
    "chain": Chain,
    "pay_layout": PayLayout,
    "period": Rhythm,
    "office": PayingOffice,
}
_NUMBERS = {
    "first_share": 100, "visit_within_months": 60, "account_hold_days": 366, "notice_days": 30,
    "pay_within_days": 180, "duty_within_days": 60,
}  # fmt: skip
_WORDS = {
    "document_number": 60, "paying_office": 100, "remark": 20, "early_cutoff": 5,
    "floor_ground": 30, "floor_reference": 60,
}  # fmt: skip


def _choice(name: str, value: str) -> StrEnum:
    try:
        return _CHOICES[name](value)
    except ValueError:
        raise ValueError(name) from None

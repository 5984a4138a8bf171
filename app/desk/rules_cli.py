"""`flask rules try NAME`: ask a rule directly, JSON in, JSON out, always with its reasons. Needs no database.

For training, for auditors and for other systems' tests (docs of the input and output: the table of `RULES`).
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import click
from flask.cli import AppGroup

from app.core.bank_account import AccountKind, check_account
from app.core.calendar import house_workdays
from app.core.clock import current_clock
from app.core.commands import refuse
from app.core.i18n import _
from app.core.identity import Sex, resident_id
from app.core.money import Money
from app.core.period import Period, parse_period
from app.core.quarter import Quarter
from app.core.rates import rate
from app.core.reasons import Reason, reason, say
from app.core.workdays import add_working_days
from app.desk.rules_input import AMOUNT, LARGEST_INPUT, Given, MalformedError, in_order, read
from app.desk.rules_numbers import STANDARD_KEYS, try_standard
from app.subsidies.rules.amount import compute, shares
from app.subsidies.rules.days import DayFacts, Stay
from app.subsidies.rules.policy import LEVELS, DayRule
from app.visits.rules.classification import Assessment, classify
from app.visits.rules.due import needs_trend, next_due
from app.visits.rules.form import FIELDS, Trend, VisitClass
from app.visits.rules.ruleset import VisitRules

_MALFORMED = 2
_SPLIT = re.compile(r"(\d{1,3})/(\d{1,3})", re.ASCII)
_TRENDS = {"stabilising": Trend.STABILISING, "not_stable": Trend.NOT_STABLE}
_SEXES = {Sex.MALE: "male", Sex.FEMALE: "female"}

rules_cli = AppGroup("rules", help="ask the rules directly")


def try_visit_class(given: Given) -> dict[str, Any]:
    codes: dict[str, Any] = {
        "risk_level": given.integer("risk_level", FIELDS["risk_level"].codes),
        "psychotic_symptoms": given.integer("psychotic_symptoms", FIELDS["psychotic_symptoms"].codes),
        "insight": given.integer("insight", FIELDS["insight"].codes),
        "social_function": given.integers("social_function"),
        "adverse_severity": given.integer("adverse_reaction", FIELDS["adverse_severity"].codes),
        "physical_illness": given.integer("physical_illness", FIELDS["physical_illness"].codes),
        "other_abnormal": given.boolean("other_abnormal"),
    }
    try:
        assessment = Assessment(**codes)
    except ValueError as wrong:
        raise MalformedError(_("“%(key)s”应为五个整数的列表", key=str(wrong))) from None
    found = classify(assessment, VisitRules())
    return {"class": int(found.visit_class), "because": _said(found.reasons)}


def try_next_due(given: Given) -> dict[str, Any]:
    visited_on = given.day("visit_on")
    visit_class = VisitClass(given.integer("class", list(VisitClass)))
    previous = VisitClass(given.integer("previous_class", list(VisitClass))) if given.has("previous_class") else None
    trend = _TRENDS[given.choice("trend", _TRENDS)] if given.has("trend") else None
    if trend is None and needs_trend(visit_class, previous):
        raise MalformedError(_("上次与本次都是 2 类时，必须给出“%(key)s”", key="trend"))
    due = next_due(visited_on, visit_class, previous, trend, VisitRules())
    return {"next_due_on": due.on.isoformat(), "because": _said(due.reasons)}


def try_subsidy_amount(given: Given) -> dict[str, Any]:
    annual, period = _annual_at_level(given), _period(given)
    inpatient_days = DayRule(given.choice("inpatient_days", list(DayRule), DayRule.EXCLUDE))
    care_days = DayRule(given.choice("care_facility_days", list(DayRule), DayRule.EXCLUDE))
    found = compute(period, annual, _day_facts(given), inpatient_days, care_days)
    if not given.has("split"):
        return {"amount": found.amount.yuan, "because": _said(found.dated_reasons)}
    first, second = shares(found.amount, _first_share(given))
    because = (*found.dated_reasons, reason("subsidies.amount.shares", first=first, second=second))
    return {"amount": found.amount.yuan, "first": first.yuan, "second": second.yuan, "because": _said(because)}


def try_resident_id(given: Given) -> dict[str, Any]:
    checked = resident_id(given.text("number"), given.today)
    if not checked.valid or checked.sex is None or checked.born_on is None:
        return {"valid": False, "because": _said(checked.errors)}
    return {"valid": True, "sex": _SEXES[checked.sex], "born_on": checked.born_on.isoformat(), "because": []}


def try_bank_account(given: Given) -> dict[str, Any]:
    checked = check_account(given.text("number"), AccountKind(given.choice("kind", list(AccountKind))))
    return {"valid": checked.valid, "because": _said((*checked.errors, *checked.warnings))}


def try_rate(given: Given) -> dict[str, Any]:
    counts = range(10**15)
    numerator, denominator = given.integer("numerator", counts), given.integer("denominator", counts)
    found = rate(numerator, denominator, given.integer("decimals", range(11), 2))
    if found is None:
        return {"rate": None, "because": [_("分母为 0，不计算")]}
    because = _(
        "%(numerator)s ÷ %(denominator)s = %(rate)s%%", numerator=numerator, denominator=denominator, rate=found
    )
    return {"rate": found, "because": [because]}


def try_working_days(given: Given) -> dict[str, Any]:
    found = add_working_days(given.day("from"), given.integer("days", range(1001)), house_workdays())
    return {
        "ends_on": found.ends_on.isoformat(),
        "provisional": found.provisional,
        "because": _said(found.reasons),
    }


@dataclass(frozen=True)
class Rule:
    """A rule by its name: the keys that it reads, and the function that answers."""

    keys: frozenset[str]
    answer: Callable[[Given], dict[str, Any]]


def _rule(answer: Callable[[Given], dict[str, Any]], keys: str) -> Rule:
    return Rule(frozenset(keys.split()), answer)


RULES: dict[str, Rule] = {
    "visit-class": _rule(
        try_visit_class,
        "risk_level psychotic_symptoms insight social_function adverse_reaction physical_illness other_abnormal",
    ),
    "next-due": _rule(try_next_due, "visit_on class previous_class trend"),
    "subsidy-amount": _rule(
        try_subsidy_amount,
        "annual quarter agreement_from agreement_to died_on joined_on left_on managed_from managed_to "
        "inpatient inpatient_days custody care_facility care_facility_days lost split period level annual_by_level",
    ),
    "resident-id": _rule(try_resident_id, "number"),
    "bank-account": _rule(try_bank_account, "number kind"),
    "rate": _rule(try_rate, "numerator denominator decimals"),
    "working-days": _rule(try_working_days, "from days"),
    "standard": _rule(try_standard, STANDARD_KEYS),
}


def ask(name: str, content: bytes, today: date) -> dict[str, Any]:
    """Ask the named rule with JSON text. MalformedError with one sentence for what it cannot read."""
    rule = RULES.get(name)
    if rule is None:
        raise MalformedError(_("没有这条规则，可用的有：%(names)s", names=" / ".join(RULES)))
    given = Given(read(content), today)
    given.only(rule.keys)
    return rule.answer(given)


@rules_cli.command("try")
@click.argument("name")
def try_rule(name: str) -> None:
    """Ask the rule NAME: JSON on standard input, JSON on standard output."""
    content = sys.stdin.buffer.read(LARGEST_INPUT + 1)
    try:
        answer = ask(name, content, current_clock().today())
    except MalformedError as malformed:
        refuse(str(malformed), _MALFORMED)
    click.echo(json.dumps(answer, ensure_ascii=False))


def _said(reasons: Iterable[Reason]) -> list[str]:
    return [say(one) for one in reasons]


def _annual(given: Given) -> Money:
    text = given.text("annual")
    if not AMOUNT.fullmatch(text):
        raise MalformedError(_("“%(key)s”应为金额，如 3000.00", key="annual"))
    return Money.from_yuan(text)


def _annual_at_level(given: Given) -> Money:
    """A year's amount: that of the level where the table names it, else `annual`."""
    annual, table = _annual(given), given.amounts("annual_by_level")
    if not given.has("level"):
        return annual
    return table.get(str(given.integer("level", LEVELS)), annual)


def _period(given: Given) -> Period:
    """`period` (2024H1, 2024Y4 or a quarter), or `quarter`; one of them."""
    key = "period" if given.has("period") else "quarter"
    if key == "period" and given.has("quarter"):
        raise MalformedError(_("“%(key)s”和“%(other)s”只能给出一个", key="period", other="quarter"))
    try:
        return parse_period(given.text(key)) if key == "period" else Quarter.parse(given.text(key))
    except ValueError:
        if key == "quarter":
            raise MalformedError(_("“%(key)s”应为季度，如 2024Q2", key=key)) from None
        raise MalformedError(_("“%(key)s”应为 2024Q2、2024H1 或 2024Y4", key=key)) from None


def _day_facts(given: Given) -> DayFacts:
    managed_from, managed_to = _bounds(given, "managed_from", "managed_to")
    agreement_from, agreement_to = _bounds(given, "agreement_from", "agreement_to")
    joined_on, left_on = _bounds(given, "joined_on", "left_on")
    return DayFacts(
        agreement_from=agreement_from,
        agreement_to=agreement_to,
        died_on=given.optional_day("died_on"),
        joined_on=joined_on,
        left_on=left_on,
        managed=(Stay(managed_from or date.min, managed_to),),
        inpatient=given.stays("inpatient"),
        custody=given.stays("custody"),
        care_facility=given.stays("care_facility"),
        lost=given.stays("lost"),
    )


def _bounds(given: Given, first: str, last: str) -> tuple[date | None, date | None]:
    from_on, to_on = given.optional_day(first), given.optional_day(last)
    if from_on is not None:
        in_order(last, from_on, to_on)
    return from_on, to_on


def _first_share(given: Given) -> int:
    match = _SPLIT.fullmatch(given.text("split"))
    if match is None or int(match[1]) + int(match[2]) != 100:
        raise MalformedError(_("“%(key)s”应为合计 100 的比例，如 70/30", key="split"))
    return int(match[1])

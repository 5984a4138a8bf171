"""Pay, hold or refuse: one guardian's line of a quarter (domain 5.3, 5.4, 9).

A condition that plainly fails refuses; whatever a person ought to look at holds. A match never cancels by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

from app.core.dates import add_months, parse_date
from app.core.money import Money
from app.core.period import Period, parse_period
from app.core.reasons import Reason, reason
from app.subsidies.rules.amount import Computation, compute_under, shares
from app.subsidies.rules.bank import CallBack, account_holds
from app.subsidies.rules.because import why_due
from app.subsidies.rules.checks import Known, Listed, list_flags, list_holds
from app.subsidies.rules.cutoff import projected_days
from app.subsidies.rules.days import DayFacts
from app.subsidies.rules.incidents import IncidentFact, incident_holds, incident_refusals
from app.subsidies.rules.lines import PAYS_UNSEEN, RULE_VERSION
from app.subsidies.rules.policy import DutyCheck, LevelCounts, PolicyTerms
from app.subsidies.rules.returns import ReturnCause


class LineState(StrEnum):
    PAY = "pay"
    HOLD = "hold"
    REFUSE = "refuse"


class Payee(StrEnum):
    """Which guardian of the agreement the line pays."""

    FIRST = "first"
    SECOND = "second"


class DutyResult(StrEnum):
    PASSED = "passed"
    REMARKS = "remarks"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class LineFacts:
    """Everything one line is decided from, by value; kept as its snapshot.

    `as_of` is the business day of the run; `is_registered`: on some day of the quarter, here. Levels are 0 to 5, None where nobody has rated: the highest within the
    quarter, the highest since the agreement began, and the listed one (in force on the quarter's last day).
    """

    quarter: Period
    as_of: date
    days: DayFacts
    payee: Payee = Payee.FIRST
    is_registered: bool = True
    is_identified: bool = True
    is_agreement_signed: bool = True
    # the day of death is only known to the month
    is_death_estimated: bool = False
    highest_level: int | None = None
    highest_level_of_agreement: int | None = None
    listed_level: int | None = None
    has_past_incident: bool = False
    incidents: tuple[IncidentFact, ...] = ()
    registered_on: date | None = None
    # the day on which the patient came with the county's own list, before whose visits this register holds nothing
    opened_on: date | None = None
    # last visit in person by a clinician
    last_seen_on: date | None = None
    duty_check: DutyResult | None = None
    payee_died_on: date | None = None
    has_account: bool = True
    # the account's holder is the payee
    is_account_own: bool = True
    # another payee uses the same account
    is_account_shared: bool = False
    # the day on which this account replaced another; None for the first account
    account_changed_on: date | None = None
    # the day on which this first guardian took another's place; None for the first one
    guardian_changed_on: date | None = None
    # what was said on the number that had been known before that change; None: nobody has called, or the account is the first
    call_back: CallBack | None = None
    # two people have agreed, on a paper, that this payee is paid to an account that others use too
    is_sharing_approved: bool = False
    # the quarter of this agreement was paid already (also before the county came to us)
    is_paid_already: bool = False
    # the same patient is registered, and may be paid, elsewhere
    is_paid_elsewhere: bool = False
    # the quarter ended before the patient came with the county's list, and no run here has paid or prepared it: nobody knows what was
    # paid elsewhere
    is_before_import: bool = False
    # the bank sent the last payment to this very account back, and nobody has decided since; None: it did not
    returned_because: ReturnCause | None = None
    # what the reasons of a payment name
    agreement_number: str = ""
    # the day of the rating with which the level that the policy asks for was reached; None: by the county's list
    condition_since: date | None = None
    # where the patient or the payee stands on other offices' lists, unless somebody found that it is another person
    listed: tuple[Listed, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON for `subsidy_lines.snapshot`."""
        return {name: _plain(getattr(self, name)) for name in _NAMES}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> LineFacts:
        """What `to_json` wrote; a fact that it does not know yet has its default."""
        values = dict(stored)
        values["quarter"] = parse_period(values["quarter"])
        values["days"] = DayFacts.from_json(values["days"])
        values["payee"] = Payee(values["payee"])
        values["incidents"] = tuple(IncidentFact.from_json(one) for one in values["incidents"])
        values["listed"] = tuple(Listed.from_json(one) for one in values.get("listed", ()))
        if values.get("duty_check"):
            values["duty_check"] = DutyResult(values["duty_check"])
        if values.get("call_back"):
            values["call_back"] = CallBack(values["call_back"])
        if values.get("returned_because"):
            values["returned_because"] = ReturnCause(values["returned_because"])
        for name in _DATES & values.keys():
            values[name] = parse_date(values[name]) if values[name] else None
        return cls(**values)


_NAMES = tuple(one.name for one in fields(LineFacts))


@dataclass(frozen=True, slots=True)
class LineDecision:
    """The state with its reasons. `amount` is this payee's part: zero when refused, what would be paid when held.

    `flags` do not stop the payment; the reviewer sees them.
    """

    state: LineState
    reasons: tuple[Reason, ...]
    flags: tuple[Reason, ...]
    amount: Money
    computation: Computation


def decide_line(facts: LineFacts, terms: PolicyTerms, version: str = RULE_VERSION) -> LineDecision:
    """Refused for what plainly fails, held for what a person must decide, else paid.

    `version` is the rules' version that the line was, or is being, decided under.
    """
    pays_unseen = version in PAYS_UNSEEN
    computation = compute_under(facts.quarter, facts.days, terms, _counting_level(facts, terms))
    amount = shares(computation.amount, terms.first_share)[facts.payee is Payee.SECOND]
    refusals = tuple(_refusals(facts, terms, computation, amount))
    flags = tuple(_flags(facts, terms, pays_unseen))
    if refusals:
        return LineDecision(LineState.REFUSE, refusals, flags, Money.zero(), computation)
    due = (*_due(facts, terms), *_projected(facts, computation), *computation.reasons, *_split(computation, terms))
    holds = tuple(_holds(facts, terms, pays_unseen))
    if holds:
        return LineDecision(LineState.HOLD, (*holds, *due), flags, amount, computation)
    return LineDecision(LineState.PAY, due, flags, amount, computation)


def _due(facts: LineFacts, terms: PolicyTerms) -> tuple[Reason, ...]:
    is_by_level = _is_level_met(facts, terms)
    return why_due(
        facts.agreement_number, facts.days, terms.eligible_rule, facts.condition_since, facts.quarter,
        is_by_level=is_by_level, is_by_incident=facts.has_past_incident and not is_by_level,
    )  # fmt: skip


def _projected(facts: LineFacts, computation: Computation) -> tuple[Reason, ...]:
    """Before the period's end: how many of its days are counted as if nothing changed any more."""
    days = projected_days(computation, facts.as_of)
    return (reason("subsidies.projected", until=facts.quarter.last_day, days=days),) if days else ()


def _split(computation: Computation, terms: PolicyTerms) -> tuple[Reason, ...]:
    if not terms.second_share:
        return ()
    first, second = shares(computation.amount, terms.first_share)
    return (reason("subsidies.amount.shares", first=first, second=second),)


def _refusals(facts: LineFacts, terms: PolicyTerms, computation: Computation, amount: Money) -> Iterator[Reason]:
    if not terms.is_open:
        yield reason("subsidies.refuse.no_scheme")
    if facts.is_paid_already:
        yield reason("subsidies.refuse.paid_already", quarter=facts.quarter)
    if not facts.is_registered:
        yield reason("subsidies.refuse.not_registered")
    if not facts.is_agreement_signed:
        yield reason("subsidies.refuse.not_signed")
    yield from stopped_by_people(facts, terms)
    if _counting_level(facts, terms) is not None and not _meets_level(facts, terms):
        yield reason("subsidies.refuse.level", needed=terms.eligible_rule.level)
    if facts.payee is Payee.SECOND and terms.second_share == 0:
        yield reason("subsidies.refuse.second_guardian")
    elif terms.is_open and not computation.days:
        yield reason("subsidies.refuse.no_days", quarter=facts.quarter)
        yield from computation.reasons[1:]
    elif terms.is_open and not amount:
        yield reason("subsidies.refuse.no_amount")


def stopped_by_people(facts: LineFacts, terms: PolicyTerms) -> Iterator[Reason]:
    """The decisions on an incident by which this period is not paid."""
    return incident_refusals(facts.incidents, facts.quarter, facts.days, terms, facts.guardian_changed_on)


def _holds(facts: LineFacts, terms: PolicyTerms, pays_unseen: bool) -> Iterator[Reason]:
    yield from incident_holds(facts.incidents, facts.quarter, facts.days, terms)
    yield from _patient_holds(facts, terms, pays_unseen)
    yield from _payee_holds(facts, terms)
    yield from list_holds(facts.listed, known_of(facts, terms))
    if terms.duty_check is DutyCheck.REQUIRED:
        if facts.duty_check is None:
            yield reason("subsidies.hold.duty_missing")
        elif facts.duty_check is DutyResult.FAILED:
            yield reason("subsidies.hold.duty_failed")


def _patient_holds(facts: LineFacts, terms: PolicyTerms, pays_unseen: bool) -> Iterator[Reason]:
    died_on = facts.days.died_on
    if facts.is_death_estimated and died_on and died_on <= facts.quarter.last_day:
        yield reason("subsidies.hold.death_estimated")
    if not facts.is_identified:
        yield reason("subsidies.hold.not_identified")
    if facts.is_paid_elsewhere:
        yield reason("subsidies.hold.paid_elsewhere")
    if facts.is_before_import:
        yield reason("subsidies.hold.before_import")
    if not _meets_level(facts, terms):
        yield reason("subsidies.hold.no_level")
    if _newly_opened(facts, terms):
        return
    if terms.visit_within_months and _never_seen(facts):
        yield reason("subsidies.hold.never_seen")
    elif _long_unseen(facts, terms) and not pays_unseen:
        yield reason("subsidies.hold.not_seen", months=terms.visit_within_months)


def _payee_holds(facts: LineFacts, terms: PolicyTerms) -> Iterator[Reason]:
    if facts.payee_died_on is not None and facts.payee_died_on <= facts.as_of:
        yield reason("subsidies.hold.payee_dead")
    if facts.guardian_changed_on is not None and facts.guardian_changed_on >= facts.quarter.first_day:
        yield reason("subsidies.hold.guardian_changed")
    if not facts.has_account:
        yield reason("subsidies.hold.no_account")
        return
    if not facts.is_account_own:
        yield reason("subsidies.hold.account_name")
    if facts.is_account_shared and not facts.is_sharing_approved:
        yield reason("subsidies.hold.account_shared")
    if facts.returned_because is not None:
        cause = reason(f"subsidies.returned.{facts.returned_because}")
        yield reason("subsidies.hold.returned", why=cause)
    yield from account_holds(facts.account_changed_on, facts.call_back, facts.as_of, terms.account_hold_days)


def _flags(facts: LineFacts, terms: PolicyTerms, pays_unseen: bool) -> Iterator[Reason]:
    """What the reviewer should know and what does not stop the payment."""
    months = terms.visit_within_months
    if _long_unseen(facts, terms) and (pays_unseen or _newly_opened(facts, terms)):
        yield reason("subsidies.flag.not_seen", months=months)
    if months and _never_seen(facts) and _newly_opened(facts, terms):
        yield reason("subsidies.flag.not_seen_since_opening")
    yield from list_flags(facts.listed, known_of(facts, terms))
    if facts.is_account_shared and facts.is_sharing_approved:
        yield reason("subsidies.flag.account_shared")
    if facts.call_back is CallBack.DENIED:
        yield reason("subsidies.flag.account_denied")
    if any(one.guardian_at_fault is False for one in facts.incidents):
        yield reason("subsidies.flag.incident_without_fault")
    if terms.duty_check is DutyCheck.REQUIRED and facts.duty_check is DutyResult.REMARKS:
        yield reason("subsidies.flag.duty_remarks")


def known_of(facts: LineFacts, terms: PolicyTerms) -> Known:
    """What the register says beside other offices' lists."""
    return Known(facts.quarter, facts.days, facts.payee_died_on, terms.inpatient_days, terms.care_facility_days)


def _meets_level(facts: LineFacts, terms: PolicyTerms) -> bool:
    return facts.has_past_incident or _is_level_met(facts, terms)


def _is_level_met(facts: LineFacts, terms: PolicyTerms) -> bool:
    level, needed = _counting_level(facts, terms), terms.eligible_rule.level
    return needed is None or (level is not None and level >= needed)


def _counting_level(facts: LineFacts, terms: PolicyTerms) -> int | None:
    """The highest level that counts; None where nobody has rated."""
    levels = [facts.highest_level, facts.listed_level]
    if terms.level_counts is LevelCounts.AGREEMENT:
        levels.append(facts.highest_level_of_agreement)
    return max((level for level in levels if level is not None), default=None)


def _never_seen(facts: LineFacts) -> bool:
    """No clinician has met the patient in person since registration: a name on paper is not paid unseen."""
    seen, registered = facts.last_seen_on, facts.registered_on
    return seen is None or (registered is not None and seen < registered)


def _long_unseen(facts: LineFacts, terms: PolicyTerms) -> bool:
    """The last visit in person lies further back than the policy allows, counted from the end of care."""
    months, seen = terms.visit_within_months, facts.last_seen_on
    return bool(months) and seen is not None and seen < add_months(_last_day_of_care(facts), -months)


def _newly_opened(facts: LineFacts, terms: PolicyTerms) -> bool:
    """Came with the county's list within the policy's span: the office that kept the list knows the patient, so its first quarters are
    flagged and not all held (opening data counts)."""
    opened = facts.opened_on
    return opened is not None and facts.as_of <= add_months(opened, terms.visit_within_months)


def _last_day_of_care(facts: LineFacts) -> date:
    """The quarter's end, or the death before it."""
    died_on = facts.days.died_on
    return min(died_on, facts.quarter.last_day) if died_on else facts.quarter.last_day


_DATES = {
    "as_of", "registered_on", "opened_on", "last_seen_on", "payee_died_on", "account_changed_on", "condition_since", "guardian_changed_on",
}  # fmt: skip


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, DayFacts):
        return value.to_json()
    if isinstance(value, tuple):
        return [one.to_json() for one in value]
    return str(value)

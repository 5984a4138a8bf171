"""Where a target is missed, by how many, why and whose work it is. In Chinese."""

from __future__ import annotations

from app.numbers.paper_facts import NO_AGENCY, ReportFacts, reaches
from app.numbers.paper_words import cause_name, indicator_name
from app.numbers.rules.causes import UNEXPLAINED, gap_of
from app.numbers.rules.indicators import Indicator
from app.numbers.rules.membership import InSet
from app.numbers.rules.places import reach_of
from reports.compliance import MOST_PLACES, Shortfall, Target

# emergencies and discharges belong to the place where they were
OF_THE_PLACE, _EVENTS = "属地乡镇", InSet.EMERGENCY | InSet.DISCHARGE
_NAMED = 3


def shortfalls(facts: ReportFacts) -> list[Shortfall]:
    """The place itself and the places below it, wherever a target is missed."""
    found: list[Shortfall] = []
    for one in facts.indicators:
        target = facts.asked(one)
        if target is None:
            continue
        short = [
            _shortfall(facts, one, name, code, target)
            for name, code in ((facts.total_name, facts.place), *facts.below)
            if reaches(one, facts.counts.get(code, {}), target.percent) is False
        ]
        found += sorted(short, key=lambda shortfall: -shortfall.missing)[:MOST_PLACES]
    return found


def _shortfall(facts: ReportFacts, one: Indicator, name: str, code: str, target: Target) -> Shortfall:
    gap = gap_of(one, reach_of(code), facts.alike)
    nobody = OF_THE_PLACE if one.denominator.flags & _EVENTS else NO_AGENCY
    owners = [(nobody if agency is None else facts.agencies.get(agency, nobody), count) for agency, count in gap.owners]
    return Shortfall(
        indicator=indicator_name(one),
        place=name,
        rate=str(one.rate(facts.counts.get(code, {}))),
        target=target,
        missing=gap.missing,
        causes="；".join(f"{cause_name(cause)} {count}" for cause, count in gap.causes if cause != UNEXPLAINED),
        owners="；".join(f"{owner} {count}" for owner, count in owners[:_NAMED])
        + (f"；其他 {sum(count for _owner, count in owners[_NAMED:])}" if len(owners) > _NAMED else ""),
    )

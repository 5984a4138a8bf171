"""汇报材料 from the report's facts: what the rules of `rules/briefing.py` ask for, for the page and as a document."""

from __future__ import annotations

from datetime import date, timedelta

from app.numbers.paper_facts import ReportFacts, reaches
from app.numbers.paper_words import cause_name, indicator_name, mode_sentences, period_label
from app.numbers.rules.briefing import briefing
from app.numbers.rules.briefing_facts import Briefing, BriefingFacts, Measured, PlaceShort
from app.numbers.rules.causes import gap_of
from app.numbers.rules.indicators import OVERDUE, Indicator
from app.numbers.rules.membership import InSet, Weight
from app.numbers.rules.places import reach_of
from reports.briefing import BriefingDocument
from reports.wording import Provenance, chinese_date

MEND_WITHIN = timedelta(days=30)


def briefing_of(facts: ReportFacts, today: date) -> Briefing:
    return briefing(briefing_facts(facts, today))


def briefing_facts(facts: ReportFacts, today: date) -> BriefingFacts:
    overdue = [(name, code, facts.counts.get(code, {}).get(OVERDUE.name, 0)) for name, code in facts.below]
    return BriefingFacts(
        place=facts.place,
        whole=facts.name,
        period_label=period_label(facts.period),
        cut_off=facts.run.cut_off,
        counts=facts.own,
        measures={one.code: _measured(facts, one) for one in facts.indicators if one.per == 100},
        overdue=sorted((one for one in overdue if one[2]), key=lambda one: -one[2]),
        mend_by=today + MEND_WITHIN if facts.period.last_day >= today else None,
        compared_with=facts.compared_with,
        recorded_from=facts.recorded_from,
    )


def briefing_document(
    facts: ReportFacts, told: Briefing, organisation: str, provenance: Provenance, today: date
) -> BriefingDocument:
    return BriefingDocument(
        title=f"{facts.name}{period_label(facts.period)}严重精神障碍患者管理治疗工作情况汇报",
        organisation=organisation,
        dated=chinese_date(today),
        sections=tuple(
            (section.heading, tuple("".join(piece.text for piece in sentence) for sentence in section.sentences))
            for section in told.sections
        ),
        source=f"数据截止日 {chinese_date(facts.run.cut_off)}，规则版本 {facts.run.rule_set}，{facts.status}。"
        + "".join(mode_sentences(facts.settings)),
        provenance=provenance,
    )


def _measured(facts: ReportFacts, one: Indicator) -> Measured:
    target, value = facts.target(one), one.value(facts.own)
    gap = gap_of(one, reach_of(facts.place), facts.alike)
    return Measured(
        code=one.code,
        name=indicator_name(one),
        numerator=one.numerator.name,
        denominator=one.denominator.name,
        rate=value,
        before=one.value(facts.before) if facts.before is not None else None,
        target=target,
        is_reached=None if target is None else reaches(one, facts.counts.get(facts.place, {}), target),
        lower_is_better=one.is_good is False,
        missing=gap.missing,
        unit=_unit(one),
        causes=tuple((cause_name(cause), count) for cause, count in gap.causes),
        owners=tuple(
            (facts.agencies[agency], count)
            for agency, count in gap.owners
            if agency is not None and agency in facts.agencies
        ),
        short=_places_short(facts, one),
    )


def _unit(one: Indicator) -> str:
    if one.denominator.weight is not Weight.ROWS:
        return "人次"
    return "起" if one.denominator.flags & (InSet.EMERGENCY | InSet.DISCHARGE) else "人"


def _places_short(facts: ReportFacts, one: Indicator) -> tuple[PlaceShort, ...]:
    """Places below that miss the target, those that lack most first."""
    target = facts.target(one)
    if target is None:
        return ()
    found = []
    for name, code in facts.below:
        counts = facts.counts.get(code, {})
        if reaches(one, counts, target) is False:
            gap = gap_of(one, reach_of(code), facts.alike)
            found.append(PlaceShort(name, code, str(one.value(counts)), gap.missing))
    return tuple(sorted(found, key=lambda short: (-short.missing, short.code)))

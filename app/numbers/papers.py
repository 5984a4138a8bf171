"""The compliance report of one run: what is read, what it comes to in words, and the papers that are drawn from it. In Chinese."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from app.areas.queries import office_of
from app.areas.rules import AreaLevel, level_of
from app.audit.prints import Mark, Print, mark_of
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.crypto import Keyring, digest
from app.core.db import canonical_json
from app.numbers.models import IndicatorRun
from app.numbers.paper_briefing import briefing_document
from app.numbers.paper_facts import NO_AGENCY, ReportFacts, reaches, read_facts
from app.numbers.paper_tables import count_tables, village_table
from app.numbers.paper_words import (
    cause_name,
    figure_name,
    indicator_means,
    indicator_name,
    mode_sentences,
    period_label,
    short_label,
    unit_of,
)
from app.numbers.queries.totals import Counts
from app.numbers.rules.causes import gap_of
from app.numbers.rules.indicators import Indicator
from app.numbers.rules.membership import InSet, Weight
from app.numbers.rules.places import reach_of
from reports.briefing import BriefingDocument, render_briefing_docx
from reports.chart import Bar, Series, Trend
from reports.compliance import (
    MOST_PLACES,
    NOTHING,
    BarChart,
    ComplianceDocument,
    CountTable,
    IndicatorColumn,
    IndicatorRow,
    KeyFigure,
    Measure,
    Shortfall,
    TableLine,
    TrendChart,
    counted,
    render_compliance_pdf,
)
from reports.compliance_xlsx import render_compliance_xlsx
from reports.wording import Provenance, chinese_time

# emergencies and discharges belong to the place where they were
OF_THE_PLACE, _EVENTS = "属地乡镇", InSet.EMERGENCY | InSet.DISCHARGE
_NAMED = 3
_BELOW_WORDS = {AreaLevel.COUNTY: "乡镇", AreaLevel.TOWN: "村（社区）"}
_TRENDS = (
    ("管理、服药与稳定", ("management", "standard", "regular_medication", "stability")),
    ("面访、体检与康复", ("face_to_face", "examination", "rehabilitation")),
    ("衔接、处置与录入的及时率", ("loop_in_time", "emergency_in_time", "entry_in_time")),
)
_COMPARED = ("standard", "regular_medication")


# -- what it comes to --------------------------------------------------------------------------------------------------

_VERDICTS = {None: "", True: "达标", False: "未达标"}


def compliance_document(facts: ReportFacts, organisation: str, provenance: Provenance) -> ComplianceDocument:
    lines = (*((name, code, False) for name, code in facts.below), (_total(facts), facts.place, True))
    return ComplianceDocument(
        place=facts.name,
        organisation=organisation,
        period_label=period_label(facts.period),
        first_on=facts.run.first_on,
        cut_off=facts.run.cut_off,
        rule_set=facts.run.rule_set,
        modes=mode_sentences(facts.settings),
        key_figures=tuple(_key_figure(facts, one) for one in facts.indicators),
        indicators=tuple(_column(one) for one in facts.indicators),
        rows=tuple(_row(facts, *line) for line in lines),
        trends=tuple(_trend(facts, title, codes) for title, codes in _TRENDS) if len(facts.past) > 1 else (),
        trend_table=_trend_table(facts),
        bars=tuple(_bars(facts, one) for one in facts.indicators if one.code in _COMPARED and facts.below),
        shortfalls=tuple(_shortfalls(facts)),
        tables=count_tables(lines, facts.counts),
        villages=village_table(_with_total(facts), facts.counts),
        provenance=provenance,
        below=_BELOW_WORDS[level_of(facts.place)] if facts.below else "",
        status=facts.status,
        compared_with=facts.compared_with,
        prepared_by=provenance.printed_by,
        counted_at=chinese_time(facts.run.computed_at),
    )


def _with_total(facts: ReportFacts) -> tuple[tuple[str, str, bool], ...]:
    return (*facts.villages, (_total(facts), facts.place, True)) if facts.villages else ()


def _total(facts: ReportFacts) -> str:
    return f"{facts.name} 合计" if facts.below else facts.name


def _measure(indicator: Indicator, counts: Counts) -> Measure:
    """Residents may be unknown; whoever is counted and not there is nobody."""
    below = counts.get(indicator.denominator.name)
    if below is None and indicator.denominator.weight is not Weight.RESIDENTS:
        below = 0
    return Measure(counts.get(indicator.numerator.name, 0), below, indicator.rate(counts))


def _column(one: Indicator) -> IndicatorColumn:
    return IndicatorColumn(
        indicator_name(one),
        figure_name(one.numerator),
        figure_name(one.denominator),
        indicator_means(one),
        unit_of(one),
    )


def _row(facts: ReportFacts, name: str, code: str, is_total: bool) -> IndicatorRow:
    counts = facts.counts.get(code, {})
    return IndicatorRow(name, tuple(_measure(one, counts) for one in facts.indicators), is_total)


def _key_figure(facts: ReportFacts, one: Indicator) -> KeyFigure:
    measure, target = _measure(one, facts.own), facts.target(one)
    value, before = one.value(facts.own), one.value(facts.before) if facts.before is not None else None
    change = f"{value - before:+.2f}" if value is not None and before is not None else NOTHING
    return KeyFigure(
        name=indicator_name(one),
        value=NOTHING if measure.rate is None else f"{measure.rate}{unit_of(one)}",
        counts=f"{figure_name(one.numerator)} {measure.numerator} ÷ {figure_name(one.denominator)} {counted(measure.denominator)}",
        target=_target_words(one, target),
        change=change.replace("-", "−"),
        verdict=_VERDICTS[None if target is None else reaches(one, facts.counts.get(facts.place, {}), target)],
    )


def _target_words(one: Indicator, target: Decimal | None) -> str:
    return NOTHING if target is None else f"{'≤' if one.is_good is False else '≥'} {target:.2f}%"


def _trend(facts: ReportFacts, title: str, codes: Sequence[str]) -> TrendChart:
    shown = [one for one in facts.indicators if one.code in codes]
    series = tuple(
        Series(indicator_name(one), tuple(None if then is None else one.value(then) for _period, then in facts.past))
        for one in shown
    )
    targets = {facts.target(one) for one in shown}
    common = targets.pop() if len(targets) == 1 else None
    return TrendChart(title, Trend(tuple(short_label(period) for period, _then in facts.past), series, common))


def _trend_table(facts: ReportFacts) -> CountTable:
    if len(facts.past) == 1:
        return CountTable("", ("",), ())
    codes = {code for _title, group in _TRENDS for code in group}
    lines = tuple(
        TableLine(
            (
                indicator_name(one),
                *(NOTHING if then is None else one.rate(then) or NOTHING for _period, then in facts.past),
            )
        )
        for one in facts.indicators
        if one.code in codes
    )
    labels = tuple(short_label(period) for period, _then in facts.past)
    note = "单位：%。“—”为没有统计或分母为零。各期按其统计时的口径计算。"
    return CountTable("近八期数值", ("指标", *labels), lines, note)


def _bars(facts: ReportFacts, one: Indicator) -> BarChart:
    target = facts.target(one)
    bars = tuple(
        Bar(name, one.value(counts), target is not None and reaches(one, counts, target) is False)
        for name, counts in ((name, facts.counts.get(code, {})) for name, code in facts.below)
    )
    return BarChart(f"各地{indicator_name(one)}", bars, target)


def _shortfalls(facts: ReportFacts) -> list[Shortfall]:
    """The place itself and the places below it, wherever a target is missed."""
    found: list[Shortfall] = []
    for one in facts.indicators:
        target = facts.target(one)
        if target is None:
            continue
        short = [
            _shortfall(facts, one, name, code, target)
            for name, code in ((_total(facts), facts.place), *facts.below)
            if reaches(one, facts.counts.get(code, {}), target) is False
        ]
        found += sorted(short, key=lambda shortfall: -shortfall.missing)[:MOST_PLACES]
    return found


def _shortfall(facts: ReportFacts, one: Indicator, name: str, code: str, target: Decimal) -> Shortfall:
    gap = gap_of(one, reach_of(code), facts.alike)
    nobody = OF_THE_PLACE if one.denominator.flags & _EVENTS else NO_AGENCY
    owners = [(nobody if agency is None else facts.agencies.get(agency, nobody), count) for agency, count in gap.owners]
    return Shortfall(
        indicator=indicator_name(one),
        place=name,
        rate=f"{one.rate(facts.counts.get(code, {}))}%",
        target=_target_words(one, target),
        missing=gap.missing,
        causes="；".join(f"{cause_name(cause)} {count}" for cause, count in gap.causes),
        owners="；".join(f"{owner} {count}" for owner, count in owners[:_NAMED])
        + (f"；其他 {sum(count for _owner, count in owners[_NAMED:])}" if len(owners) > _NAMED else ""),
    )


# -- papers ------------------------------------------------------------------------------------------------------------


def print_of_report(facts: ReportFacts, actor: Actor, now: datetime) -> Print:
    """The fingerprint is over the run and everything that it counted in the place and below it."""
    said = digest(canonical_json([facts.run.public_id, facts.place, facts.run.settings, dict(facts.counts)]))
    return Print(
        "numbers.report_printed", ("indicator_run", facts.run.public_id), facts.place, said, actor.user_id, now
    )


def provenance_of(wanted: Print, mark: Mark, actor: Actor) -> Provenance:
    return Provenance(wanted.fingerprint, actor.name, wanted.at, mark.serial, mark.code)


class ReadReport(NamedTuple):
    """What is drawn when the database is not held any more, and as which print it goes on record."""

    wanted: Print
    compliance: ComplianceDocument
    briefing: BriefingDocument


def report_papers(
    session: Session, keyring: Keyring, actor: Actor, run: IndicatorRun, now: datetime, *, place: str | None = None
) -> dict[str, bytes]:
    """ending → the bytes of the report of the run's county, or of a place in it. Equal runs, actors and instants give equal bytes."""
    return draw_papers(read_report(session, keyring, actor, run, now, place=place))


def read_report(
    session: Session, keyring: Keyring, actor: Actor, run: IndicatorRun, now: datetime, *, place: str | None = None
) -> ReadReport:
    facts = read_facts(session, actor, run, place)
    wanted = print_of_report(facts, actor, now)
    source = provenance_of(wanted, mark_of(keyring, wanted), actor)
    office = office_of(session, actor) or facts.name
    told = briefing_document(facts, office, source, business_day(now))
    return ReadReport(wanted, compliance_document(facts, office, source), told)


def draw_papers(read: ReadReport) -> dict[str, bytes]:
    return {ending: draw_paper(read, ending) for ending in DRAWN}


def draw_paper(read: ReadReport, ending: str) -> bytes:
    return DRAWN[ending](read)


DRAWN: Final[dict[str, Callable[[ReadReport], bytes]]] = {
    "pdf": lambda read: render_compliance_pdf([read.compliance]),
    "xlsx": lambda read: render_compliance_xlsx(read.compliance),
    "docx": lambda read: render_briefing_docx(read.briefing),
}

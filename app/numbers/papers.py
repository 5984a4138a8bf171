"""The compliance report of one run: what is read, what it comes to in words, and the papers that are drawn from it. In Chinese."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy.orm import Session

from app.areas.queries import office_of
from app.areas.rules import AreaLevel, level_of
from app.audit.prints import Mark, Print, mark_of
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.crypto import Keyring, digest
from app.core.db import canonical_json
from app.core.i18n import DEFAULT_LANGUAGE, speaking
from app.core.plain import plain, restored
from app.numbers.models import IndicatorRun, ReportDocument, ReportSubmission
from app.numbers.paper_briefing import briefing_document, briefing_of
from app.numbers.paper_facts import ReportFacts, reaches, read_facts
from app.numbers.paper_quality import quality_tables, read_findings
from app.numbers.paper_short import shortfalls
from app.numbers.paper_tables import count_tables, village_table
from app.numbers.paper_trends import bars, trend_table, trends
from app.numbers.paper_words import figure_name, indicator_means, indicator_name, mode_sentences, period_label, unit_of
from app.numbers.queries.totals import Counts
from app.numbers.rules.briefing_facts import Briefing
from app.numbers.rules.indicators import Indicator
from app.numbers.rules.membership import Weight
from reports.briefing import BriefingDocument, render_briefing_docx
from reports.compliance import ComplianceDocument, IndicatorColumn, IndicatorRow, KeyFigure, Measure
from reports.compliance_pdf import render_compliance_pdf
from reports.compliance_xlsx import render_compliance_xlsx
from reports.wording import Provenance, chinese_time

_BELOW_WORDS = {AreaLevel.COUNTY: "乡镇", AreaLevel.TOWN: "村（社区）"}


def compliance_document(facts: ReportFacts, organisation: str, provenance: Provenance) -> ComplianceDocument:
    lines = (*((name, code, False) for name, code in facts.below), (facts.total_name, facts.place, True))
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
        trends=trends(facts),
        trend_table=trend_table(facts),
        bars=bars(facts),
        shortfalls=tuple(shortfalls(facts)),
        tables=(*count_tables(lines, facts.counts), *quality_tables(facts)),
        villages=village_table(_with_total(facts), facts.counts),
        provenance=provenance,
        below=_BELOW_WORDS[level_of(facts.place)] if facts.below else "",
        status=facts.status,
        compared_with=facts.compared_with,
        prepared_by=provenance.printed_by,
        counted_at=chinese_time(facts.run.computed_at),
        residents=facts.residents,
    )


def _with_total(facts: ReportFacts) -> tuple[tuple[str, str, bool], ...]:
    return (*facts.villages, (facts.total_name, facts.place, True)) if facts.villages else ()


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
    target, value = facts.asked(one), one.value(facts.own)
    before = one.value(facts.before) if facts.before is not None else None
    return KeyFigure(
        target=target,
        change=value - before if value is not None and before is not None else None,
        is_reached=None if target is None else reaches(one, facts.own, target.percent),
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
    # the same sentences with the list behind each number, for the page
    told: Briefing

    def to_json(self) -> dict[str, Any]:
        """Everything that the papers say, by value: from here on neither a later count, target or name nor an upgrade changes it."""
        return {name: plain(part) for name, part in self._asdict().items()}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> ReadReport:
        return cls(
            restored(Print, kept["wanted"]),
            restored(ComplianceDocument, kept["compliance"]),
            restored(BriefingDocument, kept["briefing"]),
            restored(Briefing, kept["told"]),
        )


def report_papers(
    session: Session, keyring: Keyring, actor: Actor, run: IndicatorRun, now: datetime, *, place: str | None = None
) -> dict[str, bytes]:
    """ending → the bytes of the report of the run's county, or of a place in it. Equal runs, actors and instants give equal bytes."""
    return draw_papers(read_report(session, keyring, actor, run, now, place=place))


def read_report(
    session: Session, keyring: Keyring, actor: Actor, run: IndicatorRun, now: datetime, *, place: str | None = None
) -> ReadReport:
    """In Chinese, whoever asks."""
    with speaking(DEFAULT_LANGUAGE):
        facts = read_facts(session, actor, run, place)
        facts = replace(facts, findings=read_findings(session, actor, facts, business_day(now)), found_at=now)
        wanted = print_of_report(facts, actor, now)
        source = provenance_of(wanted, mark_of(keyring, wanted), actor)
        office = office_of(session, actor) or facts.name
        today = business_day(now)
        told = briefing_of(facts, today)
        document = briefing_document(facts, told, office, source, today)
        return ReadReport(wanted, compliance_document(facts, office, source), document, told)


def stored_report(session: Session, submission: ReportSubmission) -> ReadReport | None:
    """What a submitted report says, as it was stored in the act of submitting; None of one from before documents were stored."""
    kept = session.get(ReportDocument, submission.id)
    return ReadReport.from_json(kept.content) if kept is not None else None


def draw_papers(read: ReadReport) -> dict[str, bytes]:
    return {ending: draw_paper(read, ending) for ending in DRAWN}


def draw_paper(read: ReadReport, ending: str) -> bytes:
    return DRAWN[ending](read)


DRAWN: Final[dict[str, Callable[[ReadReport], bytes]]] = {
    "pdf": lambda read: render_compliance_pdf([read.compliance]),
    "xlsx": lambda read: render_compliance_xlsx(read.compliance),
    "docx": lambda read: render_briefing_docx(read.briefing),
}

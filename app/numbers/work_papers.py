"""Drawing reports in the background: counted where nobody had counted, drawn without holding anybody up, kept for a year."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.accounts.queries import get_actor_by_id
from app.areas.rules import county_of
from app.audit.prints import keep_print
from app.core.actor import Actor
from app.core.clock import business_day, current_clock
from app.core.db import Database
from app.core.files import keep_file
from app.core.keys import current_keyring
from app.core.models import WorkItem
from app.core.work import Handler, Progress, WorkDone
from app.numbers.models import IndicatorRun
from app.numbers.papers import ReadReport, draw_papers, read_report
from app.numbers.queries.kept_reports import KIND, MEDIA, WORK, name_of
from app.numbers.queries.places import lines_of
from app.numbers.queries.runs import find_run, values_of
from app.numbers.rules.period import ReportPeriod
from app.numbers.service.computing import count_apart
from reports.compliance_pdf import render_compliance_pdf

KEPT = timedelta(days=366)


def print_report(database: Database, item: WorkItem, progress: Progress) -> WorkDone:
    """One place in all shapes, or the PDFs of the places right below it bound together."""
    now, place, period = current_clock().now(), item.args["place"], ReportPeriod.parse(item.args["period"])
    is_bound = bool(item.args["below"])
    with database.reading() as session:
        actor = get_actor_by_id(session, item.asked_by)
        run = find_run(session, actor, county_of(place), period)
    if run is None:
        county, today = county_of(place), business_day(now)
        run = count_apart(database.reading, database.transaction, actor, county, period, today, now, progress)
    # whoever counts anew meanwhile changes nothing: everything that is asked for here is drawn from this one count
    if is_bound:
        reads = _read_below(database, actor, place, run, now, progress)
        papers = {"pdf": render_compliance_pdf([one.compliance for one in reads], progress)}
    else:
        reads = [_read(database, actor, place, run, now)]
        progress(0, 1)
        papers = draw_papers(reads[0])
    return _keep(database, actor, place, period, now, reads, papers, is_bound)


def _read(database: Database, actor: Actor, place: str, run: IndicatorRun, now: datetime) -> ReadReport:
    with database.reading() as session:
        return read_report(session, current_keyring(), actor, run, now, place=place)


def _read_below(
    database: Database, actor: Actor, place: str, run: IndicatorRun, now: datetime, progress: Progress
) -> list[ReadReport]:
    """Of each place that the run lists; where it lists none, the place's own."""
    with database.reading() as session:
        lines = lines_of(session, actor, run, place, values_of(session, actor, run, [place])[place])
    codes = [one.code for one in lines if not one.is_rest] or [place]
    reads = []
    for done, code in enumerate(codes):
        progress(done, 2 * len(codes))
        reads.append(_read(database, actor, code, run, now))
    return reads


def _keep(
    database: Database,
    actor: Actor,
    place: str,
    period: ReportPeriod,
    now: datetime,
    reads: list[ReadReport],
    papers: dict[str, bytes],
    is_bound: bool,
) -> WorkDone:
    keyring = current_keyring()
    with database.transaction() as session:
        files = [
            keep_file(
                session, keyring, KIND, name_of(period, ending, below=is_bound), MEDIA[ending], content, place, actor,
                now, now + KEPT,
            )
            for ending, content in papers.items()
        ]  # fmt: skip
        for read in reads:
            keep_print(session, keyring, actor, read.wanted, papers["pdf"])
        return WorkDone({"place": place, "period": str(period)}, file_id=files[0].id)


HANDLERS: dict[str, Handler] = {WORK: print_report}

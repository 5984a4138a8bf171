"""Reports on paper: what can be printed, what was printed and is found again, the briefing to read and copy."""

from __future__ import annotations

from io import BytesIO

from flask import Response, redirect, render_template, send_file, url_for
from sqlalchemy.orm import Session

from app.areas.queries import full_names, place_of
from app.areas.rules import AreaLevel, county_of, level_of
from app.audit.handing import hand_out_kept
from app.audit.prints import Print, keep_print
from app.core.access import Action, current_actor, may, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Conflict, Invalid, NotFound
from app.core.forms import Form
from app.core.i18n import N_
from app.core.keys import current_keyring
from app.core.papers import paper
from app.core.quarter import Quarter
from app.core.web import forget_reads, read_session, show_errors
from app.numbers.models import IndicatorRun
from app.numbers.paper_briefing import briefing_of
from app.numbers.paper_facts import read_facts
from app.numbers.paper_forms import form_document, print_of_form
from app.numbers.paper_lists import LISTS, list_document, print_of_list
from app.numbers.queries.board import get_counted, get_place
from app.numbers.queries.kept_reports import MEDIA, get_report_file, list_reports, list_reports_under_way
from app.numbers.queries.runs import find_run
from app.numbers.queries.submissions import find_standing
from app.numbers.rules.behind import find_figure
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings
from app.numbers.service.reporting import ask_for_report
from app.numbers.views.blueprint import Answer, numbers
from app.numbers.views.board import read_period

# lists that meetings ask for, by the figure behind which they stand
MEETING_LISTS = (
    "overdue", "overdue_waiting", "standard-missing", "stability-missing", "high_level", "lost", "refused", "discharges", "emergencies",
    "offended", "insurance-missing", "reassessment-missing",
)  # fmt: skip
# whose reports are printed: a county's, a town's, a village's
_PRINTED = (AreaLevel.COUNTY, AreaLevel.TOWN, AreaLevel.VILLAGE)
_BOUND = {AreaLevel.COUNTY: N_("各乡镇合订本"), AreaLevel.TOWN: N_("各村合订本")}


@numbers.get("/reports/")
@permit(Action.SEE_PLACE_NUMBERS)
def reports() -> str:
    return _page(Form())


@numbers.post("/reports/<period:period>/<place>", endpoint="print_report")
@permit(Action.SEE_PLACE_NUMBERS)
def ask_one(period: str, place: str) -> Answer:
    """The report of a place, drawn by the scheduler's process; its page shows how far it is."""
    return _ask(period, place, below=False)


@numbers.post("/reports/<period:period>/<place>/below", endpoint="print_bound_reports")
@permit(Action.SEE_PLACE_NUMBERS)
def ask_below(period: str, place: str) -> Answer:
    """A county's towns' own reports, or a town's villages', bound into one file."""
    return _ask(period, place, below=True)


@numbers.get("/reports/<period:period>/<place>")
@permit(Action.SEE_PLACE_NUMBERS)
def briefing(period: str, place: str) -> str:
    """汇报材料 in words to copy, every number leading to its list."""
    session, actor, wanted = read_session(), current_actor(), read_period(period)
    get_place(session, actor, place)
    run = find_run(session, actor, county_of(place), wanted)
    facts = read_facts(session, actor, run, place) if run is not None else None

    def at(figure: str, where: str) -> str:
        return url_for("numbers.people", period=wanted, place=where, figure=figure)

    return render_template(
        "numbers/briefing.html",
        name=full_names(session, [place])[place],
        period=wanted,
        place=place,
        run=run,
        sections=briefing_of(facts, current_clock().today()).sections if facts is not None else (),
        opens=may(actor, Action.OPEN_NUMBERS),
        at=at,
    )


@numbers.get("/reports/files/<public_id>")
@permit(Action.SEE_PLACE_NUMBERS)
def report_file(public_id: str) -> Response:
    """Hand out a kept report; each fetch is noted."""
    actor, now = current_actor(), current_clock().now()
    return hand_out_kept(lambda session: get_report_file(session, actor, public_id, now), "numbers.report_fetched")


@numbers.get("/<period:period>/<place>/<figure>/list.<ending>")
@permit(Action.OPEN_NUMBERS)
@paper
def printed_list(period: str, place: str, figure: str, ending: str) -> Response:
    """The list behind a figure for a meeting, as PDF or workbook; on record, because paper leaves the house."""
    get_counted(read_session(), current_actor(), place)
    run = _run_of(period, place, ending)
    found = find_figure(figure, NumberSettings.from_json(run.settings))
    if found is None:
        raise NotFound()
    session, actor, now = read_session(), current_actor(), current_clock().now()
    content = LISTS[ending](list_document(session, current_keyring(), actor, run, place, found, now))
    return _hand_out(content, print_of_list(run, place, found, actor, now), f"list-{run.period}-{figure}", ending)


@numbers.get("/reports/<period:period>/<place>/exchange.<ending>")
@permit(Action.SEE_PLACE_NUMBERS)
@paper
def exchange_table(period: str, place: str, ending: str) -> Response:
    """表9, a line an institution."""
    return _form("exchange", period, place, ending)


@numbers.get("/reports/<period:period>/<place>/yearly.<ending>")
@permit(Action.SEE_PLACE_NUMBERS)
@paper
def yearly_table(period: str, place: str, ending: str) -> Response:
    """表14 of a year: staff, screening, management, money."""
    return _form("yearly", period, place, ending)


@numbers.get("/reports/<period:period>/<place>/access.<ending>")
@permit(Action.READ_AUDIT)
@paper
def access_summary(period: str, place: str, ending: str) -> Response:
    """How often records were looked at and handled, by act and role."""
    return _form("access", period, place, ending)


def _form(form: str, period: str, place: str, ending: str) -> Response:
    get_place(read_session(), current_actor(), place)
    run = _run_of(period, place, ending)
    session, actor, now = read_session(), current_actor(), current_clock().now()
    content = LISTS[ending](form_document(session, current_keyring(), actor, run, place, form, now))
    return _hand_out(content, print_of_form(run, place, form, actor, now), f"{form}-{run.period}", ending)


def _run_of(period: str, place: str, ending: str) -> IndicatorRun:
    run = find_run(read_session(), current_actor(), county_of(place), read_period(period))
    if run is None or ending not in LISTS:
        raise NotFound()
    return run


def _hand_out(content: bytes, printed: Print, name: str, ending: str) -> Response:
    forget_reads()
    with transaction() as session:
        keep_print(session, current_keyring(), current_actor(), printed, content)
    return send_file(BytesIO(content), mimetype=MEDIA[ending], as_attachment=True, download_name=f"{name}.{ending}")


def _ask(period: str, place: str, *, below: bool) -> Answer:
    actor, form, wanted = current_actor(), Form(), read_period(period)
    get_place(read_session(), actor, place)
    if not form.validate_on_submit():
        return _page(form), 400
    forget_reads()
    try:
        with transaction() as session:
            item = ask_for_report(session, actor, place, wanted, current_clock().now(), below=below)
            to = item.public_id
    except (Conflict, Invalid) as refused:
        show_errors(form, refused)
        return _page(form), 400 if isinstance(refused, Invalid) else 409
    return redirect(url_for("work.show", public_id=to))


def _page(form: Form) -> str:
    session, actor, now = read_session(), current_actor(), current_clock().now()
    own, kept = place_of(actor), list_reports(session, actor, now)
    offered = _offered() if level_of(own) in _PRINTED else []
    return render_template(
        "numbers/reports.html",
        form=form,
        place=own,
        offered=offered,
        submitted={one: find_standing(session, actor, county_of(own), str(one)) for one in offered},
        bound=_BOUND.get(level_of(own)),
        lists=MEETING_LISTS if may(actor, Action.OPEN_NUMBERS) and level_of(own) in _PRINTED else (),
        list_period=_list_period(session, actor, own),
        year=_year_counted(session, actor, own) or _list_period(session, actor, own),
        kept=kept,
        names=full_names(session, {one.place for one in kept}),
        under_way=list_reports_under_way(session, actor, now),
    )


def _list_period(session: Session, actor: Actor, place: str) -> ReportPeriod | None:
    """The running quarter, or the one before while nobody has counted it; None where neither was counted."""
    if level_of(place) not in _PRINTED:
        return None
    running = ReportPeriod.quarter_of(Quarter.of(current_clock().today()))
    found = (one for one in (running, running.previous()) if find_run(session, actor, county_of(place), one))
    return next(found, None)


def _year_counted(session: Session, actor: Actor, place: str) -> ReportPeriod | None:
    """The running year, or the one before while nobody has counted it."""
    if level_of(place) not in _PRINTED:
        return None
    running = ReportPeriod.year_of(current_clock().today().year)
    found = (one for one in (running, running.previous()) if find_run(session, actor, county_of(place), one))
    return next(found, None)


def _offered() -> list[ReportPeriod]:
    """What an office prints now: the quarter, month and year that ended last, and those that run."""
    day = current_clock().today()
    running = (ReportPeriod.quarter_of(Quarter.of(day)), ReportPeriod.month_of(day), ReportPeriod.year_of(day.year))
    return [*(one.previous() for one in running), *running]

"""The list behind a figure of the newest count, and behind one of a submitted report."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import render_template, url_for

from app.areas.queries import names_of
from app.areas.rules import county_of
from app.core.access import Action, current_actor, may, permit
from app.core.clock import business_day
from app.core.errors import NotFound
from app.core.i18n import _
from app.core.web import read_session
from app.numbers.labels import MAIN, mode_reasons
from app.numbers.models import IndicatorRun, ReportSubmission
from app.numbers.paper_briefing import briefing_of
from app.numbers.paper_facts import read_facts
from app.numbers.papers import stored_report
from app.numbers.queries.board import get_counted
from app.numbers.queries.places import place_name
from app.numbers.queries.runs import find_run
from app.numbers.queries.submissions import get_submission
from app.numbers.rules.behind import find_figure
from app.numbers.rules.orders import may_be_ordered
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.places import is_rest, whole_of
from app.numbers.rules.settings import NumberSettings
from app.numbers.views.blueprint import numbers
from app.numbers.views.board import read_period
from app.numbers.views.listing import Listed, indicator_of, listing, page_at, related, title_of
from app.numbers.views.noting import note_list
from app.numbers.views.words import report_period


@numbers.get("/<period:period>/<place>/<figure>")
@permit(Action.OPEN_NUMBERS)
def people(period: str, place: str, figure: str) -> str:
    """The rows that were counted, by name or, where the role may not read that, by place and institution. Noted."""
    session, actor, wanted = read_session(), current_actor(), read_period(period)
    get_counted(session, actor, place)
    run = find_run(session, actor, county_of(place), wanted)

    def at(other: str, after: int = 0) -> str:
        return url_for("numbers.people", period=wanted, place=place, figure=other, **page_at(after))

    found = indicator_of(figure, NumberSettings.from_json(run.settings) if run else NumberSettings())
    of = found.code if found and found.code in MAIN else None  # back to where it is looked at closely
    back = (place_name(session, place), url_for("numbers.place", period=wanted, place=whole_of(place), of=of))
    if run is not None:
        return _page(run, place, figure, at, back)
    if find_figure(figure, NumberSettings()) is None:
        raise NotFound()
    here = {"period": wanted, "place": place, "name": back[0], "back": back, "title": title_of(figure)}
    return render_template("numbers/people.html", **here, figure=figure, run=None, related=[])


@numbers.get("/submitted/<public_id>/<place>/<figure>")
@permit(Action.SUBMIT_REPORTS)
def submitted_people(public_id: str, place: str, figure: str) -> str:
    """The rows that a report counted, whatever was counted since. Noted."""
    session, actor = read_session(), current_actor()
    report = get_submission(session, actor, public_id)
    get_counted(session, actor, place)
    if county_of(place) != report.area_code:
        raise NotFound()

    def at(other: str, after: int = 0) -> str:
        return url_for("numbers.submitted_people", public_id=public_id, place=place, figure=other, **page_at(after))

    back = (_report_name(report), url_for("numbers.submission", public_id=public_id))
    return _page(session.get_one(IndicatorRun, report.run_id), place, figure, at, back, report)


@numbers.get("/submitted/<public_id>/briefing")
@permit(Action.SUBMIT_REPORTS)
def submitted_briefing(public_id: str) -> str:
    """汇报材料 of a submitted report, every number leading to the list of that report."""
    session, actor = read_session(), current_actor()
    report = get_submission(session, actor, public_id)
    run = session.get_one(IndicatorRun, report.run_id)

    def at(figure: str, place: str) -> str:
        return url_for("numbers.submitted_people", public_id=public_id, place=place, figure=figure)

    return render_template(
        "numbers/briefing.html",
        name=names_of(session, [report.area_code])[report.area_code],
        period=ReportPeriod.parse(run.period),
        place=report.area_code,
        run=run,
        sections=(
            stored.told
            if (stored := stored_report(session, report))
            else briefing_of(read_facts(session, actor, run), business_day(report.submitted_at))
        ).sections,
        opens=True,
        at=at,
        report=(_report_name(report), url_for("numbers.submission", public_id=public_id)),
    )


def _page(
    run: IndicatorRun,
    place: str,
    figure: str,
    at: Callable[..., str],
    back: tuple[str, str],
    report: ReportSubmission | None = None,
) -> str:
    """`at`: the address of the same list of another figure, from a row on; orders and prints begin with the newest count."""
    session, actor, settings = read_session(), current_actor(), NumberSettings.from_json(run.settings)
    found = find_figure(figure, settings)
    if found is None:
        raise NotFound()
    one = listing(session, actor, Listed(run, place, found), partial(at, figure))
    subject = ("report_submission", report.public_id) if report else ("", "")
    note_list(
        "numbers.list_opened", whole_of(place), one.total, names=one.has_names, subject=subject, period=run.period, figure=figure
    )  # fmt: skip
    may_order = not is_rest(place) and may(actor, Action.SEND_ORDERS) and may_be_ordered(figure)
    return render_template(
        "numbers/people.html",
        period=ReportPeriod.parse(run.period),
        place=place,
        name=place_name(session, place),
        title=title_of(figure),
        figure=figure,
        run=run,
        one=one,
        back=back,
        report=report,
        may_order=may_order and one.total and report is None,
        modes=mode_reasons(settings),
        related=related(figure, settings, at),
    )


def _report_name(report: ReportSubmission) -> str:
    edition = _("第 %(n)s 次修订", n=report.number - 1) if report.number > 1 else _("原报")
    return _("%(period)s上报的报表（%(edition)s）", period=report_period(report.period), edition=edition)

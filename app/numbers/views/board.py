"""A place's numbers: the county by town, a town by village, a village by itself; a city by county in counts alone."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from app.areas.queries import full_names, place_of
from app.areas.rules import AreaLevel, county_of, level_of
from app.core.access import Action, current_actor, may, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Conflict, Invalid, NotFound
from app.core.forms import Form
from app.core.quarter import Quarter
from app.core.web import forget_reads, is_htmx, read_session, show_errors
from app.core.work import find_live_work
from app.numbers.labels import MAIN, SOURCES, mode_reasons, source_of
from app.numbers.queries.behind import names_people
from app.numbers.queries.board import board_of, get_place, periods_to_choose, trend_of
from app.numbers.queries.city import city_of
from app.numbers.queries.mending import may_mend
from app.numbers.queries.recorded import recorded_only_from
from app.numbers.queries.runs import find_run
from app.numbers.rules.behind import missing_of
from app.numbers.rules.indicators import ALSO_COUNTED
from app.numbers.rules.period import ReportPeriod
from app.numbers.service.asking import WORK, ask_for_numbers
from app.numbers.views import home, notices  # noqa: F401  # hang what homes show on the blueprint
from app.numbers.views.blueprint import Answer, numbers

_PLACES = (AreaLevel.COUNTY, AreaLevel.TOWN, AreaLevel.VILLAGE)


@numbers.get("/")
@permit(Action.SEE_NUMBERS)
def index() -> str:
    """The actor's own place; `?period=` or `?day=` chooses what is counted, `?of=` which indicator is looked at closely."""
    actor = current_actor()
    period = chosen_period()
    if level_of(place_of(actor)) in _PLACES and may(actor, Action.SEE_PLACE_NUMBERS):
        return _page(place_of(actor), period)
    return _city(actor, period)


@numbers.get("/<period:period>/<place>")
@permit(Action.SEE_PLACE_NUMBERS)
def place(period: str, place: str) -> str:
    """A county, town or village in the actor's area; for htmx only how far the count is."""
    return _page(place, read_period(period))


@numbers.post("/<period:period>/<place>/count")
@permit(Action.OPEN_NUMBERS)
def count(period: str, place: str) -> Answer:
    """Count the county anew, in the background; what was counted before stays to be read until then."""
    actor, form, wanted = current_actor(), Form(), read_period(period)
    get_place(read_session(), actor, place)
    if not form.validate_on_submit():
        return _page(place, wanted, form), 400
    forget_reads()
    try:
        with transaction() as session:
            ask_for_numbers(session, actor, county_of(place), wanted, current_clock().now())
    except Conflict:  # somebody else's count of the same: its progress is shown as well
        pass
    except Invalid as refused:
        show_errors(form, refused)
        return _page(place, wanted, form), 400
    return redirect(url_for("numbers.place", period=period, place=place))


def read_period(text: str) -> ReportPeriod:
    """Of an address; `NotFound` for what is none."""
    try:
        return ReportPeriod.parse(text)
    except ValueError:
        raise NotFound() from None


def chosen_period() -> ReportPeriod:
    """What the page's form chose, a day before a period; the running quarter where it chose none."""
    chosen = request.args.get("day") or request.args.get("period")
    return read_period(chosen) if chosen else ReportPeriod.quarter_of(Quarter.of(current_clock().today()))


def running_periods() -> list[ReportPeriod]:
    """This quarter, the one before, this month, the one before, this year."""
    today = current_clock().today()
    quarter, month = ReportPeriod.quarter_of(Quarter.of(today)), ReportPeriod.month_of(today)
    return [quarter, quarter.previous(), month, month.previous(), ReportPeriod.year_of(today.year)]


def _page(code: str, period: ReportPeriod, form: Form | None = None) -> str:
    session, actor = read_session(), current_actor()
    get_place(session, actor, code)
    live = find_live_work(session, f"{WORK}:{county_of(code)}:{period}")
    here = {"period": period, "place": code, "form": form or Form(), "live": live}
    if live:  # while the first count is under way there is no earlier result to read
        here["is_counted"] = find_run(session, actor, county_of(code), period) is not None
    if is_htmx():
        return render_template("numbers/_counting.html", **here)
    board = board_of(session, actor, code, period)
    names = full_names(session, _path(actor, code))
    return render_template(
        "numbers/board.html",
        **here,
        names=names,
        name=names[code],
        path=_path(actor, code)[:-1],
        board=board,
        of=_chosen_indicator(),
        trend=trend_of(session, actor, code, _chosen_indicator(), Quarter.of(period.last_day)) if board else [],
        periods=_periods(session, actor, code, period),
        recorded_from=recorded_only_from(session, actor, board.run, code) if board else None,
        main=MAIN,
        also=ALSO_COUNTED,
        modes=mode_reasons(board.settings) if board else [],
        source_of=source_of,
        sources=SOURCES,
        missing_of=missing_of,
        opens=may(actor, Action.OPEN_NUMBERS),
        names_people=lambda figure: names_people(actor, figure),
        mends=may_mend(actor) and level_of(code) is not AreaLevel.COUNTY,
        is_village=level_of(code) is AreaLevel.VILLAGE,
        is_county=level_of(code) is AreaLevel.COUNTY,
    )


def _city(actor: Actor, period: ReportPeriod) -> str:
    session = read_session()
    return render_template(
        "numbers/city.html",
        name=full_names(session, [place_of(actor)])[place_of(actor)],
        period=period,
        periods=running_periods() if period in running_periods() else [period, *running_periods()],
        city=city_of(session, actor, period),
    )


def _chosen_indicator() -> str:
    chosen = request.args.get("of", "")
    return chosen if chosen in MAIN else MAIN[0]


def _periods(session: Session, actor: Actor, code: str, period: ReportPeriod) -> list[ReportPeriod]:
    found = periods_to_choose(session, actor, county_of(code), running_periods())
    return found if period in found else [period, *found]


def _path(actor: Actor, code: str) -> list[str]:
    """The places from the actor's own down to this one."""
    steps = [county_of(code), code[:9].ljust(12, "0"), code]
    return [one for at, one in enumerate(steps) if one not in steps[:at] and one.startswith(actor.area_prefix)]

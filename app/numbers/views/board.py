"""The first page: a county's numbers by town."""

from __future__ import annotations

from flask import render_template

from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.quarter import Quarter
from app.core.web import read_session
from app.numbers.queries.runs import list_newest_runs
from app.numbers.rules.period import ReportPeriod
from app.numbers.views.blueprint import numbers


@numbers.get("/")
@permit(Action.SEE_NUMBERS)
def index() -> str:
    """The newest computation of the running quarter."""
    period = ReportPeriod.quarter_of(Quarter.of(current_clock().today()))
    runs = list_newest_runs(read_session(), current_actor(), period)
    return render_template("numbers/index.html", period=period, runs=runs)

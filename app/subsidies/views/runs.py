"""All quarters, and handing 造册 to the scheduler process."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from sqlalchemy.orm import Session

from app.areas.rules import code_of
from app.core.access import Action, current_actor, may, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Conflict
from app.core.models import WorkItem
from app.core.period import Period, parse_period
from app.core.web import read_session, show_errors
from app.core.work import ask_for_work
from app.people.queries_kin import own_kin
from app.subsidies.forms import PrepareForm, StepForm
from app.subsidies.hands import require_person
from app.subsidies.models import RunKind, SubsidyRun
from app.subsidies.queries.checks import last_standings
from app.subsidies.queries.duty import duty_gap
from app.subsidies.queries.periods import ended_periods
from app.subsidies.queries.runs import find_run, get_run, list_runs
from app.subsidies.rules.transitions import RunState
from app.subsidies.service import prepare_anew
from app.subsidies.views.board import Answer, board_again, check_version, subsidies

PREPARED_BACK = 8  # periods that a run may be prepared for


@subsidies.get("/", endpoint="list_runs")
@permit(Action.SEE_SUBSIDY)
def show_runs() -> str:
    """All quarters, newest first, and for the clerk the next one to prepare."""
    return _runs(PrepareForm(_periods()))


@subsidies.post("/prepare")
@permit(Action.PREPARE_SUBSIDY)
def prepare() -> Answer:
    """Hand 造册 to the scheduler process and show its progress; a quarter that stands is shown instead."""
    actor, form = current_actor(), PrepareForm(_periods())
    if not form.validate_on_submit():
        return _runs(form), 400
    require_person(actor)
    county, quarter = code_of(actor.area_prefix), parse_period(form.quarter.data)
    try:
        with transaction() as session:
            standing = find_run(session, actor, county, quarter)
            if standing is not None and standing.state is not RunState.PREPARING and not form.is_supplementary.data:
                return redirect(url_for("subsidies.show_run", public_id=standing.public_id))
            item = _ask(session, actor, county, str(quarter), bool(form.is_supplementary.data))
            return redirect(url_for("work.show", public_id=item.public_id))
    except Conflict as refused:  # the same work is under way for somebody else
        show_errors(form, refused)
        return _runs(form), 409


@subsidies.post("/<public_id>/anew")
@permit(Action.PREPARE_SUBSIDY)
def anew(public_id: str) -> Answer:
    """Throw the draft away and freeze it again as of today; a run left by a dead process goes on."""
    actor, form, clock = current_actor(), StepForm(), current_clock()
    if not form.validate_on_submit():
        return board_again(public_id, form)
    require_person(actor)
    try:
        with transaction() as session:
            run = get_run(session, actor, public_id, lock=True)
            check_version(form, run)
            if run.state is not RunState.PREPARING:
                prepare_anew(session, actor, run, clock.today(), clock.now())
            item = _ask(session, actor, run.county_code, run.period, run.kind is RunKind.SUPPLEMENTARY)
            return redirect(url_for("work.show", public_id=item.public_id))
    except Conflict as refused:
        show_errors(form, refused)
        return board_again(public_id, form, 409)


def _ask(session: Session, actor: Actor, county: str, period: str, is_supplementary: bool) -> WorkItem:
    args = {"county": county, "quarter": period, "supplementary": is_supplementary}
    key = f"subsidy_prepare:{county}:{period}:{is_supplementary}"
    return ask_for_work(session, "subsidy_prepare", args, key, actor, current_clock().now())


def _runs(form: PrepareForm) -> str:
    session, actor, today = read_session(), current_actor(), current_clock().today()
    runs: list[SubsidyRun] = list(list_runs(session, actor))
    is_clerk, periods = may(actor, Action.PREPARE_SUBSIDY), _periods()
    return render_template(
        "subsidies/runs.html",
        runs=[(run, parse_period(run.period)) for run in runs],
        form=form,
        lists=last_standings(session, actor, today) if is_clerk else None,
        own=own_kin(session, actor, today.year),
        duty=duty_gap(session, actor, code_of(actor.area_prefix), periods[0]) if is_clerk and periods else None,
    )


def _periods() -> list[Period]:
    """The periods that have ended, the last one first."""
    county = code_of(current_actor().area_prefix)
    return ended_periods(read_session(), county, current_clock().today(), PREPARED_BACK)

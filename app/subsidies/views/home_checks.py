"""The quarter's home checks: the draw by a published number, the list to take along, and what the towns report."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Conflict, Invalid
from app.core.i18n import _
from app.core.period import parse_period
from app.core.web import forget_reads, read_session, show_errors
from app.subsidies.forms_watch import HomeCheckForm, NumberForm
from app.subsidies.hands import require_person
from app.subsidies.queries.home_checks import get_home_check, list_home_checks
from app.subsidies.queries.runs import get_run
from app.subsidies.rules.sampling import PERCENT
from app.subsidies.service.sampling import draw_home_checks, record_home_check
from app.subsidies.views.board import Answer, subsidies


@subsidies.get("/<public_id>/home-checks")
@permit(Action.SEE_SUBSIDY)
def home_checks(public_id: str) -> str:
    """Who is to be visited, and who was met."""
    return _page(public_id, NumberForm(formdata=None))


@subsidies.post("/<public_id>/home-checks", endpoint="draw_home_checks")
@permit(Action.DRAW_HOME_CHECKS)
def draw(public_id: str) -> Answer:
    """Draw by a number that was published after the list was frozen."""
    actor, form = current_actor(), NumberForm()
    get_run(read_session(), actor, public_id)
    if not form.validate_on_submit():
        return _page(public_id, form), 400
    require_person(actor)
    try:
        with transaction() as session:
            run = get_run(session, actor, public_id, lock=True)
            drawn = draw_home_checks(session, actor, run, form.number.data or "", current_clock().now())
    except (Conflict, Invalid) as refused:
        forget_reads()
        show_errors(form, refused)
        return _page(public_id, form), 400 if isinstance(refused, Invalid) else 409
    flash(_("已抽取 %(n)s 户。", n=drawn), "good")
    return redirect(url_for("subsidies.home_checks", public_id=public_id))


@subsidies.route("/home-checks/<public_id>", endpoint="record_home_check", methods=["GET", "POST"])
@permit(Action.DRAW_HOME_CHECKS)
def record(public_id: str) -> BaseResponse | str | tuple[str, int]:
    """Write down what the town's sheet says of one family."""
    actor, clock, form, status = current_actor(), current_clock(), HomeCheckForm(), 200
    _check, run, _agreement = get_home_check(read_session(), actor, public_id)
    if form.validate_on_submit():
        require_person(actor)
        is_met, on = form.is_met.data == "yes", form.checked_on.data
        try:
            with transaction() as session:
                record_home_check(session, actor, public_id, is_met, on, clock.today(), clock.now())
            flash(_("已记录。"), "good")
            return redirect(url_for("subsidies.home_checks", public_id=run.public_id))
        except (Conflict, Invalid) as refused:
            forget_reads()
            show_errors(form, refused)
            status = 409 if isinstance(refused, Conflict) else 400
    elif form.is_submitted():
        status = 400
    return render_template("subsidies/home_check.html", form=form, run=run), status


def _page(public_id: str, form: NumberForm) -> str:
    session, actor = read_session(), current_actor()
    run = get_run(session, actor, public_id)
    return render_template(
        "subsidies/home_checks.html",
        run=run,
        quarter=parse_period(run.period),
        draws=list_home_checks(session, actor, run),
        percent=PERCENT,
        form=form,
    )

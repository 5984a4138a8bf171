"""Held lines, and the person who decides each."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Conflict, Invalid
from app.core.i18n import _
from app.core.web import forget_reads, read_session, show_errors
from app.subsidies.forms import DecideForm
from app.subsidies.hands import require_person
from app.subsidies.queries.held import DECIDED_WITHIN, count_held, list_held
from app.subsidies.queries.lines import find_patient_address, get_line, list_lines
from app.subsidies.rules.grounds import standing_holds
from app.subsidies.service import decide_hold
from app.subsidies.texts import HOLD_BY
from app.subsidies.views.board import check_version, remember_refusal, subsidies


@subsidies.get("/holds")
@permit(Action.SEE_SUBSIDY)
def list_holds() -> str:
    """What nobody has decided yet, over all runs, the longest held first."""
    session, actor, today = read_session(), current_actor(), current_clock().today()
    return render_template(
        "subsidies/holds.html",
        page=list_held(session, actor, today, request.args.get("after")),
        counts=count_held(session, actor, today),
        within=DECIDED_WITHIN,
        hold_by={code: _(words) for code, words in HOLD_BY.items()},
    )


@subsidies.route("/lines/<public_id>/decide", methods=["GET", "POST"])
@permit(Action.PREPARE_SUBSIDY)
def decide(public_id: str) -> BaseResponse | str | tuple[str, int]:
    """What holds the line, and the decision with its reason."""
    actor, status = current_actor(), 200
    held, _run = get_line(read_session(), actor, public_id)
    form = DecideForm(standing_holds(stored["code"] for stored in held.reasons))
    if form.validate_on_submit():
        require_person(actor)
        forget_reads()
        try:
            with transaction() as session:
                _line, run = get_line(session, actor, public_id, lock=True)
                check_version(form, run)
                decide_hold(session, actor, form.to_command(public_id), current_clock().now(), current_clock().today())
            flash(_("已记录决定。"), "good")
            return redirect(url_for("subsidies.show_run", public_id=run.public_id, decision="hold"))
        except (Conflict, Invalid) as refused:
            remember_refusal(("subsidy_line", public_id), refused)
            forget_reads()
            show_errors(form, refused)
            status = 409 if isinstance(refused, Conflict) else 400
    elif form.is_submitted():
        status = 400
    line, run = get_line(read_session(), actor, public_id)
    form.version.data = str(run.version)
    [row] = list_lines(read_session(), actor, run, line_id=line.id).rows
    patient = find_patient_address(read_session(), actor, line)
    return render_template("subsidies/decide.html", row=row, run=run, form=form, patient=patient), status

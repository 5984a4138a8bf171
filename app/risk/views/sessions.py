"""The quarter's assessment meeting of a town, and how far all towns have come."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.models import User
from app.areas.queries import names_of
from app.audit.service import note
from app.core.access import Action, current_actor, may, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import AnhuError, Conflict, Invalid, NotFound
from app.core.i18n import _
from app.core.papers import hand_out, paper
from app.core.quarter import Quarter
from app.core.reasons import reason, say, say_quarter
from app.core.web import forget_reads, read_session, show_errors
from app.patients.labels import TEAM_PARTS
from app.patients.rules import TeamPart
from app.risk import service
from app.risk.forms import PANEL_LINES, SessionForm
from app.risk.models import ReassessmentSession, SessionState
from app.risk.papers import session_pdf
from app.risk.queries.sessions import Row, coverage, get_session, list_rows, lock_session
from app.risk.views.blueprint import risk

Answer = str | BaseResponse | tuple[str, int]
PARTS = ("together", "single", "done")


@risk.route("/assessments/")
@permit(Action.SEE_ASSESSMENTS)
def sessions() -> str:
    """Coverage of a quarter by town: counts, and for whoever reassesses the way into each meeting."""
    actor, today = current_actor(), current_clock().today()
    quarter = _asked_quarter(Quarter.of(today))
    towns = coverage(read_session(), actor, quarter)
    return render_template(
        "risk/sessions.html",
        towns=towns,
        owed=sum(town.owed for town in towns),
        done=sum(town.done for town in towns),
        signed=sum(_is_signed(town.session) for town in towns),
        quarter=say_quarter(quarter),
        quarters=[(str(one), say_quarter(one), one == quarter) for one in _recent(Quarter.of(today), 4)],
        opens=may(actor, Action.REASSESS),
    )


@risk.route("/assessments/new", methods=["GET", "POST"])
@permit(Action.HOLD_ASSESSMENTS)
def open_session() -> Answer:
    actor, clock = current_actor(), current_clock()
    now_running = Quarter.of(clock.today())
    form = SessionForm()
    form.offer(_recent(now_running, 2))
    if request.method == "POST" and form.validate():
        forget_reads()
        try:
            with transaction() as session:
                held = service.open_session(session, actor, form.to_command(), clock.today(), clock.now())
                where = url_for("risk.session", public_id=held.public_id)
            return redirect(where)
        except AnhuError as refused:
            _show(form, refused)
    elif request.method == "GET":
        form.quarter.data, form.held_on.data = str(now_running), clock.today()
        form["part_1"].data, form["name_1"].data = TeamPart.DOCTOR.value, actor.name
    page = render_template("risk/session_form.html", form=form, lines=PANEL_LINES, held=None)
    return page if request.method == "GET" else (page, 422)


@risk.route("/assessments/<public_id>")
@permit(Action.REASSESS)
def session(public_id: str) -> str:
    """The list of the town, by what there is to do."""
    held = get_session(read_session(), current_actor(), public_id)
    rows = list_rows(read_session(), current_actor(), held)
    parts = _parts(rows)
    asked = request.args.get("part", "")
    part = asked if asked in PARTS else next((name for name in PARTS if parts[name]), PARTS[0])
    return render_template(
        "risk/session.html",
        held=held,
        is_signed=_is_signed(held),
        town=names_of(read_session(), [held.area_code])[held.area_code],
        quarter=say_quarter(Quarter.parse(held.quarter)),
        parts={name: len(found) for name, found in parts.items()},
        part=part,
        rows=parts[part],
        total=len(rows),
        waiting=len(parts["together"]) + len(parts["single"]),
        team_parts={part.value: words for part, words in TEAM_PARTS.items()},
        holds=may(current_actor(), Action.HOLD_ASSESSMENTS),
    )


@risk.route("/assessments/<public_id>/panel", methods=["GET", "POST"])
@permit(Action.HOLD_ASSESSMENTS)
def change_session(public_id: str) -> Answer:
    actor, clock = current_actor(), current_clock()
    held = get_session(read_session(), actor, public_id)
    form = SessionForm()
    form.offer((Quarter.parse(held.quarter),))
    if request.method == "POST" and form.validate():
        forget_reads()
        try:
            with transaction() as writing:
                locked = lock_session(writing, actor, public_id)
                service.change_session(writing, actor, locked, form.to_command(), clock.today(), clock.now())
            flash(_("已保存"), "success")
            return redirect(url_for("risk.session", public_id=public_id))
        except AnhuError as refused:
            _show(form, refused)
    elif request.method == "GET":
        form.show(held)
    page = render_template("risk/session_form.html", form=form, lines=PANEL_LINES, held=public_id)
    return page if request.method == "GET" else (page, 422)


@risk.route("/assessments/<public_id>/together", methods=["POST"])
@permit(Action.HOLD_ASSESSMENTS)
def confirm_together(public_id: str) -> Answer:
    """Confirm the unchanged ones that are ticked; the server looks again at each of them."""
    actor, now = current_actor(), current_clock().now()
    chosen = set(request.form.getlist("task"))
    try:
        with transaction() as writing:
            held = lock_session(writing, actor, public_id)
            if not chosen:
                raise Invalid({"task": [reason("core.nothing_chosen")]})
            count = service.confirm_together(writing, actor, held, chosen, now)
        flash(_("已确认 %(n)s 人", n=count), "success")
    except Conflict as refused:
        flash(say(refused.reason), "error")
    return redirect(url_for("risk.session", public_id=public_id))


@risk.route("/assessments/<public_id>/sign", methods=["POST"])
@permit(Action.HOLD_ASSESSMENTS)
def sign_session(public_id: str) -> Answer:
    actor, now = current_actor(), current_clock().now()
    try:
        with transaction() as writing:
            service.sign_session(writing, actor, lock_session(writing, actor, public_id), now)
        flash(_("已签字，结果不再变动"), "success")
    except Conflict as refused:
        flash(say(refused.reason), "error")
    return redirect(url_for("risk.session", public_id=public_id))


@risk.route("/assessments/<public_id>/paper")
@permit(Action.REASSESS)
@paper
def session_paper(public_id: str) -> Response:
    """季度评估汇总表; noted."""
    actor, now = current_actor(), current_clock().now()
    with transaction() as writing:
        held = get_session(writing, actor, public_id)
        rows = list_rows(writing, actor, held)
        town = names_of(writing, [held.area_code])[held.area_code]
        note(
            writing,
            actor,
            "risk.session_printed",
            now=now,
            subject=("assessment", public_id),
            area_code=held.area_code,
            count=len(rows),
        )
        recorder = writing.get_one(User, held.signed_by or held.opened_by).display_name
        content = session_pdf(held, rows, town, recorder, actor, now)
    return hand_out(content, "assessment")


def _parts(rows: list[Row]) -> dict[str, list[Row]]:
    return {
        "together": [row for row in rows if row.is_open and not row.whys_single],
        "single": [row for row in rows if row.is_open and row.whys_single],
        "done": [row for row in rows if not row.is_open],
    }


def _is_signed(held: ReassessmentSession | None) -> bool:
    return held is not None and held.state is SessionState.SIGNED


def _recent(quarter: Quarter, count: int) -> list[Quarter]:
    return [quarter.shift(-back) for back in range(count)]


def _asked_quarter(running: Quarter) -> Quarter:
    try:
        return Quarter.parse(request.args.get("quarter", str(running)))
    except ValueError:
        raise NotFound() from None


def _show(form: SessionForm, refused: AnhuError) -> None:
    show_errors(form, refused)

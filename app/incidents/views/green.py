"""The green channel: requests with their states, the purchase list, delivery rounds with receipts."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.areas.queries import full_name, list_towns, names_of, place_of
from app.areas.rules import town_of
from app.audit.views import note_look
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.dates import parse_date
from app.core.db import new_public_id, transaction
from app.core.errors import NotFound
from app.core.fields import choices
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.papers import hand_out, paper
from app.core.web import forget_reads, read_session
from app.incidents import labels_care as labels
from app.incidents.forms.care import AskGreenForm, LineForm, MoveGreenForm, PlanRoundForm
from app.incidents.marks import printed
from app.incidents.papers_care import purchases_pdf, purchases_xlsx, round_pdf
from app.incidents.queries import green as queries
from app.incidents.rules.green import MOVES, LineState, RoundState
from app.incidents.service import green as service
from app.incidents.views.blueprint import incidents
from app.incidents.views.storing import stored
from app.patients.queries import get_patient
from app.people.models import Person
from app.people.vault import Vault

Answer = str | BaseResponse | tuple[str, int]
AHEAD = timedelta(days=30)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def words() -> dict[str, Any]:
    return {name.lower(): getattr(labels, name) for name in dir(labels) if name.isupper()}


@incidents.route("/green/")
@permit(Action.KEEP_GREEN)
def list_green() -> str:
    after = request.args.get("after")
    page = queries.list_requests(read_session(), current_actor(), after)
    return render_template("incidents/green.html", page=page, is_first_page=after is None, words=words())


@incidents.route("/patients/<public_id>/green", methods=["GET", "POST"])
@permit(Action.KEEP_GREEN)
def ask_green(public_id: str) -> Answer:
    actor, session, clock = current_actor(), read_session(), current_clock()
    patient = get_patient(session, actor, public_id)
    form = AskGreenForm(data={"key": new_public_id(), "wanted_on": clock.today()})
    if request.method == "POST" and form.validate():
        today, now = clock.today(), clock.now()
        done = stored(
            form,
            lambda writing, vault: (
                service.ask_green(
                    writing, vault, actor, get_patient(writing, actor, public_id), form.to_command(), today, now
                ).public_id
            ),
            _("已申请"),
            lambda asked: url_for("incidents.show_green", public_id=asked),
        )
        if done is not None:
            return done
    name = f"{session.get_one(Person, patient.person_id).name} · {full_name(session, patient.area_code)}"
    back = url_for("desk.patient", public_id=public_id)
    page = render_template("incidents/green_new.html", form=form, name=name, back=back)
    return page if request.method == "GET" else (page, 422)


@incidents.route("/green/<public_id>", methods=["GET", "POST"])
@permit(Action.KEEP_GREEN)
def show_green(public_id: str) -> Answer:
    actor, clock = current_actor(), current_clock()
    asked = queries.get_request(read_session(), actor, public_id)
    form = MoveGreenForm(data={"version": asked.version, "on": clock.today()})
    form.offer(MOVES[asked.state])
    if request.method == "GET":
        note_look(("green_request", public_id), asked.area_code)
    elif form.validate():
        today, now = clock.today(), clock.now()
        done = stored(
            form,
            lambda writing, _vault: service.move_green(
                writing, actor, queries.get_request(writing, actor, public_id, lock=True), form.to_command(), today, now
            ),
            _("已登记办理情况"),
            url_for("incidents.show_green", public_id=public_id),
        )
        if done is not None:
            return done
    session = read_session()
    kept = queries.get_request(session, actor, public_id)
    sheet = queries.open_request(session, actor, Vault(session, current_keyring()), kept)
    page = render_template(
        "incidents/green_request.html", sheet=sheet, form=form, is_open=bool(MOVES[kept.state]), words=words()
    )
    return page if request.method == "GET" else (page, 422)


@incidents.route("/purchases")
@permit(Action.KEEP_ROUNDS)
def purchases() -> str:
    """集中购药清单 from the supplies on record."""
    actor, session, until = current_actor(), read_session(), _until()
    lines = queries.to_buy(session, actor, until)
    towns = {one.town_code: one.town for one in lines}
    return render_template("incidents/purchases.html", lines=lines, until=until, towns=towns)


@incidents.route("/purchases.pdf")
@permit(Action.KEEP_ROUNDS)
@paper
def purchases_paper() -> Response:
    return hand_out(_purchases("pdf"), "purchase-list")


@incidents.route("/purchases.xlsx")
@permit(Action.KEEP_ROUNDS)
def purchases_book() -> Response:
    return send_file(BytesIO(_purchases("xlsx")), mimetype=XLSX, as_attachment=True, download_name="purchase-list.xlsx")


@incidents.route("/rounds/")
@permit(Action.KEEP_ROUNDS)
def list_rounds() -> str:
    after = request.args.get("after")
    page = queries.list_rounds(read_session(), current_actor(), after)
    return render_template("incidents/rounds.html", page=page, is_first_page=after is None, words=words())


@incidents.route("/rounds/new", methods=["GET", "POST"])
@permit(Action.KEEP_ROUNDS)
def plan_round() -> Answer:
    """One town's drugs that run out, chosen for a tour."""
    actor, session, clock, until = current_actor(), read_session(), current_clock(), _until()
    town = request.args.get("town") or town_of(place_of(actor))
    towns = {one.code: one.name for one in list_towns(session, actor)} or {
        town_of(place_of(actor)): full_name(session, town_of(place_of(actor)))
    }
    if town not in towns:
        town = next(iter(towns), town)
    due = queries.running_out(session, actor, until, town[:9])
    found, planned = [one for one in due if not one.round_on], [one for one in due if one.round_on]
    sources = [one.source for one in found if one.source]
    form = PlanRoundForm(
        data={
            "key": new_public_id(),
            "planned_on": clock.today(),
            "source": max(sources, key=sources.count, default=""),
            "chosen": [one.supply for one in found],
        }
    )
    form.chosen.choices = choices([(one.supply, f"{one.name} · {one.village}：{one.drug}") for one in found])
    if request.method == "POST" and form.validate():
        today, now, wanted = clock.today(), clock.now(), form.to_command(town)
        done = stored(
            form,
            lambda writing, _vault: service.plan_round(writing, actor, wanted, until, today, now).public_id,
            _("已安排送药"),
            lambda made: url_for("incidents.show_round", public_id=made),
        )
        if done is not None:
            return done
    page = render_template(
        "incidents/round_new.html", form=form, town=town, towns=towns, found=found, planned=planned, until=until
    )
    return page if request.method == "GET" else (page, 422)


@incidents.route("/rounds/<public_id>")
@permit(Action.KEEP_ROUNDS)
def show_round(public_id: str) -> str:
    actor, session = current_actor(), read_session()
    tour = queries.get_round(session, actor, public_id)
    note_look(("delivery_round", public_id), tour.area_code)
    lines = queries.lines_of(session, actor, tour)
    return render_template(
        "incidents/round.html",
        tour=tour,
        lines=lines,
        town=full_name(session, tour.area_code),
        is_planned=tour.state is RoundState.PLANNED,
        is_under_way=tour.state is RoundState.UNDER_WAY,
        may_close=tour.state is RoundState.UNDER_WAY and all(one.line.state is not LineState.PLANNED for one in lines),
        words=words(),
    )


@incidents.route("/rounds/<public_id>/start", methods=["POST"])
@permit(Action.KEEP_ROUNDS)
def start_round(public_id: str) -> BaseResponse:
    return _moved(public_id, service.start_round, _("已登记出发"))


@incidents.route("/rounds/<public_id>/close", methods=["POST"])
@permit(Action.KEEP_ROUNDS)
def close_round(public_id: str) -> BaseResponse:
    return _moved(public_id, service.close_round, _("已办结"))


@incidents.route("/rounds/<public_id>/lines/<delivery_id>", methods=["GET", "POST"])
@permit(Action.KEEP_ROUNDS)
def answer_line(public_id: str, delivery_id: str) -> Answer:
    """The receipt at one door."""
    actor, session, clock = current_actor(), read_session(), current_clock()
    tour = queries.get_round(session, actor, public_id)
    queries.get_line(session, actor, tour, delivery_id)
    row = next((one for one in queries.lines_of(session, actor, tour) if one.line.public_id == delivery_id), None)
    if row is None:
        raise NotFound
    form = LineForm(data={"on": clock.today(), "to": "received"})
    if request.method == "POST" and form.validate():
        today, now, said = clock.today(), clock.now(), form.to_command()
        done = stored(
            form,
            lambda writing, _vault: service.answer_line(
                writing, actor, queries.get_round(writing, actor, public_id, lock=True), delivery_id, said, today, now
            ),
            _("已登记"),
            url_for("incidents.show_round", public_id=public_id),
        )
        if done is not None:
            return done
    page = render_template("incidents/round_line.html", form=form, tour=tour, row=row)
    return page if request.method == "GET" else (page, 422)


@incidents.route("/rounds/<public_id>/paper")
@permit(Action.KEEP_ROUNDS)
@paper
def round_paper(public_id: str) -> Response:
    """送药签收单 with a line to sign for each."""
    actor, now = current_actor(), current_clock().now()
    with transaction() as session:
        tour = queries.get_round(session, actor, public_id)
        lines, town = queries.lines_of(session, actor, tour), full_name(session, tour.area_code)
        organisation = names_of(session, [place_of(actor)])[place_of(actor)]
        content = printed(
            session,
            current_keyring(),
            actor,
            "incidents.round_printed",
            ("delivery_round", public_id),
            tour.area_code,
            f"{tour.state}:{[str(one.line.state) for one in lines]}",
            now,
            lambda mark: round_pdf(tour, lines, town, organisation, actor, now, mark),
        )
    return hand_out(content, "delivery-sheet")


def _until() -> date:
    """By which day medicine runs out that is to be bought; a month ahead unless the page says otherwise."""
    today = current_clock().today()
    try:
        wanted = parse_date(request.args.get("until", ""))
    except ValueError:
        return today + AHEAD
    return min(max(wanted, today), today + 4 * AHEAD)


def _purchases(kind: str) -> bytes:
    actor, now, until = current_actor(), current_clock().now(), _until()
    with transaction() as session:
        lines, place = queries.to_buy(session, actor, until), place_of(actor)
        name = names_of(session, [place])[place]
        draw = purchases_pdf if kind == "pdf" else purchases_xlsx
        return printed(
            session,
            current_keyring(),
            actor,
            "incidents.purchases_printed",
            ("area", place),
            place,
            f"{kind}:{until}:{[(one.source, one.drug, one.town_code, one.days, str(one.mg)) for one in lines]}",
            now,
            lambda mark: draw(lines, name, until, actor, now, mark),
        )


def _moved(public_id: str, act: Any, said: str) -> BaseResponse:
    actor = current_actor()
    forget_reads()
    with transaction() as session:
        act(session, actor, queries.get_round(session, actor, public_id, lock=True), current_clock().now())
    flash(said)
    return redirect(url_for("incidents.show_round", public_id=public_id))

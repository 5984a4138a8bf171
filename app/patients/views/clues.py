"""The health centre's inbox of clues: look, answer the nine questions, close; and who waits for the psychiatrist's word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.areas.queries import list_places, names_of, place_of, village_choices
from app.areas.rules import PREFIX_LENGTHS, AreaLevel, town_of
from app.audit.service import note
from app.audit.views import note_look
from app.core.access import Action, current_actor, permit
from app.core.actor import Actor
from app.core.calendar import load_workdays
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import AnhuError, NotFound
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.papers import hand_out, paper
from app.core.web import forget_reads, read_session, show_errors
from app.core.workdays import WorkdayCalendar
from app.patients import service
from app.patients.codes import SIGNS
from app.patients.forms_clues import AnswerForm, CloseForm
from app.patients.labels import CLUE_LABELS, CLUE_OUTCOMES, CLUE_SOURCES, REGISTRY_LABELS
from app.patients.models import Clue
from app.patients.papers import clue_pdf
from app.patients.queries.clues import (
    ClueSheet,
    count_clues,
    get_clue,
    list_clues,
    list_danger,
    list_in_doubt,
    lock_clue,
    open_sheet,
)
from app.patients.queries.origins import find_origin
from app.patients.rules import ClueOutcome, ClueState, RegistryStatus
from app.patients.views.blueprint import patients
from app.people.vault import Vault

Answer = str | BaseResponse | tuple[str, int]


def workdays_around(session: Session) -> WorkdayCalendar:
    """The working days that the inbox's terms fall into."""
    year = current_clock().today().year
    return load_workdays(session, date(year - 1, 1, 1), date(year + 1, 12, 31))


@patients.route("/clues/")
@permit(Action.SEE_CLUES)
def inbox() -> str:
    actor, session = current_actor(), read_session()
    asked = request.args.get("state", "")
    state = ClueState(asked) if asked in set(ClueState) else ClueState.RECEIVED
    calendar = workdays_around(session)
    counts = count_clues(session, actor)
    page = list_clues(session, actor, state, request.args.get("after"), calendar)
    return render_template(
        "patients/clues/inbox.html",
        page=page,
        state=state,
        counts=counts,
        is_late=counts.is_late(current_clock().today(), calendar),
        states=CLUE_LABELS,
        outcomes=CLUE_OUTCOMES,
        sources=CLUE_SOURCES,
        is_first_page="after" not in request.args,
    )


@patients.route("/clues/suspected")
@permit(Action.REVIEW_SUSPECTED)
def in_doubt() -> str:
    actor, session = current_actor(), read_session()
    calendar, counts = workdays_around(session), count_clues(session, actor)
    return render_template(
        "patients/clues/in_doubt.html",
        rows=list_in_doubt(session, actor, calendar),
        counts=counts,
        is_late=counts.is_late(current_clock().today(), calendar),
        labels=REGISTRY_LABELS,
        is_sent=RegistryStatus.UNDER_REVIEW,
    )


@patients.route("/clues/danger")
@permit(Action.SEE_DANGER_CLUES)
def danger() -> str:
    """What the police of the place are asked to secure; who looked at whom is noted."""
    actor, session = current_actor(), read_session()
    clues, withheld = list_danger(session, actor, Vault(session, current_keyring()), current_clock().today())
    for one in clues:
        note_look(("clue", one.public_id), one.area_code)
    return render_template("patients/clues/danger.html", clues=clues, withheld=withheld, states=CLUE_LABELS)


@patients.route("/clues/<public_id>")
@permit(Action.SEE_CLUES)
def show_clue(public_id: str) -> str:
    actor, session = current_actor(), read_session()
    clue = get_clue(session, actor, public_id)
    note_look(("clue", public_id), clue.area_code)
    origin = find_origin(session, actor, clue)
    return render_template("patients/clues/show.html", origin=origin, **_shown(session, actor, clue))


@patients.route("/clues/<public_id>/open", methods=["POST"])
@permit(Action.SEE_CLUES)
def open_clue(public_id: str) -> BaseResponse:
    actor = current_actor()
    with transaction() as session:
        service.open_clue(session, actor, lock_clue(session, actor, public_id), current_clock().now())
    return redirect(url_for("patients.answer_clue", public_id=public_id))


@patients.route("/clues/<public_id>/answer", methods=["GET", "POST"])
@permit(Action.SEE_CLUES)
def answer_clue(public_id: str) -> Answer:
    actor, session = current_actor(), read_session()
    sheet = _open_sheet(session, actor, public_id)
    data = {"name": sheet.name, "sex": str(int(sheet.sex)), "born_on": sheet.born_on, "address": sheet.place}
    form = AnswerForm(data={**data, "id_kind": "", "area_code": sheet.clue.area_code})
    form.area_code.group(village_choices(session, actor))
    if request.method == "POST" and form.validate():
        answered = _stored(form, public_id, _answer)
        if answered is not None:
            return answered
    return _form_page("patients/clues/answer.html", actor, public_id, form)


@patients.route("/clues/<public_id>/close", methods=["GET", "POST"])
@permit(Action.SEE_CLUES)
def close_clue(public_id: str) -> Answer:
    actor, session = current_actor(), read_session()
    sheet = _open_sheet(session, actor, public_id)
    form = CloseForm()
    form.passed_to.group(_other_villages(session, sheet.clue))
    if request.method == "POST" and form.validate():
        closed = _stored(form, public_id, _close)
        if closed is not None:
            return closed
    return _form_page("patients/clues/close.html", actor, public_id, form)


@patients.route("/clues/<public_id>/paper")
@permit(Action.SEE_CLUES)
@paper
def clue_paper(public_id: str) -> Response:
    """线索调查复核登记表 of one clue; noted."""
    actor, now = current_actor(), current_clock().now()
    with transaction() as session:
        clue = get_clue(session, actor, public_id)
        sheet = open_sheet(session, actor, Vault(session, current_keyring()), clue)
        code = place_of(actor)
        organisation = sheet.agency or names_of(session, [code])[code]
        note(session, actor, "patients.clue_printed", now=now, subject=("clue", public_id), area_code=clue.area_code)
        content = clue_pdf(sheet, organisation, actor, now)
    return hand_out(content, "clue")


# -- storing -----------------------------------------------------------------------------------------------------------


def _open_sheet(session: Session, actor: Actor, public_id: str) -> ClueSheet:
    clue = get_clue(session, actor, public_id)
    if clue.state is ClueState.CLOSED:
        raise NotFound
    note_look(("clue", public_id), clue.area_code)
    return open_sheet(session, actor, Vault(session, current_keyring()), clue)


Store = Callable[[Session, Vault, Actor, Clue, Any], str]


def _stored(form: Any, public_id: str, store: Store) -> BaseResponse | None:
    """Store it and lead on; None when it was refused, with the reasons at the form."""
    forget_reads()
    actor = current_actor()
    try:
        with transaction() as session:
            clue = lock_clue(session, actor, public_id)
            where = store(session, Vault(session, current_keyring()), actor, clue, form)
    except AnhuError as refused:
        show_errors(form, refused)
        return None
    return redirect(where)


def _answer(session: Session, vault: Vault, actor: Actor, clue: Clue, form: AnswerForm) -> str:
    clock = current_clock()
    patient = service.answer_clue(session, vault, actor, clue, form.to_command(), clock.today(), clock.now())
    if patient is not None:
        flash(_("已列为疑似，请在 10 个工作日内完成诊断复核"))
        return url_for("desk.patient", public_id=patient.public_id)
    flash(_("此人已在登记中，线索已办结") if clue.outcome is ClueOutcome.KNOWN else _("没有发现异常，线索已办结"))
    return url_for("patients.show_clue", public_id=clue.public_id)


def _close(session: Session, vault: Vault, actor: Actor, clue: Clue, form: CloseForm) -> str:
    clock = current_clock()
    service.close_clue(session, vault, actor, clue, form.to_command(), clock.today(), clock.now())
    flash(_("线索已办结"))
    return url_for("patients.show_clue", public_id=clue.public_id)


# -- pages -------------------------------------------------------------------------------------------------------------


def _form_page(template: str, actor: Actor, public_id: str, form: Any) -> Answer:
    session = read_session()
    clue = get_clue(session, actor, public_id)
    page = render_template(template, form=form, **_shown(session, actor, clue))
    return page if request.method == "GET" else (page, 422)


def _shown(session: Session, actor: Actor, clue: Clue) -> dict[str, Any]:
    return {
        "sheet": open_sheet(session, actor, Vault(session, current_keyring()), clue),
        "signs": SIGNS,
        "states": CLUE_LABELS,
        "outcomes": CLUE_OUTCOMES,
        "sources": CLUE_SOURCES,
    }


def _other_villages(session: Session, clue: Clue) -> dict[str, list[tuple[str, str]]]:
    """Every village of the county but the clue's own, by town."""
    county = clue.area_code[: PREFIX_LENGTHS[AreaLevel.COUNTY]]
    villages = list_places(session, county, AreaLevel.VILLAGE)
    towns = names_of(session, {town_of(village.code) for village in villages})
    found: dict[str, list[tuple[str, str]]] = {}
    for village in villages:
        if village.code != clue.area_code:
            found.setdefault(towns[town_of(village.code)], []).append((village.code, village.name))
    return found

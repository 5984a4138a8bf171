"""What two people of the county office put right: inbox, history, asking, deciding; and pairs that may be one human being."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.audit.views import note_look
from app.core.access import Action, current_actor, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import new_public_id, transaction
from app.core.errors import AnhuError, Conflict, NotFound
from app.core.fields import choices
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.reasons import reason
from app.core.searching import search_words
from app.core.web import forget_reads, read_session, show_errors
from app.desk.forms.requests import SIDES, ExclusionForm, RequestForm, findings
from app.desk.queries.duplicates import list_duplicates
from app.desk.queries.merging import CHOICES, preview
from app.desk.queries.requests import count_requests, find_open_request, get_request, list_requests
from app.desk.service import requests as service
from app.desk.texts import REQUEST_KINDS, REQUEST_STATES
from app.desk.views.blueprint import desk
from app.patients.queries import get_patient, header_of, search_patients
from app.patients.rules import RequestKind
from app.people.vault import Vault

Answer = str | BaseResponse | tuple[str, int]
WORDS = {"kind": REQUEST_KINDS, "state": REQUEST_STATES, "field": CHOICES}


@desk.route("/requests/")
@permit(Action.PUT_RIGHT)
def requests_inbox() -> str:
    actor, session, today = current_actor(), read_session(), current_clock().today()
    is_open = request.args.get("tab") != "done"
    return render_template(
        "desk/moving/requests.html",
        page=list_requests(session, actor, is_open, request.args.get("after"), today),
        is_open=is_open,
        waiting=count_requests(session, actor),
        is_first_page="after" not in request.args,
        words=WORDS,
    )


@desk.route("/requests/<public_id>")
@permit(Action.PUT_RIGHT)
def register_request(public_id: str) -> str:
    actor, session, today = current_actor(), read_session(), current_clock().today()
    row = get_request(session, actor, public_id, today)
    note_look(("request", public_id), row.area_code)
    shown = None
    if row.is_open and row.kind is RequestKind.MERGE and row.kept and row.patient:
        kept, merged = get_patient(session, actor, row.kept), get_patient(session, actor, row.patient)
        shown = preview(session, Vault(session, current_keyring()), actor, kept, merged)
    return render_template("desk/moving/request.html", row=row, preview=shown, words=WORDS)


@desk.route("/requests/<public_id>/approve", methods=["POST"])
@permit(Action.PUT_RIGHT)
def approve_request(public_id: str) -> BaseResponse:
    def act(session: Session, actor: Actor) -> None:
        clock = current_clock()
        service.approve(session, Vault(session, current_keyring()), actor, public_id, clock.today(), clock.now())

    return _decided(public_id, act, _("已办理"))


@desk.route("/requests/<public_id>/refuse", methods=["POST"])
@permit(Action.PUT_RIGHT)
def refuse_request(public_id: str) -> BaseResponse:
    def act(session: Session, actor: Actor) -> None:
        service.refuse(session, actor, public_id, current_clock().now())

    return _decided(public_id, act, _("已退回"))


@desk.route("/requests/<public_id>/withdraw", methods=["POST"])
@permit(Action.PUT_RIGHT)
def withdraw_request(public_id: str) -> BaseResponse:
    def act(session: Session, actor: Actor) -> None:
        service.withdraw(session, actor, public_id, current_clock().now())

    return _decided(public_id, act, _("已撤回"))


@desk.route("/requests/<public_id>/undo", methods=["POST"])
@permit(Action.PUT_RIGHT)
def undo_merge(public_id: str) -> BaseResponse:
    def act(session: Session, actor: Actor) -> None:
        clock = current_clock()
        service.undo_merge(session, actor, public_id, clock.today(), clock.now())

    return _decided(public_id, act, _("并档已撤销，两份登记恢复原状"))


@desk.route("/patients/<public_id>/exclude", methods=["GET", "POST"])
@permit(Action.PUT_RIGHT)
def exclude(public_id: str) -> Answer:
    return _ask(public_id, RequestKind.EXCLUSION)


@desk.route("/patients/<public_id>/undo-death", methods=["GET", "POST"])
@permit(Action.PUT_RIGHT)
def undo_death(public_id: str) -> Answer:
    return _ask(public_id, RequestKind.DEATH_UNDONE)


@desk.route("/patients/<public_id>/merge")
@permit(Action.PUT_RIGHT)
def choose_merge(public_id: str) -> Answer:
    """With which record: the likely ones, or whoever a search finds."""
    actor, session = current_actor(), read_session()
    patient = get_patient(session, actor, public_id)
    note_look(("patient", public_id), patient.area_code)
    text = search_words()
    vault = Vault(session, current_keyring())
    header = header_of(session, actor, vault, patient, current_clock().today())
    rows = search_patients(session, actor, current_keyring(), text or header.name)
    return render_template(
        "desk/moving/choose_merge.html",
        patient=header,
        rows=[row for row in rows if row.public_id != public_id],
        text=text,
    )


@desk.route("/patients/<public_id>/merge/<other_id>", methods=["GET", "POST"])
@permit(Action.PUT_RIGHT)
def merge(public_id: str, other_id: str) -> Answer:
    """Side by side: `public_id` is the record that stays, `other_id` the one that is merged into it."""
    actor, session = current_actor(), read_session()
    kept, merged = get_patient(session, actor, public_id), get_patient(session, actor, other_id)
    if kept.id == merged.id:
        raise Conflict(reason("desk.merge.same_record"))
    form = RequestForm(data={"key": new_public_id()})
    form.today = current_clock().today()
    form.why.choices = choices(findings(RequestKind.MERGE))
    if request.method == "GET":
        note_look(("patient", public_id), kept.area_code)
        note_look(("patient", other_id), merged.area_code)
    chosen = {name: side for name in CHOICES if (side := request.form.get(f"side-{name}", "")) in SIDES}
    if request.method == "POST" and form.validate():
        asked = _asked(form, RequestKind.MERGE, other_id, kept=public_id, chosen=chosen)
        if asked:
            return asked
    session = read_session()
    kept, merged = get_patient(session, actor, public_id), get_patient(session, actor, other_id)
    shown = preview(session, Vault(session, current_keyring()), actor, kept, merged)
    page = render_template("desk/moving/merge.html", form=form, preview=shown, chosen=chosen)
    return page if request.method == "GET" else (page, 422)


@desk.route("/duplicates/")
@permit(Action.PUT_RIGHT)
def duplicates() -> str:
    return render_template("desk/moving/duplicates.html", pairs=list_duplicates(read_session(), current_actor()))


def _ask(public_id: str, kind: RequestKind) -> Answer:
    actor, session, today = current_actor(), read_session(), current_clock().today()
    patient = get_patient(session, actor, public_id)
    is_exclusion = kind is RequestKind.EXCLUSION
    if request.method == "GET":
        note_look(("patient", public_id), patient.area_code)
        standing = find_open_request(session, actor, patient)
        if standing:
            return redirect(url_for("desk.register_request", public_id=standing))
    data = {"key": new_public_id(), "from_on": today}
    form = ExclusionForm(data=data) if is_exclusion else RequestForm(data=data)
    form.today = today
    form.why.choices = choices(findings(kind))
    if request.method == "POST" and form.validate():
        more = {"from_on": form.from_on.data} if isinstance(form, ExclusionForm) else {}
        asked = _asked(form, kind, public_id, **more)
        if asked:
            return asked
    session = read_session()
    vault = Vault(session, current_keyring())
    header = header_of(session, actor, vault, get_patient(session, actor, public_id), today)
    page = render_template("desk/moving/ask.html", form=form, kind=kind, patient=header, words=WORDS)
    return page if request.method == "GET" else (page, 422)


def _asked(form: RequestForm, kind: RequestKind, patient: str, **more: object) -> BaseResponse | None:
    """Store the request and lead on; None when it was refused, with the reasons at the form."""
    forget_reads()
    try:
        with transaction() as session:
            clock, vault = current_clock(), Vault(session, current_keyring())
            proposal = form.to_command(kind, patient, **more)
            made = service.propose(session, vault, current_actor(), proposal, clock.today(), clock.now()).public_id
    except NotFound:
        raise
    except AnhuError as refused:
        show_errors(form, refused)
        return None
    flash(_("已提出，等待另一人复核"))
    return redirect(url_for("desk.register_request", public_id=made))


def _decided(public_id: str, act: Callable[[Session, Actor], None], said: str) -> BaseResponse:
    with transaction() as session:
        act(session, current_actor())
    flash(said)
    return redirect(url_for("desk.register_request", public_id=public_id))

"""Transfers: the list of both ends, proposing, answering, and the paper that travels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.areas.queries import names_of, place_of, village_choices
from app.areas.rules import PREFIX_LENGTHS, AreaLevel, town_of
from app.audit.service import note
from app.audit.views import note_look
from app.core.access import Action, current_actor, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import new_public_id, transaction
from app.core.errors import AnhuError, Conflict, Invalid, NotFound
from app.core.fields import choices
from app.core.i18n import _, lazy_
from app.core.keys import current_keyring
from app.core.papers import hand_out, paper
from app.core.reasons import reason
from app.core.web import forget_reads, read_session, show_errors
from app.desk.forms.transfers import AcceptForm, ProposeForm, RefuseForm, WithdrawForm
from app.desk.papers_moving import ending_pdf, transfer_pdf
from app.desk.queries.ending_paper import open_ending_paper
from app.desk.queries.transfer_paper import open_transfer_paper
from app.desk.queries.transfers import (
    TransferRow,
    count_waiting,
    find_open_transfer,
    get_transfer,
    list_receiving_doctors,
    list_transfers,
)
from app.desk.rules import TransferTab, TransferWithdrawal
from app.desk.service import transfers as service
from app.desk.texts import TRANSFER_REASONS, TRANSFER_STATES, TRANSFER_TABS
from app.desk.views.blueprint import desk
from app.discharges.queries.homes import NewHome, find_new_home
from app.patients.models import Patient
from app.patients.queries import get_patient, header_of
from app.people.vault import Vault

Answer = str | BaseResponse | tuple[str, int]
WORDS = {"reason": TRANSFER_REASONS, "state": TRANSFER_STATES}


@desk.route("/transfers/")
@permit(Action.SEE_TRANSFERS)
def transfers() -> str:
    actor, session, today = current_actor(), read_session(), current_clock().today()
    waiting = count_waiting(session, actor, today)
    tab = _tab(waiting.incoming)
    counts = {TransferTab.INCOMING: waiting.incoming, TransferTab.OUTGOING: waiting.outgoing, TransferTab.DONE: None}
    return render_template(
        "desk/moving/transfers.html",
        page=list_transfers(session, actor, tab, request.args.get("after"), today),
        tab=tab,
        tabs=[
            (_(words), url_for("desk.transfers", tab=part.value), part is tab, counts[part])
            for part, words in TRANSFER_TABS.items()
        ],
        waiting=waiting,
        is_first_page="after" not in request.args,
        words=WORDS,
    )


@desk.route("/transfers/<public_id>")
@permit(Action.SEE_TRANSFERS)
def transfer(public_id: str) -> str:
    return _page(public_id)


@desk.route("/transfers/<public_id>/accept", methods=["POST"])
@permit(Action.MOVE_PATIENTS)
def accept_transfer(public_id: str) -> Answer:
    def store(session: Session, actor: Actor, form: AcceptForm) -> None:
        clock = current_clock()
        service.accept_transfer(session, actor, public_id, form.to_command(), clock.today(), clock.now())

    row = get_transfer(read_session(), current_actor(), public_id, current_clock().today())
    return _answered(public_id, "accept", _accept_form(row), store, _("已接收"))


@desk.route("/transfers/<public_id>/refuse", methods=["POST"])
@permit(Action.MOVE_PATIENTS)
def refuse_transfer(public_id: str) -> Answer:
    def store(session: Session, actor: Actor, form: RefuseForm) -> None:
        service.refuse_transfer(session, actor, public_id, form.to_command(), current_clock().now())

    return _answered(public_id, "refuse", RefuseForm(prefix="refuse"), store, _("已退回，由迁出方继续负责"))


@desk.route("/transfers/<public_id>/withdraw", methods=["POST"])
@permit(Action.MOVE_PATIENTS)
def withdraw_transfer(public_id: str) -> Answer:
    def store(session: Session, actor: Actor, form: WithdrawForm) -> None:
        service.withdraw_transfer(session, actor, public_id, TransferWithdrawal(form.why.data), current_clock().now())

    return _answered(public_id, "withdraw", WithdrawForm(prefix="withdraw"), store, _("已撤回"))


@desk.route("/transfers/<public_id>/paper")
@permit(Action.MOVE_PATIENTS)
@paper
def transfer_paper(public_id: str) -> Response:
    """迁移交接单, or for a place outside the county the letter on the package; only for who may open the record. Noted."""
    actor, clock = current_actor(), current_clock()
    with transaction() as session:
        paper = open_transfer_paper(session, Vault(session, current_keyring()), actor, public_id, clock.today())
        content = transfer_pdf(paper, actor, clock.now())
        note(
            session,
            actor,
            "desk.transfer_printed",
            now=clock.now(),
            subject=("patient", paper.patient.public_id),
            area_code=paper.patient.area_code,
            detail={"transfer": public_id},
        )
    return hand_out(content, "transfer")


@desk.route("/patients/<public_id>/transfer", methods=["GET", "POST"])
@permit(Action.MOVE_PATIENTS)
def propose_transfer(public_id: str) -> Answer:
    actor, session = current_actor(), read_session()
    patient = get_patient(session, actor, public_id)
    if request.method == "GET":
        note_look(("patient", public_id), patient.area_code)
        standing = find_open_transfer(session, actor, patient)
        if standing:
            return redirect(url_for("desk.transfer", public_id=standing))
    home = find_new_home(session, actor, patient.id)
    form = ProposeForm(data={"key": new_public_id()} | _suggested(home))
    form.village.group(_villages(session, actor, patient))
    if request.method == "POST" and form.validate():
        forget_reads()
        try:
            with transaction() as writing:
                clock = current_clock()
                made = service.propose_transfer(
                    writing, actor, form.to_command(public_id), clock.today(), clock.now()
                ).public_id
            flash(_("已提出迁移，等待接收方答复"))
            return redirect(url_for("desk.transfer", public_id=made))
        except AnhuError as refused:
            show_errors(form, _renamed(refused, area_code="village" if form.village.data else "code"))
    session, today = read_session(), current_clock().today()
    header = header_of(session, actor, Vault(session, current_keyring()), get_patient(session, actor, public_id), today)
    page = render_template("desk/moving/propose.html", form=form, patient=header, home=home)
    return page if request.method == "GET" else (page, 422)


@desk.route("/patients/<public_id>/lost-or-dead")
@permit(Action.KEEP_REGISTER)
@paper
def ending_paper(public_id: str) -> Response:
    """失访/死亡登记表 of somebody lost or dead; noted."""
    actor, clock = current_actor(), current_clock()
    with transaction() as session:
        patient = get_patient(session, actor, public_id)
        paper = open_ending_paper(session, Vault(session, current_keyring()), actor, patient, clock.today())
        content = ending_pdf(paper, actor, clock.now())
        note(
            session,
            actor,
            "desk.ending_printed",
            now=clock.now(),
            subject=("patient", public_id),
            area_code=patient.area_code,
        )
    return hand_out(content, "lost-or-dead")


def _answered(public_id: str, which: str, form: Any, store: Callable[[Session, Actor, Any], None], said: str) -> Answer:
    """Store an answer, or show the transfer again with what was wrong at its form."""
    row = get_transfer(read_session(), current_actor(), public_id, current_clock().today())
    if not row.is_open:
        raise Conflict(reason("desk.transfer.answered"))
    if not (row.may_withdraw if which == "withdraw" else row.may_answer):
        raise Conflict(reason("desk.transfer.receiver_answers"))
    if form.validate():
        forget_reads()
        try:
            with transaction() as session:
                store(session, current_actor(), form)
            flash(said)
            return redirect(url_for("desk.transfer", public_id=public_id))
        except AnhuError as refused:
            if isinstance(refused, NotFound):
                raise
            show_errors(form, _renamed(refused, doctor_id="doctor"))
    return _page(public_id, {which: form}), 422


def _page(public_id: str, tried: dict[str, Any] | None = None) -> str:
    actor, session, today = current_actor(), read_session(), current_clock().today()
    row = get_transfer(session, actor, public_id, today)
    note_look(("transfer", public_id), place_of(actor))
    forms: dict[str, Any] = {}
    if row.may_answer:
        forms |= {"accept": _accept_form(row), "refuse": RefuseForm(prefix="refuse", formdata=None)}
    if row.may_withdraw:
        forms["withdraw"] = WithdrawForm(prefix="withdraw", formdata=None)
    # somebody else may have answered while this form was on its way: then there is nothing left to answer, only to say so
    forms |= {which: form for which, form in (tried or {}).items() if which in forms}
    return render_template(
        "desk/moving/transfer.html",
        row=row,
        forms=forms,
        tried=next(iter((tried or {}).values()), None),
        words=WORDS,
    )


def _tab(incoming: int) -> TransferTab:
    """The one that was asked for, or where something waits."""
    asked = request.args.get("tab", "")
    if asked in set(TransferTab):
        return TransferTab(asked)
    return TransferTab.INCOMING if incoming else TransferTab.OUTGOING


def _accept_form(row: TransferRow) -> AcceptForm:
    actor, today = current_actor(), current_clock().today()
    doctors = [] if row.is_outside else list_receiving_doctors(read_session(), actor, row.to_code)
    own = str(actor.user_id) if any(actor.user_id == at for at, _name in doctors) else None
    form = AcceptForm(prefix="accept", data={"moved_on": today, "doctor": own})
    form.doctor.choices = [*choices([("", lazy_("以后再定"))]), *choices(doctors)]
    return form


def _suggested(home: NewHome | None) -> dict[str, str]:
    """Where the hospital says that the person lives now; whoever proposes looks at it and decides."""
    if home is None:
        return {}
    return {"place": home.place, "code": home.area_code} if home.is_outside else {"village": home.village}


def _villages(session: Session, actor: Actor, patient: Patient) -> dict[str, list[tuple[str, str]]]:
    """The county's villages by town, without the towns' own."""
    county = replace(actor, area_prefix=patient.area_code[: PREFIX_LENGTHS[AreaLevel.COUNTY]])
    own = names_of(session, [town_of(patient.area_code)])[town_of(patient.area_code)]
    return {
        town: places
        for town, places in village_choices(session, county).items()
        if town != own or town_of(places[0][0]) != town_of(patient.area_code)
    }


def _renamed(refused: AnhuError, **fields: str) -> AnhuError:
    """The use case's refusal at the form's own names of the fields."""
    if not isinstance(refused, Invalid):
        return refused
    return Invalid({fields.get(name, name): why for name, why in refused.errors.items()})

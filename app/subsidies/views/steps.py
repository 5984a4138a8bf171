"""The steps of a run: submit, approve or send back, export, settle."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from flask import send_file
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Action, current_actor, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Invalid
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.papers import paper
from app.core.web import show_errors
from app.subsidies.forms import AttestForm, ReturnForm, SettleForm
from app.subsidies.forms_bank import ExportForm
from app.subsidies.models import SubsidyRun
from app.subsidies.queries.runs import get_run
from app.subsidies.readers import read_returns
from app.subsidies.service import approve_run, fetch_pay_file, return_run, settle_run, submit_run
from app.subsidies.service.exporting import ask_for_export
from app.subsidies.service.watching import ask_to_watch
from app.subsidies.views.board import Answer, board_again, subsidies, take_step


@subsidies.post("/<public_id>/submit")
@permit(Action.PREPARE_SUBSIDY)
def submit(public_id: str) -> Answer:
    """The clerk hands the run to the reviewer."""
    return take_step(public_id, submit_run, _("已提交，等待复核。"))


@subsidies.post("/<public_id>/approve")
@permit(Action.APPROVE_SUBSIDY)
def approve(public_id: str) -> Answer:
    """The second pair of eyes; what was approved is looked at once more by rule."""

    def act(session: Session, actor: Actor, run: SubsidyRun, now: datetime) -> object:
        ask_to_watch(session, actor, approve_run(session, actor, run, now, current_clock().today()), now)
        return run

    return take_step(public_id, act, _("已审批，等待财政拨付。"))


@subsidies.post("/<public_id>/return", endpoint="send_back")
@permit(Action.APPROVE_SUBSIDY)
def send_back(public_id: str) -> Answer:
    """The reviewer returns the run and says why."""
    form = ReturnForm()

    def act(session: Session, actor: Actor, run: SubsidyRun, now: datetime) -> object:
        return return_run(session, actor, run, form.to_grounds(), now)

    return take_step(public_id, act, _("已退回经办人。"), form)


@subsidies.post("/<public_id>/export")
@permit(Action.PAY_SUBSIDY)
def export(public_id: str) -> Answer:
    """Have the pay file made, once, in the layout that was chosen, and show how far it is."""
    form = ExportForm()

    def act(session: Session, actor: Actor, run: SubsidyRun, now: datetime) -> object:
        return ask_for_export(session, actor, run, form.chosen, current_clock().today(), now)

    return take_step(public_id, act, form=form)


@subsidies.get("/<public_id>/pay-file")
@permit(Action.PAY_SUBSIDY)
@paper
def pay_file(public_id: str) -> BaseResponse:
    """Hand out the pay file's bytes."""
    actor = current_actor()
    with transaction() as session:
        run = get_run(session, actor, public_id)
        _file, kept, content = fetch_pay_file(session, current_keyring(), actor, run, current_clock().now())
    return send_file(BytesIO(content), mimetype=kept.media_type, as_attachment=True, download_name=kept.name)


@subsidies.post("/<public_id>/settle")
@permit(Action.PAY_SUBSIDY)
def settle(public_id: str) -> Answer:
    """Settle by the bank's return file."""
    form = SettleForm()
    if not form.validate_on_submit():
        return board_again(public_id, form)
    upload = form.returns.data
    try:
        word = form.to_word()
        said = read_returns(upload.read(), upload.filename or "")
    except Invalid as refused:
        show_errors(form, refused)
        return board_again(public_id, form)
    keyring, today = current_keyring(), current_clock().today()
    return take_step(
        public_id,
        lambda s, a, run, now: settle_run(s, a, run, said, now, keyring, word, today=today),
        _("已按银行回盘结算。"),
        form,
    )


@subsidies.post("/<public_id>/attest")
@permit(Action.PAY_SUBSIDY)
def attest(public_id: str) -> Answer:
    """Settle by the finance user's word that the bank paid every line."""
    today = current_clock().today()
    return take_step(
        public_id, lambda s, a, run, now: settle_run(s, a, run, None, now, today=today), _("已办结。"), AttestForm()
    )

"""The steps of a supervision order after it was sent, and its paper."""

from __future__ import annotations

from functools import partial

from flask import Response, url_for

from app.audit.prints import keep_print, mark_of
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.forms import Form
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.papers import hand_out, paper
from app.core.web import forget_reads, read_session
from app.numbers.forms_orders import CloseForm, SendBackForm, WithdrawForm
from app.numbers.papers_order import order_paper
from app.numbers.queries.orders import describe_cases, get_order
from app.numbers.service.ordering import close_order, receive_order, reply_to_order, send_back, withdraw_order
from app.numbers.views.blueprint import Answer, numbers
from app.numbers.views.orders import case_form, order_page
from app.numbers.views.pressing import Act, press


@numbers.post("/orders/<public_id>/receive")
@permit(Action.ANSWER_ORDERS)
def receive(public_id: str) -> Answer:
    return _step(public_id, Form(), lambda s, a, now: receive_order(s, a, public_id, now), _("已签收，请按期回复。"))


@numbers.post("/orders/<public_id>/reply")
@permit(Action.ANSWER_ORDERS)
def reply(public_id: str) -> Answer:
    session, actor = read_session(), current_actor()
    form = case_form(describe_cases(session, actor, get_order(session, actor, public_id)))
    return _step(
        public_id,
        form,
        lambda s, a, now: reply_to_order(s, a, public_id, form.words.data or "", form.outcomes(), now),
        _("回复已报送。"),
    )


@numbers.post("/orders/<public_id>/close")
@permit(Action.SEND_ORDERS)
def close(public_id: str) -> Answer:
    form = CloseForm()
    return _step(
        public_id, form, lambda s, a, now: close_order(s, a, public_id, form.why.data or "", now), _("督办单已办结。")
    )


@numbers.post("/orders/<public_id>/send-back")
@permit(Action.SEND_ORDERS)
def return_reply(public_id: str) -> Answer:
    form = SendBackForm()
    return _step(
        public_id,
        form,
        lambda s, a, now: send_back(s, a, public_id, form.words.data or "", now),
        _("已退回，由原单位重新回复。"),
    )


@numbers.post("/orders/<public_id>/withdraw")
@permit(Action.SEND_ORDERS)
def withdraw(public_id: str) -> Answer:
    form = WithdrawForm()
    return _step(
        public_id,
        form,
        lambda s, a, now: withdraw_order(s, a, public_id, form.why.data or "", now),
        _("督办单已撤销，编号不再使用。"),
    )


@numbers.get("/orders/<public_id>/paper.pdf")
@permit(Action.SEE_ORDERS)
@paper
def order_pdf(public_id: str) -> Response:
    """The order with its list and reply slip, on record as a print."""
    session, actor, now = read_session(), current_actor(), current_clock().now()
    found = get_order(session, actor, public_id)
    render, wanted = order_paper(session, actor, found, now)
    content = render(mark_of(current_keyring(), wanted))
    forget_reads()
    with transaction() as writing:
        keep_print(writing, current_keyring(), actor, wanted, content)
    return hand_out(content, _("督办单"))


def _step(public_id: str, form: Form, act: Act, done: str) -> Answer:
    get_order(read_session(), current_actor(), public_id)
    return press(act, done, partial(order_page, public_id), url_for("numbers.order", public_id=public_id), form)

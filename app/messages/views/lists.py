"""What became of messages: counts for some roles, states for others, and what waits for a person."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Action, Field, Grant, current_actor, may, permit, sees
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Invalid
from app.core.i18n import _
from app.core.reasons import Reason
from app.core.web import forget_reads, read_session, show_errors
from app.messages.forms import AddressForm
from app.messages.queries import pages, templates
from app.messages.queries.pages import Filter
from app.messages.rules.kinds import MessageState
from app.messages.service import answering
from app.messages.texts import EVENT_LABELS, KIND_LABELS, RECIPIENT_LABELS, STATE_LABELS
from app.messages.views.blueprint import messages

Answer = str | BaseResponse | tuple[str, int]
WORDS = {"kind": KIND_LABELS, "state": STATE_LABELS, "event": EVENT_LABELS, "recipient": RECIPIENT_LABELS}
TONES = {
    MessageState.DELIVERED: "good",
    MessageState.SENT: "calm",
    MessageState.QUEUED: "calm",
    MessageState.CLAIMED: "calm",
    MessageState.UNKNOWN: "soon",
    MessageState.FAILED: "soon",
}


@messages.route("/messages/")
@permit(Action.SEE_MESSAGES)
def overview() -> str:
    """Counts by state; the list below them only for roles that see states."""
    actor, session, now = current_actor(), read_session(), current_clock().now()
    sees_states = sees(actor, Field.MESSAGE_STATE) is Grant.STATE
    wanted = _wanted()
    return render_template(
        "messages/overview.html",
        overview=pages.read_overview(session, actor, now),
        page=pages.list_messages(session, actor, wanted, request.args.get("after")) if sees_states else None,
        wanted=wanted,
        waiting_templates=templates.count_waiting(session, actor) if may(actor, Action.KEEP_TEMPLATES) else 0,
        sending=current_app.extensions["anhu.settings"].sending,
        words=WORDS,
        tones=TONES,
        states=list(MessageState),
        days=pages.COUNTED_DAYS,
    )


@messages.route("/messages/<public_id>")
@permit(Action.SEE_MESSAGE_STATES)
def message(public_id: str) -> str:
    """One message: each status when it came, and what a person may do about it."""
    session, clock = read_session(), current_clock()
    found, row, events = pages.get_message(session, current_actor(), public_id)
    return render_template(
        "messages/message.html",
        message=found,
        row=row,
        events=events,
        still_holds=answering.still_holds(session, found, clock.today(), clock.now()),
        words=WORDS,
        tones=TONES,
    )


@messages.post("/messages/<public_id>/settle")
@permit(Action.SETTLE_MESSAGES)
def settle(public_id: str) -> BaseResponse:
    """An unknown outcome, as the receiver or the provider told it."""
    actor, session = current_actor(), read_session()
    pages.get_message(session, actor, public_id)
    outcome = request.form.get("outcome", "")
    if outcome not in ("arrived", "not"):
        raise Invalid({"outcome": [Reason("core.nothing_chosen")]})
    with transaction() as writing:
        answering.settle_message(writing, actor, public_id, outcome == "arrived", current_clock().now())
    flash(_("已记下核实结果"))
    return redirect(url_for("messages.message", public_id=public_id))


@messages.post("/messages/<public_id>/again")
@permit(Action.SETTLE_MESSAGES)
def send_again(public_id: str) -> BaseResponse:
    clock = current_clock()
    with transaction() as session:
        again = answering.send_again(session, current_actor(), public_id, clock.today(), clock.now())
        new_id = again.public_id
    flash(_("已重新列入待发送"))
    return redirect(url_for("messages.message", public_id=new_id))


@messages.post("/messages/<public_id>/seen-to")
@permit(Action.SETTLE_MESSAGES)
def see_to(public_id: str) -> BaseResponse:
    with transaction() as session:
        answering.see_to(session, current_actor(), public_id, current_clock().now())
    flash(_("已标记为处理完毕"))
    return redirect(url_for("messages.overview", waits="1"))


@messages.route("/messages/address", methods=["GET", "POST"])
@permit(Action.USE_OWN_ACCOUNT)
def address() -> Answer:
    """Where one wants alerts about one's own office's work."""
    actor = current_actor()
    form = AddressForm(data={"email": pages.find_address(read_session(), actor)})
    if form.validate_on_submit():
        forget_reads()
        try:
            if form.email.name not in request.form:  # an empty field takes the address back, no field says nothing
                raise Invalid({"email": [Reason("core.nothing_chosen")]})
            with transaction() as session:
                answering.set_address(session, actor, form.email.data, current_clock().now())
        except Invalid as refused:
            show_errors(form, refused)
        else:
            flash(_("已保存"))
            return redirect(url_for("desk.home"))
    page = render_template("messages/address.html", form=form)
    return page if request.method == "GET" else (page, 422)


def _wanted() -> Filter:
    asked = request.args.get("state", "")
    return Filter(MessageState(asked) if asked in set(MessageState) else None, request.args.get("waits") == "1")

"""Hospital costs that the county takes over: asked by the clerk, approved by the reviewer, paid by finance."""

from __future__ import annotations

from flask import render_template, request, url_for

from app.benefits.forms import BackstopForm, RefuseBackstopForm, SlipForm
from app.benefits.labels import BACKSTOP_GROUNDS, BACKSTOP_REFUSALS, BACKSTOP_STATES, BACKSTOP_TONES
from app.benefits.queries.backstops import find_name, get_backstop, list_backstops, stay_for
from app.benefits.queries.standing import name_for
from app.benefits.rules.backstop import BackstopState
from app.benefits.service.backing import (
    approve_backstop,
    ask_backstop,
    pay_backstop,
    refuse_backstop,
    withdraw_backstop,
)
from app.benefits.views.blueprint import Act, Answer, benefits, take
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.forms import Form
from app.core.i18n import _
from app.core.web import read_session
from app.patients.queries import get_patient
from app.people.models import Person
from app.subsidies.hands import require_person


@benefits.get("/benefits/backstops/")
@permit(Action.SEE_BACKSTOPS)
def backstops() -> str:
    """The newest first."""
    return render_template(
        "benefits/backstops.html",
        page=list_backstops(read_session(), current_actor(), request.args.get("after")),
        is_first_page="after" not in request.args,
        grounds=BACKSTOP_GROUNDS,
        states=BACKSTOP_STATES,
        tones=BACKSTOP_TONES,
    )


@benefits.get("/benefits/patients/<public_id>/backstops/new")
@permit(Action.ASK_BACKSTOP)
def new_backstop(public_id: str) -> str:
    return _new(public_id, BackstopForm(formdata=None))


@benefits.post("/benefits/patients/<public_id>/backstops/new", endpoint="ask_backstop")
@permit(Action.ASK_BACKSTOP)
def ask_for_backstop(public_id: str) -> Answer:
    """Waits for the second person."""
    get_patient(read_session(), current_actor(), public_id)
    require_person(current_actor())
    form = BackstopForm()
    return take(
        form,
        lambda session, actor, today, now: (
            ask_backstop(
                session, actor, get_patient(session, actor, public_id), form.to_command(), today, now
            ).public_id
        ),
        _("已登记，等待复核人批准。"),
        lambda refused: _new(public_id, refused),
        lambda made: url_for("benefits.show_backstop", public_id=made),
    )


@benefits.get("/benefits/backstops/<public_id>")
@permit(Action.SEE_BACKSTOPS)
def show_backstop(public_id: str) -> str:
    return _page(public_id)


@benefits.post("/benefits/backstops/<public_id>/approve", endpoint="approve_backstop")
@permit(Action.APPROVE_BACKSTOP)
def approve(public_id: str) -> Answer:
    """The second person agrees; the fund sets the sum aside."""
    return _take(
        public_id,
        Form(),
        lambda session, actor, _today, now: approve_backstop(session, actor, public_id, now),
        _("已批准，资金池已占用这笔金额。"),
    )


@benefits.post("/benefits/backstops/<public_id>/refuse", endpoint="refuse_backstop")
@permit(Action.APPROVE_BACKSTOP)
def refuse_asked(public_id: str) -> Answer:
    """The second person does not agree, and says why."""
    get_backstop(read_session(), current_actor(), public_id)
    form = RefuseBackstopForm()
    return _take(
        public_id,
        form,
        lambda session, actor, _today, now: refuse_backstop(session, actor, public_id, form.chosen, now),
        _("没有批准。"),
    )


@benefits.post("/benefits/backstops/<public_id>/withdraw", endpoint="withdraw_backstop")
@permit(Action.ASK_BACKSTOP)
def withdraw_asked_sum(public_id: str) -> Answer:
    """Taken back before it is paid."""
    return _take(
        public_id,
        Form(),
        lambda session, actor, _today, now: withdraw_backstop(session, actor, public_id, now),
        _("已撤回。"),
    )


@benefits.post("/benefits/backstops/<public_id>/pay", endpoint="pay_backstop")
@permit(Action.PAY_BACKSTOP)
def pay(public_id: str) -> Answer:
    """The third person has paid the hospital."""
    get_backstop(read_session(), current_actor(), public_id)
    form = SlipForm()
    return _take(
        public_id,
        form,
        lambda session, actor, today, now: pay_backstop(
            session, actor, public_id, form.paid_on.data, form.slip_number.data, today, now
        ),
        _("已登记支付。"),
    )


def _take(public_id: str, form: Form, act: Act, done: str) -> Answer:
    require_person(current_actor())
    return take(
        form,
        act,
        done,
        lambda refused: _page(public_id, refused),
        lambda _done: url_for("benefits.show_backstop", public_id=public_id),
    )


def _new(public_id: str, form: Form) -> str:
    session, actor = read_session(), current_actor()
    patient = get_patient(session, actor, public_id)
    name = name_for(actor, session.get_one(Person, patient.person_id).name)
    return render_template("benefits/backstop_form.html", form=form, patient=patient, name=name)


def _page(public_id: str, form: Form | None = None) -> str:
    session, actor, today = read_session(), current_actor(), current_clock().today()
    found = get_backstop(session, actor, public_id)
    return render_template(
        "benefits/backstop.html",
        request=found,
        name=find_name(session, actor, found.patient_id),
        stay=stay_for(actor, found),
        form=form,
        refuse_form=form if isinstance(form, RefuseBackstopForm) else RefuseBackstopForm(formdata=None),
        slip_form=form if isinstance(form, SlipForm) else SlipForm(formdata=None, paid_on=today),
        states=BackstopState,
        words={"state": BACKSTOP_STATES, "ground": BACKSTOP_GROUNDS, "refusal": BACKSTOP_REFUSALS},
        tones=BACKSTOP_TONES,
    )

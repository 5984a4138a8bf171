"""Relief: asked for, agreed to by a second person, paid against a receipt."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import render_template, request, url_for

from app.benefits.queries.standing import name_for
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.forms import Form
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.web import read_session
from app.insurance.forms import ReceiptForm, ReliefForm
from app.insurance.labels import HARMS, RELIEF_GROUNDS, RELIEF_STATES, RELIEF_TONES
from app.insurance.queries.claims import list_claims_of
from app.insurance.queries.reliefs import get_relief, list_reliefs
from app.insurance.rules.relief import ReliefState
from app.insurance.service.relieving import decide_relief, pay_relief, propose_relief, withdraw_relief
from app.insurance.views.blueprint import Answer, insurance, press, take
from app.patients.queries import get_patient
from app.people.models import Person
from app.people.vault import Vault


@insurance.get("/reliefs/")
@permit(Action.SEE_INSURED)
def reliefs() -> str:
    """The newest first; `?pay=` opens the form for one of them."""
    return _page(of=request.args.get("pay", ""))


@insurance.get("/patients/<public_id>/reliefs/new")
@permit(Action.KEEP_INSURANCE)
def new_relief(public_id: str) -> str:
    return _new(public_id, ReliefForm(formdata=None, claim=request.args.get("claim", "")))


@insurance.post("/patients/<public_id>/reliefs/new", endpoint="propose_relief")
@permit(Action.KEEP_INSURANCE)
def propose(public_id: str) -> Answer:
    """Written down; waits for the second person."""
    session, actor = read_session(), current_actor()
    form = ReliefForm()
    form.claim.offer(list_claims_of(session, actor, get_patient(session, actor, public_id)))
    keyring = current_keyring()
    return take(
        form,
        lambda session, actor, _today, now: propose_relief(
            session, Vault(session, keyring), actor, get_patient(session, actor, public_id), form.to_command(), now
        ),
        _("已登记，等待复核人批准。"),
        lambda refused: _new(public_id, refused),
        lambda _done: url_for("insurance.reliefs"),
    )


@insurance.post("/reliefs/<public_id>/approve")
@permit(Action.DECIDE_INSURANCE)
def approve_relief(public_id: str) -> Answer:
    """The second person agrees."""
    return _press(public_id, partial(decide_relief, is_approved=True), _("已批准，可以支付。"))


@insurance.post("/reliefs/<public_id>/refuse")
@permit(Action.DECIDE_INSURANCE)
def refuse_relief(public_id: str) -> Answer:
    """The second person does not agree."""
    return _press(public_id, partial(decide_relief, is_approved=False), _("没有批准。"))


@insurance.post("/reliefs/<public_id>/withdraw", endpoint="withdraw_relief")
@permit(Action.KEEP_INSURANCE)
def withdraw(public_id: str) -> Answer:
    """Taken back while nobody has decided."""
    return _press(public_id, withdraw_relief, _("已撤回。"))


@insurance.post("/reliefs/<public_id>/pay", endpoint="pay_relief")
@permit(Action.KEEP_INSURANCE)
def pay(public_id: str) -> Answer:
    """Paid, with the number of the receipt."""
    get_relief(read_session(), current_actor(), public_id)
    form = ReceiptForm()
    return take(
        form,
        lambda session, actor, today, now: pay_relief(
            session, actor, public_id, form.paid_on.data, form.receipt_number.data, today, now
        ),
        _("已登记支付。"),
        lambda refused: _page(refused, public_id),
        lambda _done: url_for("insurance.reliefs"),
    )


def _press(public_id: str, act: Callable[..., object], done: str) -> Answer:
    return press(
        lambda session, actor, _today, now: act(session, actor, public_id, now=now),
        done,
        _page,
        url_for("insurance.reliefs"),
    )


def _new(public_id: str, form: Form) -> str:
    session, actor = read_session(), current_actor()
    patient = get_patient(session, actor, public_id)
    if isinstance(form, ReliefForm):
        form.claim.offer(list_claims_of(session, actor, patient))
    person = session.get_one(Person, patient.person_id)
    return render_template("insurance/relief_form.html", form=form, patient=patient, name=name_for(actor, person.name))


def _page(form: Form | None = None, of: str = "") -> str:
    """`of`: whose receipt was refused, so that its form stands open with what was typed."""
    session, actor, today = read_session(), current_actor(), current_clock().today()
    return render_template(
        "insurance/reliefs.html",
        rows=list_reliefs(session, actor, Vault(session, current_keyring())),
        form=form,
        of=of,
        receipt_form=form if isinstance(form, ReceiptForm) else ReceiptForm(formdata=None, paid_on=today),
        states=ReliefState,
        words={"state": RELIEF_STATES, "harm": HARMS, "ground": RELIEF_GROUNDS},
        tones=RELIEF_TONES,
    )

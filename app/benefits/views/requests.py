"""Requests to offices: a partner's own inbox, everybody else's list; taking up, granting, refusing."""

from __future__ import annotations

from flask import render_template, request, url_for

from app.audit.views import note_look
from app.benefits.forms import GrantForm, RefuseRequestForm
from app.benefits.labels import BENEFIT_KINDS, REQUEST_REFUSALS, REQUEST_STATES, REQUEST_TONES
from app.benefits.queries.requests import get_request, list_requests, particulars_of
from app.benefits.queries.standing import name_for
from app.benefits.rules.benefit import BenefitKind
from app.benefits.rules.requests import OPEN_REQUESTS, RequestState
from app.benefits.service.asking import grant, refuse, take_up, withdraw_request
from app.benefits.views.blueprint import Act, Answer, benefits, take
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.forms import Form
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.reasons import Reason
from app.core.web import read_session
from app.guardians.labels import RELATION_LABELS
from app.people.models import Person
from app.people.vault import Vault


@benefits.get("/benefits/requests/")
@permit(Action.SEE_BENEFIT_REQUESTS)
def requests() -> str:
    """Open ones; all with `?all=1`."""
    session, actor, today = read_session(), current_actor(), current_clock().today()
    shows_all = request.args.get("all") == "1"
    return render_template(
        "benefits/requests.html",
        page=list_requests(session, actor, today, only_open=not shows_all, cursor=request.args.get("after")),
        shows_all=shows_all,
        is_first_page="after" not in request.args,
        kinds=BENEFIT_KINDS,
        states=REQUEST_STATES,
        tones=REQUEST_TONES,
    )


@benefits.get("/benefits/requests/<public_id>")
@permit(Action.SEE_BENEFIT_REQUESTS)
def show_request(public_id: str) -> str:
    """What is asked, and while it is open what the office needs to know."""
    found, patient = get_request(read_session(), current_actor(), public_id)
    note_look(("benefit_request", found.public_id), patient.area_code)
    return _page(public_id)


@benefits.post("/benefits/requests/<public_id>/take")
@permit(Action.ANSWER_BENEFIT_REQUESTS)
def take_request(public_id: str) -> Answer:
    """The office is on it."""
    return _take(
        public_id, Form(), lambda session, actor, _t, now: take_up(session, actor, public_id, now), _("已受理。")
    )


@benefits.post("/benefits/requests/<public_id>/grant")
@permit(Action.ANSWER_BENEFIT_REQUESTS)
def grant_request(public_id: str) -> Answer:
    """Granted from a day on."""
    get_request(read_session(), current_actor(), public_id)
    form, keyring = GrantForm(), current_keyring()
    return _take(
        public_id,
        form,
        lambda session, actor, _today, now: grant(
            session, Vault(session, keyring), actor, public_id, form.from_on.data, form.grade.code, now
        ),
        _("已登记办成。"),
    )


@benefits.post("/benefits/requests/<public_id>/refuse")
@permit(Action.ANSWER_BENEFIT_REQUESTS)
def refuse_request(public_id: str) -> Answer:
    """Refused, with the reason."""
    get_request(read_session(), current_actor(), public_id)
    form, keyring = RefuseRequestForm(), current_keyring()
    return _take(
        public_id,
        form,
        lambda session, actor, _today, now: refuse(
            session, Vault(session, keyring), actor, public_id, form.chosen, now
        ),
        _("已登记不予办理。"),
    )


@benefits.post("/benefits/requests/<public_id>/withdraw", endpoint="withdraw_request")
@permit(Action.KEEP_BENEFITS)
def withdraw_asked(public_id: str) -> Answer:
    """Nothing is asked any more."""
    return _take(
        public_id,
        Form(),
        lambda session, actor, _t, now: withdraw_request(session, actor, public_id, now),
        _("已撤回。"),
    )


def _take(public_id: str, form: Form, act: Act, done: str) -> Answer:
    return take(
        form,
        act,
        done,
        lambda refused: _page(public_id, refused),
        lambda _done: url_for("benefits.show_request", public_id=public_id),
    )


def _page(public_id: str, form: Form | None = None) -> str:
    session, actor, today = read_session(), current_actor(), current_clock().today()
    found, patient = get_request(session, actor, public_id)
    person = session.get_one(Person, patient.person_id)
    return render_template(
        "benefits/request.html",
        request=found,
        patient=patient,
        name=name_for(actor, person.name),
        person=particulars_of(session, Vault(session, current_keyring()), actor, found, patient),
        reasons=[Reason.from_json(one) for one in found.because],
        is_open=found.state in OPEN_REQUESTS,
        is_asked=found.state is RequestState.ASKED,
        is_late=found.state in OPEN_REQUESTS and found.due_on < today,
        is_certificate=found.kind is BenefitKind.DISABILITY_CERTIFICATE,
        form=form,
        grant_form=form if isinstance(form, GrantForm) else GrantForm(formdata=None, from_on=today),
        refuse_form=form if isinstance(form, RefuseRequestForm) else RefuseRequestForm(formdata=None),
        words={
            "kind": BENEFIT_KINDS,
            "state": REQUEST_STATES,
            "refusal": REQUEST_REFUSALS,
            "relation": RELATION_LABELS,
        },
        tones=REQUEST_TONES,
    )

"""Claims: reported, papers scanned until none is missing, decided by the insurer, paid; with their clocks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import render_template, request, url_for

from app.audit.prints import keep_print
from app.benefits.queries.standing import name_for
from app.core.access import Action, current_actor, may, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.forms import Form
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.money import Money
from app.core.papers import hand_out, paper
from app.core.web import date_short, read_session
from app.insurance.forms import AgreeForm, ClaimForm, PapersForm, PayForm, RefuseForm
from app.insurance.labels import CLAIM_PAPERS, CLAIM_STATES, CLAIM_TONES, HARMS, POLICY_KINDS
from app.insurance.papers import claim_cover, print_of_claim
from app.insurance.queries.claims import get_claim, list_claims, sheet_of
from app.insurance.queries.exports import claim_people
from app.insurance.queries.policies import list_claimable
from app.insurance.queries.reporting import claims_of_incident, incident_behind
from app.insurance.rules.claims import OPEN_STATES, SCANS, ClaimState
from app.insurance.service.claiming import (
    complete_papers,
    decide_claim,
    left_to_pay,
    pay_claim,
    report_claim,
    withdraw_claim,
)
from app.insurance.views.blueprint import Act, Answer, insurance, take
from app.patients.queries import get_patient
from app.people.models import Person
from app.people.vault import Vault
from reports.forms.claim_cover import render_claim_cover


@insurance.app_context_processor
def _of_incident() -> dict[str, Callable[[int], list[tuple[str, str, str]]]]:
    """For an incident's page: what was asked of the insurer because of it."""
    return {"claims_of_incident": find_claims_of_incident}


def find_claims_of_incident(incident_id: int) -> list[tuple[str, str, str]]:
    """(public id, number, state); none for roles that see no claim."""
    actor = current_actor()
    if not may(actor, Action.SEE_INSURED):
        return []
    found = claims_of_incident(read_session(), actor, incident_id)
    return [(one.public_id, one.number, CLAIM_STATES[one.state]) for one in found]


@insurance.get("/claims/")
@permit(Action.SEE_INSURED)
def claims() -> str:
    """The newest first; open ones alone with `?open=1`."""
    session, actor, today = read_session(), current_actor(), current_clock().today()
    only_open = request.args.get("open") == "1"
    return render_template(
        "insurance/claims.html",
        page=list_claims(session, actor, today, only_open=only_open, cursor=request.args.get("after")),
        only_open=only_open,
        is_first_page="after" not in request.args,
        states=CLAIM_STATES,
        tones=CLAIM_TONES,
        harms=HARMS,
        kinds=POLICY_KINDS,
        papers=CLAIM_PAPERS,
    )


@insurance.get("/patients/<public_id>/claims/new")
@permit(Action.KEEP_INSURANCE)
def new_claim(public_id: str) -> str:
    """Empty, or for an incident on record (`?incident=`): when it was, is asked and compared, not told."""
    return _new(public_id, ClaimForm(formdata=None, policy=request.args.get("policy", "")))


@insurance.post("/patients/<public_id>/claims/new", endpoint="report_claim")
@permit(Action.KEEP_INSURANCE)
def report(public_id: str) -> Answer:
    """Written down with what was found of cover and time."""
    get_patient(read_session(), current_actor(), public_id)
    form, incident = ClaimForm(), request.args.get("incident", "")
    _offer(form)
    return take(
        form,
        lambda session, actor, _today, now: (
            report_claim(
                session, actor, get_patient(session, actor, public_id), form.to_command(incident), now
            ).public_id
        ),
        _("已登记报案。"),
        lambda refused: _new(public_id, refused),
        lambda claim_id: url_for("insurance.show_claim", public_id=claim_id),
    )


@insurance.get("/claims/<public_id>")
@permit(Action.SEE_INSURED)
def show_claim(public_id: str) -> str:
    return _page(public_id)


@insurance.post("/claims/<public_id>/papers")
@permit(Action.KEEP_INSURANCE)
def claim_papers(public_id: str) -> Answer:
    """The whole checklist went to the insurer, whose days begin."""
    form = PapersForm()
    return _take(
        public_id,
        form,
        lambda session, actor, today, now: complete_papers(session, actor, public_id, form.papers_on.data, today, now),
        _("材料已齐，开始计算理赔期限。"),
    )


@insurance.post("/claims/<public_id>/accept")
@permit(Action.KEEP_INSURANCE)
def accept_claim(public_id: str) -> Answer:
    """The insurer agrees to a sum."""
    form = AgreeForm()
    return _take(
        public_id,
        form,
        lambda session, actor, today, now: decide_claim(
            session, actor, public_id, agreed=Money.from_yuan(form.agreed.data), refusal=None,
            decided_on=form.agreed_on.data, today=today, now=now,
        ),
        _("已登记核定结果。"),
    )  # fmt: skip


@insurance.post("/claims/<public_id>/refuse")
@permit(Action.KEEP_INSURANCE)
def refuse_claim(public_id: str) -> Answer:
    """The insurer refuses, and why."""
    form = RefuseForm()
    return _take(
        public_id,
        form,
        lambda session, actor, today, now: decide_claim(
            session, actor, public_id, agreed=None, refusal=form.chosen,
            decided_on=form.refused_on.data, today=today, now=now,
        ),
        _("已登记拒赔。可以考虑申请政府救助。"),
    )  # fmt: skip


@insurance.post("/claims/<public_id>/pay", endpoint="pay_claim")
@permit(Action.KEEP_INSURANCE)
def pay(public_id: str) -> Answer:
    """The money has come."""
    form = PayForm()
    return _take(
        public_id,
        form,
        lambda session, actor, today, now: pay_claim(
            session, actor, public_id, Money.from_yuan(form.amount.data), form.paid_on.data, today, now
        ),
        _("已登记到账，理赔办结。"),
    )


@insurance.post("/claims/<public_id>/withdraw", endpoint="withdraw_claim")
@permit(Action.KEEP_INSURANCE)
def withdraw(public_id: str) -> Answer:
    """Nothing is asked any more."""
    return _take(
        public_id,
        Form(),
        lambda session, actor, _today, now: withdraw_claim(session, actor, public_id, now),
        _("已撤案。"),
    )


@insurance.get("/claims/<public_id>/cover.pdf")
@permit(Action.KEEP_INSURANCE)
@paper
def claim_cover_pdf(public_id: str) -> Answer:
    """The cover of the claim's file."""
    session, actor, clock, keyring = read_session(), current_actor(), current_clock(), current_keyring()
    claim = get_claim(session, actor, public_id)
    sheet, now = sheet_of(session, actor, claim, clock.today()), clock.now()
    people = claim_people(session, Vault(session, keyring), actor, claim)
    content = render_claim_cover(claim_cover(session, keyring, actor, sheet, people, now))
    with transaction() as writing:
        keep_print(writing, keyring, actor, print_of_claim(claim, sheet, actor, now), content)
    return hand_out(content, "claim-cover")


def _take(public_id: str, form: Form, act: Act, done: str) -> Answer:
    get_claim(read_session(), current_actor(), public_id)  # who does not reach it hears nothing of the form
    return take(
        form,
        act,
        done,
        lambda refused: _page(public_id, refused),
        lambda _done: url_for("insurance.show_claim", public_id=public_id),
    )


def _offer(form: Form) -> None:
    if not isinstance(form, ClaimForm):
        return
    policies = [
        (
            one.public_id,
            f"{_(POLICY_KINDS[one.kind])} · {one.insurer} · {date_short(one.from_on)}–{date_short(one.to_on)}",
        )
        for one in list_claimable(read_session(), current_actor())
    ]
    form.policy.offer(policies)


def _new(public_id: str, form: Form) -> str:
    session, actor = read_session(), current_actor()
    patient = get_patient(session, actor, public_id)
    _offer(form)
    return render_template(
        "insurance/claim_form.html",
        form=form,
        patient=patient,
        name=name_for(actor, session.get_one(Person, patient.person_id).name),
        incident=request.args.get("incident") or None,
    )


def _page(public_id: str, form: Form | None = None) -> str:
    session, actor, today = read_session(), current_actor(), current_clock().today()
    claim = get_claim(session, actor, public_id)
    sheet = sheet_of(session, actor, claim, today)
    agreed = "" if claim.agreed_fen is None else Money(claim.agreed_fen).yuan
    return render_template(
        "insurance/claim.html",
        sheet=sheet,
        claim=claim,
        policy=sheet.row.policy,
        form=form,
        papers_form=form if isinstance(form, PapersForm) else PapersForm(formdata=None, papers_on=today),
        scans=SCANS,
        agree_form=form if isinstance(form, AgreeForm) else AgreeForm(formdata=None, agreed_on=today),
        refuse_form=form if isinstance(form, RefuseForm) else RefuseForm(formdata=None, refused_on=today),
        pay_form=form if isinstance(form, PayForm) else PayForm(formdata=None, amount=agreed, paid_on=today),
        report_due_at=claim.happened_at + timedelta(hours=sheet.row.policy.report_within_hours),
        left=left_to_pay(session, actor, claim) if claim.state is ClaimState.PAPERS_COMPLETE else None,
        is_open=claim.state in OPEN_STATES,
        incident=incident_behind(session, actor, claim),
        states=ClaimState,
        words={"state": CLAIM_STATES, "harm": HARMS, "paper": CLAIM_PAPERS, "kind": POLICY_KINDS},
        tones=CLAIM_TONES,
    )

"""One patient's benefits: how each stands and why, recording, asking an office, the family's sheet."""

from __future__ import annotations

from flask import render_template, request, url_for

from app.areas.rules import county_of
from app.audit.prints import keep_print
from app.audit.views import note_look
from app.benefits.forms import AskForm, BenefitForm
from app.benefits.labels import (
    BACKSTOP_GROUNDS,
    BACKSTOP_STATES,
    BACKSTOP_TONES,
    BENEFIT_KINDS,
    BENEFIT_STATES,
    BENEFIT_TONES,
    GAP_TONES,
    GAPS,
    REQUEST_STATES,
    REQUEST_TONES,
)
from app.benefits.papers import benefit_sheet, print_of_sheet
from app.benefits.queries.backstops import list_backstops_of
from app.benefits.queries.requests import list_of_patient, list_offices
from app.benefits.queries.standing import get_benefit, list_history, list_lines, name_for
from app.benefits.rules.benefit import BenefitKind, Gap
from app.benefits.rules.requests import OPEN_REQUESTS
from app.benefits.service.asking import ask_office
from app.benefits.service.recording import record_benefit, withdraw_benefit
from app.benefits.views.blueprint import Answer, benefits, take
from app.core.access import Action, Field, Grant, current_actor, permit, sees
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.forms import Form
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.papers import hand_out, paper
from app.core.web import read_session
from app.patients.models import Patient
from app.patients.queries import get_patient
from app.people.models import Person
from app.people.vault import Vault
from reports.forms.benefit_sheet import render_benefit_sheet


@benefits.get("/benefits/patients/<public_id>")
@permit(Action.SEE_BENEFITS)
def of_patient(public_id: str) -> str:
    """Every benefit with its state and reason."""
    patient = get_patient(read_session(), current_actor(), public_id)
    note_look(("patient", public_id), patient.area_code)
    return _page(public_id)


@benefits.post("/benefits/patients/<public_id>")
@permit(Action.KEEP_BENEFITS)
def record(public_id: str) -> Answer:
    """How a benefit stands from a day on."""
    get_patient(read_session(), current_actor(), public_id)
    form, keyring = BenefitForm(), current_keyring()
    return take(
        form,
        lambda session, actor, today, now: record_benefit(
            session,
            Vault(session, keyring),
            actor,
            get_patient(session, actor, public_id),
            form.to_command(),
            today,
            now,
        ),
        _("已保存"),
        lambda refused: _page(public_id, refused),
        lambda _done: url_for("benefits.of_patient", public_id=public_id),
    )


@benefits.post("/benefits/patients/<public_id>/ask")
@permit(Action.KEEP_BENEFITS)
def ask(public_id: str) -> Answer:
    """Ask the office that decides."""
    get_patient(read_session(), current_actor(), public_id)
    form, keyring = AskForm(), current_keyring()
    form.offer(BenefitKind)
    return take(
        form,
        lambda session, actor, today, now: ask_office(
            session, Vault(session, keyring), actor, get_patient(session, actor, public_id), form.chosen, today, now
        ),
        _("已转办，答复后会显示在这里。"),
        lambda refused: _page(public_id, refused),
        lambda _done: url_for("benefits.of_patient", public_id=public_id),
    )


@benefits.post("/benefits/records/<public_id>/withdraw")
@permit(Action.KEEP_BENEFITS)
def withdraw(public_id: str) -> Answer:
    """A record that was written down by mistake."""
    patient_id = _patient_of(public_id)
    return take(
        Form(),
        lambda session, actor, _today, now: withdraw_benefit(session, actor, public_id, now),
        _("已撤销这条登记。"),
        lambda refused: _page(patient_id, refused),
        lambda _done: url_for("benefits.of_patient", public_id=patient_id),
    )


@benefits.get("/benefits/patients/<public_id>/sheet.pdf")
@permit(Action.KEEP_BENEFITS)
@paper
def sheet_pdf(public_id: str) -> Answer:
    """What the family receives and may apply for, in plain words."""
    session, actor, clock, keyring = read_session(), current_actor(), current_clock(), current_keyring()
    patient = get_patient(session, actor, public_id)
    lines, now = list_lines(session, actor, patient, clock.today()), clock.now()
    content = render_benefit_sheet(benefit_sheet(session, keyring, actor, patient, lines, clock.today(), now))
    with transaction() as writing:
        keep_print(writing, keyring, actor, print_of_sheet(patient, lines, actor, now), content)
    return hand_out(content, "benefits")


def _patient_of(public_id: str) -> str:
    return get_benefit(read_session(), current_actor(), public_id)[1].public_id


def _page(public_id: str, form: Form | None = None) -> str:
    session, actor, today = read_session(), current_actor(), current_clock().today()
    patient: Patient = get_patient(session, actor, public_id)
    lines = list_lines(session, actor, patient, today)
    county = county_of(patient.area_code)
    offices = {one.kind: one.agency for one in list_offices(session, actor, county) if one.agency}
    requests = list_of_patient(session, actor, patient, today)
    under_way = {one.request.kind for one in requests if one.request.state in OPEN_REQUESTS}
    wanting = [one.kind for one in lines if one.gap in (Gap.MISSING, Gap.TO_CHECK) and one.kind in offices]
    ask_form = form if isinstance(form, AskForm) else AskForm(formdata=None)
    askable = [kind for kind in wanting if kind not in under_way]
    ask_form.offer(askable)
    chosen = request.args.get("kind", "")
    fresh = BenefitForm(formdata=None, from_on=today, kind=chosen if chosen in set(BenefitKind) else "")
    return render_template(
        "benefits/patient.html",
        patient=patient,
        name=name_for(actor, session.get_one(Person, patient.person_id).name),
        lines=lines,
        history=list_history(session, actor, patient),
        requests=requests,
        backstops=list_backstops_of(session, actor, patient),
        sees_sums=sees(actor, Field.AMOUNT) is Grant.FULL,
        sees_stays=sees(actor, Field.CARE_SPANS) is Grant.FULL,
        form=form,
        benefit_form=form if isinstance(form, BenefitForm) else fresh,
        ask_form=ask_form if askable or form is ask_form else None,
        words={
            "kind": BENEFIT_KINDS,
            "state": BENEFIT_STATES,
            "gap": GAPS,
            "request": REQUEST_STATES,
            "backstop": BACKSTOP_STATES,
            "ground": BACKSTOP_GROUNDS,
        },
        tones={"state": BENEFIT_TONES, "gap": GAP_TONES, "request": REQUEST_TONES, "backstop": BACKSTOP_TONES},
    )

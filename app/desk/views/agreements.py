"""The agreement printed: from the record, from an application to be signed, or blank. It stands here because money is named on it."""

from __future__ import annotations

from datetime import timedelta

from flask import Response
from sqlalchemy.orm import Session

from app.audit.prints import keep_print
from app.core.access import Action, Field, Grant, current_actor, permit, sees
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.dates import add_months
from app.core.db import transaction
from app.core.keys import current_keyring
from app.core.papers import hand_out, paper
from app.core.web import read_session
from app.desk.papers_agreement import AgreementOnPaper, agreement_pdf, blank_agreement, print_of_agreement
from app.desk.views.blueprint import desk
from app.guardians.queries import get_agreement, get_guarded_patient, list_agreements, list_guardians, may_name
from app.guardians.queries.applications import get_application
from app.patients.models import Patient
from app.people.models import Person
from app.people.vault import Vault


@desk.route("/patients/<public_id>/agreements/<agreement_id>/paper")
@permit(Action.KEEP_AGREEMENTS)
@paper
def agreement_paper(public_id: str, agreement_id: str) -> Response:
    """As it was signed: to be signed on paper, or for whoever lost theirs."""
    actor, today, session = current_actor(), current_clock().today(), read_session()
    patient = get_guarded_patient(session, actor, public_id)
    one = get_agreement(session, actor, patient, agreement_id)
    before = [row for row in list_agreements(session, actor, patient, today) if row.from_on < one.from_on]
    return _printed(
        patient,
        AgreementOnPaper(
            ("agreement", agreement_id), patient.area_code, _name(session, actor, patient), one.number,
            one.from_on, one.to_on, one.signed_on, bool(before),
        ),
    )  # fmt: skip


@desk.route("/applications/<public_id>/paper")
@permit(Action.KEEP_AGREEMENTS)
@paper
def application_paper(public_id: str) -> Response:
    """What is to be signed: without number and day, which come with the signatures."""
    actor, today, session = current_actor(), current_clock().today(), read_session()
    application = get_application(session, actor, public_id)
    patient = get_guarded_patient(session, actor, session.get_one(Patient, application.patient_id).public_id)
    before = list_agreements(session, actor, patient, today)
    starts = max([application.from_on, *(row.last_day + timedelta(days=1) for row in before)])
    return _printed(
        patient,
        AgreementOnPaper(
            ("application", public_id), patient.area_code, _name(session, actor, patient), "",
            starts, add_months(starts, 12) - timedelta(days=1), None, bool(before),
        ),
    )  # fmt: skip


@desk.route("/agreements/blank")
@permit(Action.KEEP_AGREEMENTS)
@paper
def blank_agreement_paper() -> Response:
    """Nothing of the register leaves, so nothing is noted."""
    clock = current_clock()
    return hand_out(blank_agreement(read_session(), current_actor(), clock.today(), clock.now()), "blank-agreement")


def _printed(patient: Patient, paper: AgreementOnPaper) -> Response:
    actor, now, session, keyring = current_actor(), current_clock().now(), read_session(), current_keyring()
    guards = list_guardians(session, actor, Vault(session, keyring), patient)
    content = agreement_pdf(session, keyring, actor, paper, guards, now)
    with transaction() as writing:
        keep_print(writing, keyring, actor, print_of_agreement(paper, actor, now), content)
    return hand_out(content, "agreement")


def _name(session: Session, actor: Actor, patient: Patient) -> str:
    """The patient's, where the role reads it whole; otherwise left to be written by hand."""
    is_whole = sees(actor, Field.PATIENT_NAME) in (Grant.FULL, Grant.TASK) and may_name(session, actor, patient)
    return session.get_one(Person, patient.person_id).name if is_whole else ""

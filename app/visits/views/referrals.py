"""Referrals of a patient: where to, the slip to take along, and what came of it."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from app.areas.models import Agency
from app.audit.service import note
from app.audit.views import note_look
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Conflict, Invalid, NotFound
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.papers import hand_out, paper
from app.core.web import forget_reads, read_session, show_errors
from app.guardians.queries import list_guardians
from app.patients.models import Patient
from app.patients.queries import get_patient, header_of, lock_patient
from app.people.vault import Vault
from app.visits import queries
from app.visits.forms.referral import ReceiptForm
from app.visits.papers_referral import referral_pdf
from app.visits.queries import StoredForm
from app.visits.queries_referrals import Referral, list_referrals
from app.visits.readers import open_text
from app.visits.rules.form import YesNo
from app.visits.service.referrals import record_receipt
from app.visits.views.blueprint import Page, visits
from app.visits.views.subject import Subject, own_vault, subject_of


@visits.route("/patients/<public_id>/referrals")
@permit(Action.LOG_VISIT)
def list_of_referrals(public_id: str) -> str:
    subject = subject_of(public_id)
    note_look(("patient", public_id), subject.patient.area_code)
    return render_template("visits/referrals.html", subject=subject, referrals=_referrals(subject))


@visits.route("/patients/<public_id>/visits/<visit_id>/receipt", methods=["GET", "POST"])
@permit(Action.LOG_VISIT)
def referral_receipt(public_id: str, visit_id: str) -> Page:
    """Went, was admitted, or did not go; a visit that asks for no receipt any more says so."""
    subject, form = subject_of(public_id), ReceiptForm(data={"on": current_clock().today()})
    _referred(read_session(), subject.patient, visit_id)
    status = 200
    if request.method == "POST":
        status = 400
        if form.validate():
            forget_reads()
            try:
                _store(public_id, visit_id, form)
                flash(_("已登记回执"), "success")
                return redirect(url_for("visits.list_of_referrals", public_id=public_id), 303)
            except (Invalid, Conflict) as refused:
                show_errors(form, refused)
                status = 409 if isinstance(refused, Conflict) else 400
            subject = subject_of(public_id)
    stored = _referred(read_session(), subject.patient, visit_id)
    page = render_template(
        "visits/receipt.html",
        subject=subject,
        visit=stored.visit,
        referral=next((one for one in _referrals(subject) if one.visit == visit_id), None),
        form=form,
    )
    return page if status == 200 else (page, status)


@visits.route("/patients/<public_id>/visits/<visit_id>/referral-slip")
@permit(Action.LOG_VISIT)
@paper
def referral_slip(public_id: str, visit_id: str) -> Response:
    """双向转诊单 with its counterfoil and receipt; noted."""
    actor, clock = current_actor(), current_clock()
    texts = own_vault()
    with transaction() as session:
        patient = get_patient(session, actor, public_id)
        stored = _referred(session, patient, visit_id)
        vault = Vault(session, current_keyring())
        note(
            session,
            actor,
            "visits.referral_printed",
            now=clock.now(),
            subject=("visit", visit_id),
            area_code=patient.area_code,
        )
        content = referral_pdf(
            header_of(session, actor, vault, patient, clock.today()),
            list_guardians(session, actor, vault, patient),
            session.get(Agency, patient.agency_id) if patient.agency_id else None,
            stored.visit,
            stored.lines,
            open_text(vault, patient.person_id, stored.visit, "referral_reason") if texts else "",
            actor,
            clock.now(),
        )
    return hand_out(content, "referral")


def _referrals(subject: Subject) -> list[Referral]:
    return list(list_referrals(read_session(), current_actor(), subject.patient, current_clock().today()))


def _referred(session: Session, patient: Patient, visit_id: str) -> StoredForm:
    """A visit that refers; raises `NotFound` for any other."""
    stored = queries.get_visit(session, current_actor(), patient, visit_id)
    if stored.visit.referral != YesNo.YES:
        raise NotFound
    return stored


def _store(public_id: str, visit_id: str, form: ReceiptForm) -> None:
    actor, clock = current_actor(), current_clock()
    with transaction() as session:
        patient = lock_patient(session, actor, public_id)
        record_receipt(session, actor, patient, visit_id, form.to_command(), clock.today(), clock.now())

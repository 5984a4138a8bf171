"""A patient's three consent papers: asked, given, refused, taken back, each by itself; and their prints."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.areas.models import Agency
from app.audit.service import note
from app.audit.views import note_look
from app.core.access import Action, current_actor, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import AnhuError, NotFound
from app.core.fields import choices
from app.core.i18n import _, lazy_
from app.core.keys import current_keyring
from app.core.papers import hand_out, paper
from app.core.web import forget_reads, read_session, show_errors
from app.desk.forms.consents import SEPARATOR, ConsentForm, OtherPurposeForm, PrepareForm
from app.desk.papers_consents import consent_pdf, receipt_pdf
from app.desk.queries.consents import ConsentPaper, list_papers
from app.desk.views.blueprint import desk
from app.guardians.labels import CONSENT_ANSWERS, RELATION_LABELS
from app.guardians.queries import GuardianCard, list_guardians
from app.guardians.rules import ConsentAnswer, Rank, is_minor
from app.guardians.service import sign_consent
from app.patients.labels import CONSENT_LABELS, MISTAKE_LABELS, SIGNER_LABELS
from app.patients.models import Patient
from app.patients.queries import get_patient, header_of, lock_patient
from app.patients.queries.mistakes import list_wrong_papers
from app.patients.rules import ConsentKind, RegistryStatus
from app.people.vault import Vault

Answer = str | BaseResponse | tuple[str, int]
_FORMS = {ConsentKind.OTHER_PURPOSE: OtherPurposeForm}


@desk.route("/patients/<public_id>/consents")
@permit(Action.KEEP_REGISTER)
def consents(public_id: str) -> str:
    actor, session = current_actor(), read_session()
    patient = get_patient(session, actor, public_id)
    note_look(("patient", public_id), patient.area_code)
    return render_template(
        "desk/consents/list.html",
        patient=_header(session, actor, patient),
        papers=list_papers(session, _vault(session), actor, patient),
        wrong=list_wrong_papers(session, actor, patient),
        words={"consent": CONSENT_LABELS, "signer": SIGNER_LABELS, "mistake": MISTAKE_LABELS},
        can_sign=[kind for kind in ConsentKind if _can_sign(patient, kind)],
    )


@desk.route("/patients/<public_id>/consents/<purpose>", methods=["GET", "POST"])
@permit(Action.KEEP_REGISTER)
def sign_paper(public_id: str, purpose: str) -> Answer:
    actor, session = current_actor(), read_session()
    patient = get_patient(session, actor, public_id)
    kind = _kind(purpose)
    if not _can_sign(patient, kind):
        raise NotFound
    note_look(("patient", public_id), patient.area_code)
    form = _form(session, actor, patient, kind)
    if request.method == "POST" and form.validate():
        forget_reads()
        try:
            with transaction() as writing:
                sign_consent(
                    writing,
                    _vault(writing),
                    actor,
                    lock_patient(writing, actor, public_id),
                    form.to_command(kind),
                    current_clock().now(),
                )
            flash(_("已保存"))
            return redirect(url_for("desk.consents", public_id=public_id))
        except AnhuError as refused:
            show_errors(form, refused)
    session = read_session()
    patient = get_patient(session, actor, public_id)
    page = render_template(
        "desk/consents/sign.html",
        form=form,
        title=CONSENT_LABELS[kind],
        purpose=purpose,
        patient=_header(session, actor, patient),
        is_minor=_is_minor(session, actor, patient, current_clock().today()),
    )
    return page if request.method == "GET" else (page, 422)


@desk.route(f"/patients/<public_id>/consents/{ConsentKind.OTHER_PURPOSE.value}/prepare", methods=["GET", "POST"])
@permit(Action.KEEP_REGISTER)
def prepare_consent(public_id: str) -> Answer:
    """A paper about another purpose, to be signed: what for and who receives what are asked for first; noted."""
    actor, session = current_actor(), read_session()
    patient = get_patient(session, actor, public_id)
    form = PrepareForm()
    if request.method == "POST" and form.validate():
        about = {"purpose": form.purpose.data, "receiver": form.receiver.data}
        return _paper(public_id, ConsentKind.OTHER_PURPOSE, is_blank=True, **about)
    note_look(("patient", public_id), patient.area_code)
    header = _header(session, actor, patient)
    page = render_template("desk/consents/prepare.html", form=form, patient=header)
    return page if request.method == "GET" else (page, 422)


@desk.route("/patients/<public_id>/consents/<purpose>/paper")
@permit(Action.KEEP_REGISTER)
@paper
def consent_paper(public_id: str, purpose: str) -> Response:
    """As it was signed, or with `blank` to be signed; noted."""
    return _paper(public_id, purpose, is_blank="blank" in request.args)


@desk.route("/patients/<public_id>/consents/<purpose>/receipt")
@permit(Action.KEEP_REGISTER)
@paper
def withdrawal_receipt(public_id: str, purpose: str) -> Response:
    """What the family keeps after a withdrawal; there is none before it."""
    now = current_clock().now()
    with transaction() as session:
        patient, paper, guards, agency = _printed(session, public_id, _kind(purpose), now)
        if paper.present is None or not paper.present.is_withdrawal:
            raise NotFound
        header = _header(session, current_actor(), patient)
        content = receipt_pdf(paper, paper.present, header, guards, agency, current_actor(), now)
    return hand_out(content, "withdrawal-receipt")


@paper
def _paper(public_id: str, which: str, *, is_blank: bool, **about: str) -> Response:
    now = current_clock().now()
    with transaction() as session:
        patient, paper, guards, agency = _printed(session, public_id, _kind(which), now)
        header = _header(session, current_actor(), patient)
        content = consent_pdf(paper, header, guards, agency, current_actor(), now, is_blank=is_blank, **about)
    return hand_out(content, "consent", is_saved=bool(about))


def _printed(
    session: Session, public_id: str, kind: ConsentKind, now: datetime
) -> tuple[Patient, ConsentPaper, list[GuardianCard], Agency | None]:
    """What a paper is made of, with the audit's note that it was printed."""
    actor = current_actor()
    patient = get_patient(session, actor, public_id)
    subject = ("patient", public_id)
    note(session, actor, "desk.consent_printed", now=now, subject=subject, area_code=patient.area_code)
    paper = next(paper for paper in list_papers(session, _vault(session), actor, patient) if paper.kind is kind)
    guards = list_guardians(session, actor, _vault(session), patient)
    return patient, paper, guards, session.get(Agency, patient.agency_id) if patient.agency_id else None


def _header(session: Session, actor: Actor, patient: Patient) -> Any:
    return header_of(session, actor, _vault(session), patient, current_clock().today())


def _vault(session: Session) -> Vault:
    return Vault(session, current_keyring())


def _kind(purpose: str) -> ConsentKind:
    if purpose not in set(ConsentKind):
        raise NotFound
    return ConsentKind(purpose)


def _can_sign(patient: Patient, kind: ConsentKind) -> bool:
    """Management is agreed to by whoever is registered; the other papers by everybody alive in the register."""
    if kind is ConsentKind.COMMUNITY_MANAGEMENT:
        return patient.registry_status is RegistryStatus.REGISTERED
    return patient.registry_status in (
        RegistryStatus.REGISTERED,
        RegistryStatus.SUSPECTED,
        RegistryStatus.UNDER_REVIEW,
    )


def _is_minor(session: Session, actor: Actor, patient: Patient, today: date) -> bool:
    born_on = _header(session, actor, patient).born_on
    return born_on is not None and is_minor(born_on, today)


def _form(session: Session, actor: Actor, patient: Patient, kind: ConsentKind) -> ConsentForm:
    """What can be answered now, and who can sign: no second guardian, and no minor."""
    today = current_clock().today()
    paper = next(paper for paper in list_papers(session, _vault(session), actor, patient) if paper.kind is kind)
    form = _FORMS.get(kind, ConsentForm)(data={"from_on": today})
    answers = [ConsentAnswer.AGREED, ConsentAnswer.WITHDRAWN if paper.is_agreed else ConsentAnswer.REFUSED]
    form.answer.choices = choices((answer.value, lazy_(CONSENT_ANSWERS[answer])) for answer in answers)
    signers: list[tuple[str, Any]] = []
    if not _is_minor(session, actor, patient, today):
        signers.append(("patient", lazy_(SIGNER_LABELS["patient"])))
    for guard in list_guardians(session, actor, _vault(session), patient):
        if guard.is_present and guard.rank is Rank.FIRST:
            words = _("监护人 %(name)s（%(relation)s）", name=guard.name, relation=_(RELATION_LABELS[guard.relation]))
            signers.append((f"guardian{SEPARATOR}{guard.public_id}", words))
    if not paper.is_agreed:
        signers.append(("witness", _("见证人（只用于本人不愿签字的拒绝）")))
    form.signer.choices = choices(signers)
    return form

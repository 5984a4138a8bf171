"""Marking a consent paper that was written down by mistake."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.audit.views import note_look
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import AnhuError, NotFound
from app.core.fields import Answered, ChoiceField, choices, labelled
from app.core.forms import Form
from app.core.i18n import _, lazy_
from app.core.keys import current_keyring
from app.core.web import date_short, forget_reads, read_session, show_errors
from app.patients.labels import CONSENT_LABELS, MISTAKE_LABELS, SIGNER_LABELS
from app.patients.models import Consent, Patient
from app.patients.queries import get_patient, header_of, lock_patient
from app.patients.queries.mistakes import numbered_papers
from app.patients.rules import ConsentKind, Mistake
from app.patients.service.mistakes import mark_consent_wrong as mark
from app.patients.views.blueprint import patients
from app.people.vault import Vault

Answer = str | BaseResponse | tuple[str, int]


class MistakeForm(Form):
    """The view offers the papers of the kind."""

    paper = ChoiceField(lazy_("哪一份"), (), [Answered(lazy_("请选择哪一份"))])
    mistake = ChoiceField(lazy_("错在哪里"), labelled(MISTAKE_LABELS), [Answered(lazy_("请选择错在哪里"))])


@patients.route("/patients/<public_id>/consents/<purpose>/wrong", methods=["GET", "POST"])
@permit(Action.KEEP_REGISTER)
def mark_consent_wrong(public_id: str, purpose: str) -> Answer:
    """Which paper, and what was wrong with it. It stays in the history, marked, and holds no more."""
    if purpose not in set(ConsentKind):
        raise NotFound
    kind, actor, session, clock = ConsentKind(purpose), current_actor(), read_session(), current_clock()
    patient = get_patient(session, actor, public_id)
    form = MistakeForm()
    form.paper.choices = _choices(session, patient, kind)
    if request.method == "GET":
        note_look(("patient", public_id), patient.area_code)
    elif form.validate():
        forget_reads()
        try:
            with transaction() as writing:
                locked, mistake = lock_patient(writing, actor, public_id), Mistake(form.mistake.data)
                mark(writing, actor, locked, kind, form.paper.code or 0, mistake, clock.today(), clock.now())
            flash(_("已标为误登，原记录保留可查"), "success")
            return redirect(url_for("desk.consents", public_id=public_id), 303)
        except AnhuError as refused:
            show_errors(form, refused)
    session = read_session()
    header = header_of(
        session, actor, Vault(session, current_keyring()), get_patient(session, actor, public_id), clock.today()
    )
    page = render_template("patients/mistake.html", form=form, title=CONSENT_LABELS[kind], patient=header)
    return page if request.method == "GET" else (page, 422)


def _choices(session: Session, patient: Patient, kind: ConsentKind) -> list[Any]:
    papers = numbered_papers(session, patient, kind)
    return choices((number, _words(one)) for number, one in papers if one.withdrawn_at is None)


def _words(paper: Consent) -> str:
    said = _("同意") if paper.is_agreed else _("不同意或撤回")
    return f"{date_short(paper.from_on)} {said} · {_(SIGNER_LABELS.get(paper.signer, paper.signer))}"

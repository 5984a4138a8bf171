"""A patient's page of who agreed to be told by text message."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.audit.views import note_look
from app.core.access import Action, Field, Grant, current_actor, permit, sees
from app.core.clock import current_clock
from app.core.db import new_public_id, transaction
from app.core.errors import Conflict, Invalid
from app.core.i18n import _
from app.core.reasons import Label, reason, say
from app.core.web import forget_reads, read_session, show_errors
from app.guardians.labels import RANK_LABELS, RELATION_LABELS
from app.messages.forms import ConsentForm
from app.messages.queries import pages
from app.messages.service import consenting
from app.messages.texts import CONSENT_END_LABELS, GIVEN_BY_LABELS
from app.messages.views.blueprint import messages
from app.messages.views.lists import TONES, WORDS
from app.patients.queries import get_patient
from app.people.models import Person

Answer = str | BaseResponse | tuple[str, int]


@messages.route("/patients/<public_id>/texts", methods=["GET", "POST"])
@permit(Action.KEEP_TEXT_CONSENTS)
def consents(public_id: str) -> Answer:
    """The present guardians, what each agreed to, one more agreement, and what was sent lately."""
    actor, session, clock = current_actor(), read_session(), current_clock()
    patient = get_patient(session, actor, public_id)
    contacts = pages.list_contacts(session, actor, patient, clock.today())
    form = ConsentForm(data={"submission_key": new_public_id(), "language": "zh", "given_by": "paper"})
    form.offer([(one.public_id, _named(one)) for one in contacts if one.consent is None])
    if form.validate_on_submit():
        forget_reads()
        chosen = next(one for one in contacts if one.public_id == form.person.data)
        try:
            with transaction() as writing:
                own = get_patient(writing, actor, public_id)
                command = form.to_command(chosen.person_id)
                consenting.give_consent(writing, actor, own, command, clock.today(), clock.now())
        except (Invalid, Conflict) as refused:
            show_errors(form, refused)
        else:
            flash(_("已登记，可以向其发送短信"))
            return redirect(url_for("messages.consents", public_id=public_id))
    note_look(("patient", public_id), patient.area_code)
    person = session.get_one(Person, patient.person_id)
    page = render_template(
        "messages/consents.html",
        patient=patient,
        name=person.name if sees(actor, Field.PATIENT_NAME) is Grant.FULL else None,
        contacts=contacts,
        ended=pages.list_ended(session, actor, patient),
        sent=pages.list_of_patient(session, actor, patient),
        form=form,
        labels={"rank": RANK_LABELS, "relation": RELATION_LABELS, "given": GIVEN_BY_LABELS, "end": CONSENT_END_LABELS},
        words=WORDS,
        tones=TONES,
    )
    return page if request.method == "GET" else (page, 422)


@messages.post("/patients/<public_id>/texts/<consent_id>/end")
@permit(Action.KEEP_TEXT_CONSENTS)
def end_consent(public_id: str, consent_id: str) -> BaseResponse:
    """Taken back: whatever waits finds no agreement any more."""
    actor = current_actor()
    with transaction() as session:
        patient = get_patient(session, actor, public_id)
        consenting.end_consent(session, actor, patient, consent_id, current_clock().now())
    flash(_("已撤回同意，不再发送短信"))
    return redirect(url_for("messages.consents", public_id=public_id))


def _named(contact: pages.Contact) -> str:
    whose = reason(
        "messages.contact", name=contact.name, rank=Label(RANK_LABELS[contact.rank]),
        relation=Label(RELATION_LABELS[contact.relation]),
    )  # fmt: skip
    return say(whose)

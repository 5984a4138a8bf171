"""The second guardian's contacts, visits with help, and the needs that they find: entries of twenty seconds, nothing clinical."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.areas.queries import full_name
from app.audit.views import note_look
from app.core.access import Action, Field, Grant, current_actor, permit, sees
from app.core.clock import current_clock
from app.core.db import new_public_id, transaction
from app.core.errors import Conflict, Invalid
from app.core.forms import Form
from app.core.i18n import _
from app.core.identity import mask_name
from app.core.web import forget_reads, read_session, show_errors
from app.guardians.forms_duty import ContactForm, HelpForm
from app.guardians.labels_duty import CONTACT_LABELS, FOUND_LABELS, GIVEN_LABELS, NEEDED_LABELS, SIGNER_LABELS
from app.guardians.queries import may_name
from app.guardians.queries.company import get_ward, list_contacts, list_help, list_needs, list_wards
from app.guardians.rules.duty import SIGNS_AS, ContactWay, Found, HelpNeeded, Signer
from app.guardians.service.company import record_contact, record_help
from app.guardians.views.blueprint import guardians
from app.guardians.views.duty import asked_place
from app.patients.models import Patient
from app.people.models import Person

Answer = str | BaseResponse | tuple[str, int]
WORDS = {
    "contact": CONTACT_LABELS,
    "found": FOUND_LABELS,
    "given": GIVEN_LABELS,
    "needed": NEEDED_LABELS,
    "signer": SIGNER_LABELS,
}


@guardians.route("/patients/<public_id>/contacts", methods=["GET", "POST"])
@permit(Action.RECORD_CONTACTS)
def contacts(public_id: str) -> Answer:
    """What the second guardian's contacts were, and one more."""
    actor, clock = current_actor(), current_clock()
    form = ContactForm(
        data={
            "key": new_public_id(),
            "contacted_on": clock.today(),
            "way": ContactWay.VISIT.value,
            "found": Found.GUARDIAN.value,
        }
    )

    def store(session: Session, patient: Patient) -> None:
        record_contact(session, actor, patient, form.to_command(), clock.today(), clock.now())

    return _answer(public_id, form, store, "guardians/duty/contacts.html", "guardians.contacts")


@guardians.route("/patients/<public_id>/help", methods=["GET", "POST"])
@permit(Action.RECORD_HELP)
def help_visits(public_id: str) -> Answer:
    """Visits with help so far, and one more."""
    actor, clock = current_actor(), current_clock()
    office = next(iter(SIGNS_AS.get(actor.role, ())), Signer.VILLAGE)
    form = HelpForm(data={"key": new_public_id(), "visited_on": clock.today(), "office": office.value})

    def store(session: Session, patient: Patient) -> None:
        record_help(session, actor, patient, form.to_command(), clock.today(), clock.now())

    return _answer(public_id, form, store, "guardians/duty/help.html", "guardians.help_visits")


@guardians.route("/duty/needs")
@permit(Action.ASSESS_GUARDIANS)
def needs() -> str:
    """Families whose newest visit found a need."""
    actor, session = current_actor(), read_session()
    asked = request.args.get("need", "")
    wanted = HelpNeeded(int(asked)) if asked in {str(int(one)) for one in HelpNeeded} else None
    return render_template(
        "guardians/duty/needs.html",
        page=list_needs(session, actor, asked_place(actor), wanted, current_clock().today(), request.args.get("after")),
        wanted=wanted,
        place=request.args.get("place", "") if asked_place(actor) else "",
        kinds=[one for one in HelpNeeded if one is not HelpNeeded.NOTHING],
        is_first_page="after" not in request.args,
        words=WORDS,
    )


@guardians.route("/duty/wards")
@permit(Action.RECORD_CONTACTS)
def wards() -> str:
    """The families whose second guardian the reader is: who has not been contacted this month stands first."""
    actor, today = current_actor(), current_clock().today()
    return render_template(
        "guardians/duty/wards.html", wards=list_wards(read_session(), actor), month=today.replace(day=1)
    )


def _answer(
    public_id: str, form: Form, store: Callable[[Session, Patient], None], template: str, endpoint: str
) -> Answer:
    """Show the page; store what was sent, or show it again with words at the fields."""
    actor, session = current_actor(), read_session()
    patient = get_ward(session, actor, public_id)
    status = 200
    if request.method == "GET":
        note_look(("patient", public_id), patient.area_code)
    else:
        status = 422
        if form.validate():
            forget_reads()
            try:
                with transaction() as writing:
                    store(writing, get_ward(writing, actor, public_id))
                flash(_("已保存"), "success")
                return redirect(url_for(endpoint, public_id=public_id), 303)
            except (Conflict, Invalid) as refused:
                show_errors(form, refused)
    session = read_session()
    patient = get_ward(session, actor, public_id)
    page = render_template(
        template,
        form=form,
        public_id=public_id,
        head=_head(session, patient),
        contacts=list_contacts(session, actor, patient),
        help=list_help(session, actor, patient),
        words=WORDS,
    )
    return page if status == 200 else (page, status)


def _head(session: Session, patient: Patient) -> str:
    """Who the page is about, as this role may read it, and where."""
    actor = current_actor()
    place = full_name(session, patient.area_code)
    if not may_name(session, actor, patient):
        return place
    name = session.get_one(Person, patient.person_id).name
    return f"{mask_name(name) if sees(actor, Field.PATIENT_NAME) is Grant.MASKED else name} · {place}"

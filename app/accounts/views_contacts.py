"""单位联系人: who answers for each office when nobody has answered."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.accounts import contacts as people
from app.accounts.forms_contacts import ContactForm
from app.areas.queries import full_names
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Invalid
from app.core.i18n import _
from app.core.reasons import reason
from app.core.web import read_session

contacts = Blueprint("contacts", __name__, url_prefix="/contacts", template_folder="templates")


@contacts.route("/")
@permit(Action.KEEP_CONTACTS)
def list_contacts() -> str:
    session, clock = read_session(), current_clock()
    offices = people.list_offices(session, current_actor(), clock.today())
    return render_template(
        "accounts/contacts.html",
        offices=offices,
        places=full_names(session, {one.agency.area_code for one in offices}),
        ranks=people.RANKS,
    )


@contacts.route("/<agency>", methods=["POST"])
@permit(Action.KEEP_CONTACTS)
def name_contact(agency: str) -> BaseResponse:
    form, clock = ContactForm(), current_clock()
    with transaction() as session:
        people.find_office(session, current_actor(), agency)
        if not form.validate() or form.rank.data is None:
            raise Invalid({"user": [reason("core.nothing_chosen")]})
        people.name_contact(
            session, current_actor(), agency, form.user.data or "", form.rank.data, clock.today(), clock.now()
        )
    flash(_("已指定联系人"))
    return redirect(url_for("contacts.list_contacts"))


@contacts.route("/<public_id>/end", methods=["POST"])
@permit(Action.KEEP_CONTACTS)
def end_contact(public_id: str) -> BaseResponse:
    clock = current_clock()
    with transaction() as session:
        people.end_contact(session, current_actor(), public_id, clock.today(), clock.now())
    flash(_("已停止"))
    return redirect(url_for("contacts.list_contacts"))

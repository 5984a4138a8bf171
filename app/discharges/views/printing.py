"""Papers of the hand-over, each on record as a disclosure."""

from __future__ import annotations

from datetime import datetime

from flask import Response
from sqlalchemy.orm import Session

from app.areas.queries import office_of
from app.audit.prints import Print, keep_print, mark_of
from app.core.access import Action, current_actor, may, permit
from app.core.actor import Actor, Role
from app.core.clock import current_clock
from app.core.crypto import digest
from app.core.db import transaction
from app.core.errors import NotFound
from app.core.keys import current_keyring
from app.core.papers import hand_out, paper
from app.discharges.models import Discharge, HandoverForm
from app.discharges.papers import form_pdf, mark_words, receipts_pdf
from app.discharges.queries.board import find_row
from app.discharges.queries.inbox import home_of, shows_person
from app.discharges.queries.reach import get_form, get_loop, get_notice, is_own_form
from app.discharges.queries.receipts import list_escalations, list_receipts
from app.discharges.queries.sheets import open_form_sheet
from app.discharges.views.blueprint import discharges
from app.people.vault import Vault
from reports.forms.sheet import Imprint


@discharges.route("/forms/<public_id>/paper")
@permit(Action.PRINT_FORMS)
@paper
def print_form(public_id: str) -> Response:
    """A unit's own form, or any of the county's for a unit that is not on line; the police take no copy away (roles.md)."""
    actor = current_actor()
    with transaction() as session:
        form, loop = get_form(session, actor, public_id)
        if not shows_person(actor, form, home_of(session, loop)) or not (
            is_own_form(actor, form) or may(actor, Action.SEE_LOOPS)
        ):
            raise NotFound()
        return _printed(session, actor, form, loop)


@discharges.route("/notices/<public_id>/paper")
@permit(Action.CONFIRM_NOTICES)
@paper
def print_notice(public_id: str) -> Response:
    """The guardian's notice, to be signed at the door."""
    actor = current_actor()
    with transaction() as session:
        form, loop = get_notice(session, Vault(session, current_keyring()), actor, public_id)
        if form.stopped_reason is not None:  # what was written wrongly, or is over, is handed to no family
            raise NotFound()
        return _printed(session, actor, form, loop)


@discharges.route("/loops/<public_id>/receipts")
@permit(Action.SEE_LOOPS)
@paper
def print_receipts(public_id: str) -> Response:
    """Who knew what when."""
    actor, now = current_actor(), current_clock().now()
    with transaction() as session:
        loop = get_loop(session, actor, public_id)
        vault = Vault(session, current_keyring())
        lines, steps = list_receipts(session, actor, vault, loop), list_escalations(session, loop)
        wanted = Print(
            "discharges.receipts_printed", ("discharge", public_id), loop.county_code,
            digest("".join(line.public_id for line in lines)), actor.user_id, now,
        )  # fmt: skip
        content = receipts_pdf(
            find_row(session, actor, loop, now), lines, steps, imprint_of(session, actor, wanted, now)
        )
        keep_print(session, current_keyring(), actor, wanted, content)
    return hand_out(content, "handover-receipts")


def _printed(session: Session, actor: Actor, form: HandoverForm, loop: Discharge) -> Response:
    now = current_clock().now()
    vault = Vault(session, current_keyring())
    sheet = open_form_sheet(session, vault, form, as_written=actor.role is Role.HOSPITAL)
    wanted = Print(
        "discharges.form_printed",
        ("handover_form", form.public_id),
        loop.county_code,
        digest(repr(sheet)),
        actor.user_id,
        now,
    )
    content = form_pdf(form, sheet, imprint_of(session, actor, wanted, now))
    keep_print(session, current_keyring(), actor, wanted, content)
    return hand_out(content, "handover-form")


def imprint_of(session: Session, actor: Actor, wanted: Print, now: datetime) -> Imprint:
    mark = mark_of(current_keyring(), wanted)
    office = office_of(session, actor)
    return Imprint(office, actor.name, now, mark=mark_words(mark))

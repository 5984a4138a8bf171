"""Looking behind a mask: one field of one person, with a reason, for thirty seconds."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, render_template, request

from app.core.access import Action, Field, Grant, current_actor, permit, sees
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Forbidden, NotFound
from app.core.forms import refuse_untidy
from app.core.keys import current_keyring
from app.core.web import is_htmx, local_path
from app.people import service
from app.people.queries import get_person
from app.people.vault import Vault
from app.people.views_kin import kin

__all__ = ["kin", "people"]

people = Blueprint("people", __name__, template_folder="templates")

SHOWN_SECONDS = 30


@people.route("/people/<public_id>/reveal/<field>", methods=["POST"])
@permit(Action.REVEAL)
def reveal(public_id: str, field: str) -> str:
    """Only what the field table masks for this role is ever revealed; who is asked about must be the actor's to see."""
    refuse_untidy("reason", "case")
    actor, wanted = current_actor(), _field(field)
    if sees(actor, wanted) is not Grant.MASKED:
        raise Forbidden()
    clock = current_clock()
    with transaction() as session:
        person = get_person(session, actor, public_id, wanted)
        value = service.reveal(
            session,
            Vault(session, current_keyring()),
            actor,
            wanted,
            person,
            request.form.get("reason", ""),
            clock.now(),
            case_number=request.form.get("case", ""),
            today=clock.today(),
        )
    template = "people/revealed_fragment.html" if is_htmx() else "people/revealed.html"
    return render_template(template, value=value, seconds=SHOWN_SECONDS, back=_back())


@people.route("/people/hidden")
@permit(Action.REVEAL)
def hidden() -> str:
    """What stands in a revealed value's place when its thirty seconds are over."""
    return render_template("people/hidden_fragment.html")


def _field(text: str) -> Field:
    try:
        return Field(text)
    except ValueError:
        raise NotFound from None


def _back() -> str:
    """The page of ours that the question came from."""
    came_from = urlsplit(request.referrer or "")
    is_ours = came_from.netloc == request.host
    return (local_path(came_from.path) if is_ours else None) or "/"

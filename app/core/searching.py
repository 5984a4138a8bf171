"""What somebody looks for is a person's name or number, so it never stands in an address.

A search box posts to one address, and the page of results is addressed by the words sealed for whoever asked: history, bookmarks and
the logs of machines in between hold nothing that can be read, and going back or to the next page works as ever.
"""

from __future__ import annotations

import base64
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Action, current_actor, permit
from app.core.crypto import KeyUnavailable
from app.core.errors import Invalid, NotFound
from app.core.keys import current_keyring
from app.core.reasons import reason
from app.core.web import local_path

searching = Blueprint("searching", __name__)

SEALED = "s"  # in an address: the words, sealed
PLAIN = "q"  # what a search box sends; in an address only where a link of ours carries the number of a paper
LONGEST = 80
_OURS = frozenset({"csrf_token", "to", PLAIN})


@searching.post("/search")
@permit(Action.USE_OWN_ACCOUNT)
def search() -> BaseResponse:
    """From any search box to its own page, with the other conditions of its form; 404 for what is no path of ours, 400 for none at all."""
    wanted = request.form.get("to")
    if wanted is None:
        raise Invalid({"to": [reason("core.nothing_chosen")]})
    page = local_path(wanted)
    if page is None:
        raise NotFound
    conditions = {name: value for name, value in request.form.items() if name not in _OURS and value}
    words = request.form.get(PLAIN, "").strip()[:LONGEST]
    if token := sealed(words):
        conditions[SEALED] = token
    return redirect(f"{page}?{urlencode(conditions)}" if conditions else page, 303)


@searching.app_template_global()
def sealed(words: str) -> str | None:
    """The words for an address of this actor's; None for none."""
    if not words:
        return None
    kek_id, content = current_keyring().seal_file(words.encode(), _place())
    return base64.urlsafe_b64encode(kek_id.encode() + b":" + content).decode().rstrip("=")


def search_words(longest: int = LONGEST) -> str:
    """What the address of this page asks for; empty when nothing, or nothing that this actor may read."""
    token = request.args.get(SEALED)
    if token is None:
        return request.args.get(PLAIN, "").strip()[:longest]
    try:
        kek_id, content = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).split(b":", 1)
        return current_keyring().open_file(kek_id.decode("ascii"), content, _place()).decode()[:longest]
    except (ValueError, KeyUnavailable):
        return ""


def _place() -> str:
    return f"search/{current_actor().user_id}"

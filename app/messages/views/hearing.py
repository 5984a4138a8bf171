"""Reports and replies, as a provider posts them: open to everybody, believed only with the signature over the exact public address."""

from __future__ import annotations

from flask import current_app, request
from werkzeug.exceptions import BadRequest

from app.core.access import Action, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.keys import current_keyring
from app.core.web import SMALL_BODIES, csrf
from app.messages.addresses import REPLIES, REPORTS, reply_address, report_address
from app.messages.gateways.twilio_reports import SIGNATURE_HEADER, TwilioReports
from app.messages.service.hearing import Dropped, count_dropped, hear_reply, hear_report
from app.messages.views.blueprint import messages
from config import Settings

MOST_BYTES = 8_192  # a report is a few hundred
HEARD = ("", 204)
# an answer in Twilio's own mark-up: say nothing back
SILENCE = ('<?xml version="1.0" encoding="UTF-8"?><Response/>', 200, {"Content-Type": "text/xml"})

SMALL_BODIES.update(dict.fromkeys(("messages.report", "messages.reply"), MOST_BYTES))


@messages.post(f"{REPORTS}<path>")
@permit(Action.SIGN_IN)
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF is untyped
def report(path: str) -> tuple[str, int]:
    """What a provider says of the message whose path this is. What has no effect is answered alike, so that nobody learns why."""
    now = current_clock().now()
    _believe(report_address(_settings().public_url, path))
    said = TwilioReports.report(request.form)
    with transaction() as session:
        if said is None:
            count_dropped(session, Dropped.UNREADABLE, now)
        else:
            hear_report(session, "twilio", path, said, now)
    return HEARD


@messages.post(REPLIES)
@permit(Action.SIGN_IN)
@csrf.exempt  # type: ignore[untyped-decorator]  # the same
def reply() -> tuple[str, int, dict[str, str]]:
    """Somebody answered a text: STOP, 退订 and "wrong number" are obeyed, nothing of it is kept."""
    _believe(reply_address(_settings().public_url))
    with transaction() as session:
        words = request.form.get("Body", "")
        hear_reply(session, current_keyring(), request.form.get("From", ""), words, current_clock().now())
    return SILENCE


def _believe(address: str) -> None:
    """Refuses, and counts, what was not signed with our account's key; nothing is signed while the gateway is another."""
    sending = _settings().sending
    if sending.sms == "twilio":
        why = Dropped.FORGED
        signature = request.headers.get(SIGNATURE_HEADER, "")
        if not request.query_string and TwilioReports(sending).is_signed(address, request.form, signature):
            return
    else:
        why = Dropped.SWITCHED_OFF
    with transaction() as session:
        count_dropped(session, why, current_clock().now())
    raise BadRequest


def _settings() -> Settings:
    found: Settings = current_app.extensions["anhu.settings"]
    return found

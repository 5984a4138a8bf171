"""`/api/v1`: JSON for hospitals' systems. An application of its own beside the pages: keys in place of sessions, and no cookies.

It shares the house (database, clock, keyring, settings) with the pages' application and nothing else of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from apiflask import APIBlueprint, APIFlask, HTTPTokenAuth
from apiflask.exceptions import HTTPError
from flask import Flask, Response, g, request
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.datastructures import Headers

from app.api.forms.discharges import DischargeIn, LoopOut, RefusalOut, command_of
from app.api.queries import LoopState, find_bearer, get_loop_state
from app.api.service import note_use
from app.core.access import Action, current_actor, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import reading, transaction
from app.core.errors import AnhuError, Conflict, Forbidden, Invalid, NotFound
from app.core.i18n import DEFAULT_LANGUAGE, LANGUAGES
from app.core.keys import current_keyring
from app.core.logs import log
from app.core.plain_text import CONTROLS
from app.core.reasons import Reason, say
from app.core.web import HEADERS
from app.discharges.service.submitting import submit_discharge
from app.people.vault import Vault

MOUNTED_AT = "/api/v1"
MAX_BODY_BYTES = 64 * 1024

REFUSALS = {
    400: "The body is no JSON.",
    403: "The key's account may not submit.",
    409: "The record does not fit what is stored.",
    413: "The body is too large.",
    415: "The body is not announced as JSON.",
    503: "Try again in a moment.",
}

keys = HTTPTokenAuth(scheme="Bearer", description="The hospital's key, given by the county's administrator.")
discharges = APIBlueprint("discharges", __name__, tag={"name": "discharges", "description": "discharge hand-over"})


def create_api(main: Flask) -> APIFlask:
    """The interface beside `main`, on the same house."""
    api = APIFlask("api", title="Anhu", version="1", docs_path=None, spec_path="/openapi.json", json_errors=True)
    api.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        TRUSTED_HOSTS=main.config.get("TRUSTED_HOSTS"),
        AUTO_404_RESPONSE=False,
        HTTP_ERROR_SCHEMA=RefusalOut,
        VALIDATION_ERROR_SCHEMA=RefusalOut,
        SERVERS=[{"url": MOUNTED_AT}],
        DESCRIPTION="Hospitals submit discharge records and see how far the hand-over has come.",
    )
    api.testing = main.testing
    api.extensions = main.extensions
    api.before_request(_choose_language)
    api.before_request(_refuse_unreadable)
    api.after_request(_finish)
    api.error_processor(_http)
    for refusal, status in ((NotFound, 404), (Forbidden, 403), (Conflict, 409), (Invalid, 422)):
        api.register_error_handler(refusal, lambda refused, status=status: _refuse(refused, status))
    for unavailable in (OperationalError, PoolTimeout):
        api.register_error_handler(unavailable, lambda _error: _say(503, Reason("core.unavailable")))
    api.register_error_handler(IntegrityError, lambda _error: _say(409, Reason("core.stale_version")))
    api.register_blueprint(discharges)
    return api


@keys.verify_token  # type: ignore[untyped-decorator]  # Flask-HTTPAuth is untyped
def _who(key: str) -> Actor | None:
    """The account behind the key; the day of its use is written down."""
    today = current_clock().today()
    with reading() as session:
        bearer = find_bearer(session, key, today)
    if bearer is None:
        return None
    if bearer.used_on != today:
        with transaction() as session:
            note_use(session, bearer, today)
    g.actor = bearer.actor
    return bearer.actor


@discharges.before_request
@discharges.auth_required(keys)
def ask_for_the_key() -> None:
    """Nothing here answers without one."""


@discharges.post("/discharges")
@permit(Action.SUBMIT_DISCHARGE)
@discharges.input(DischargeIn, arg_name="sent")
@discharges.output(LoopOut, status_code=201, description="The loop that was opened.")
@discharges.doc(
    summary="Submit a discharge record",
    responses={200: "This record came before under its number: its loop as it stands.", **REFUSALS},
)
def submit(sent: dict[str, Any]) -> tuple[LoopState, int]:
    actor, now = current_actor(), current_clock().now()
    command = command_of(cast("int", actor.agency_id), sent)
    with transaction() as session:
        submitted = submit_discharge(session, Vault(session, current_keyring()), actor, command, now)
        state = get_loop_state(session, actor, command.hospital_number)
    return state, 201 if submitted.is_new else 200


@discharges.get("/discharges/<path:hospital_number>")
@permit(Action.SUBMIT_DISCHARGE)
@discharges.output(LoopOut)
@discharges.doc(
    summary="How far the hand-over of one discharge has come", responses={404: "No such number of this hospital."}
)
def show(hospital_number: str) -> LoopState:
    with reading() as session:
        return get_loop_state(session, current_actor(), hospital_number)


# -- refusals --------------------------------------------------------------------------------------------------------


def _choose_language() -> None:
    """A system says in which language it wants to hear what was wrong; an account's own language is its person's business."""
    request.anhu_language = request.accept_languages.best_match(LANGUAGES, DEFAULT_LANGUAGE)  # type: ignore[attr-defined]  # where core.i18n keeps it


def _refuse_unreadable() -> None:
    """Control characters in an address are no number of anybody's."""
    sent = [*(request.view_args or {}).values(), *request.args.values()]
    if any(CONTROLS.search(str(value)) for value in sent):
        raise NotFound


def _refuse(refused: AnhuError, status: int) -> tuple[dict[str, Any], int]:
    errors = refused.errors if isinstance(refused, Invalid) else {}
    fields = {name: [say(reason) for reason in reasons] for name, reasons in errors.items()}
    return {"message": say(refused.reason), "errors": fields}, status


def _say(status: int, reason: Reason) -> tuple[dict[str, Any], int]:
    return {"message": say(reason), "errors": {}}, status


_SENTENCES = {
    400: Reason("api.malformed"),
    415: Reason("api.malformed"),
    401: Reason("api.unauthorised"),
    404: Reason("core.not_found"),
    405: Reason("api.no_such_request"),
    413: Reason("api.too_large"),
    422: Reason("api.unreadable"),
}


def _http(error: HTTPError) -> tuple[dict[str, Any], int, Headers]:
    """What the framework refuses, in the same shape: a body that is no JSON, fields that do not fit, no key."""
    reason = _SENTENCES.get(error.status_code)
    beside = error.detail.get("json", {}) if isinstance(error.detail, dict) else {}
    body = {"message": say(reason) if reason else error.message, "errors": _plain(beside)}
    return body, error.status_code, Headers(error.headers)


def _plain(messages: Any) -> Any:
    """Sentences that wait for their language, said."""
    if isinstance(messages, Mapping):
        return {str(name): _plain(value) for name, value in messages.items()}
    return [str(one) for one in messages] if isinstance(messages, list) else [str(messages)]


def _finish(response: Response) -> Response:
    response.headers.extend(HEADERS)
    response.headers["Cache-Control"] = "no-store"
    actor = g.get("actor")
    log().info(
        "request",
        method=request.method,
        endpoint=f"api.{request.endpoint}",
        status=response.status_code,
        role=actor.role.value if actor else None,
    )
    return response

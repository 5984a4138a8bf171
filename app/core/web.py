"""The edge of every page: request context, security headers, CSRF, errors in words, template filters, navigation.

Rooms' views use `read_session()` for pages and `transaction()` (core/db) for acts; nothing else opens a session in a request.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, render_template, request
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, SecurityError, UnsupportedMediaType
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Action, may
from app.core.clock import SHANGHAI, current_clock
from app.core.db import current_database
from app.core.errors import AnhuError, Conflict, Forbidden, Invalid, NotFound
from app.core.forms import tidy_form
from app.core.i18n import _, language, lazy_
from app.core.logs import log
from app.core.money import Money
from app.core.period import Period, parse_period
from app.core.plain_text import CONTROLS
from app.core.reasons import Reason, say, say_date, say_month, say_period
from config import Settings

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
MAX_BODY_BYTES = 12 * 1024 * 1024  # the largest roster workbook, with room for the form around it
MOST_THROWN_AWAY = 64 * 1024 * 1024  # of a body that is too large, so that its sender hears so
MAX_FORM_BYTES = 4 * 1024 * 1024  # a megabyte of Chinese text is three in a form's encoding

FORMS = frozenset({"", "application/x-www-form-urlencoded", "multipart/form-data"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITES = frozenset({"same-origin", "none"})
LOOPBACK_HOSTS = ("127.0.0.1", "localhost")  # health checks on the machine itself

csrf = CSRFProtect()

# Endpoints that take less than a form's length; rooms add their own where they are imported.
SMALL_BODIES: dict[str, int] = {}


@dataclass(frozen=True)
class NavItem:
    """One entry of the header, shown to roles that may do `action`."""

    endpoint: str
    label: Any
    action: Action


# What stands in the header, in order; a page that does not exist yet has no row.
NAVIGATION: tuple[NavItem, ...] = (
    NavItem("desk.home", lazy_("首页"), Action.USE_OWN_ACCOUNT),
    NavItem("patients.list_patients", lazy_("患者"), Action.SEE_REGISTER),
    NavItem("tasks.list_tasks", lazy_("任务"), Action.SEE_TASKS),
    NavItem("desk.alerts", lazy_("预警"), Action.SEE_ALERTS),
    NavItem("incidents.list_reports", lazy_("案（事）件"), Action.SEE_INCIDENTS),
    NavItem("visits.own_phone", lazy_("我的手机"), Action.WORK_OFFLINE),
    NavItem("patients.inbox", lazy_("线索"), Action.SEE_CLUES),
    NavItem("discharges.home", lazy_("出院对接"), Action.SEE_HANDOVERS),
    NavItem("roster.upload", lazy_("花名册"), Action.IMPORT_ROSTER),
    NavItem("subsidies.list_runs", lazy_("补贴发放"), Action.SEE_SUBSIDY),
    NavItem("insurance.index", lazy_("保险"), Action.SEE_INSURANCE),
    NavItem("benefits.index", lazy_("惠民待遇"), Action.SEE_BENEFITS),
    NavItem("subsidies.list_flags", lazy_("资金疑点"), Action.SEE_FLAGS),
    NavItem("numbers.index", lazy_("指标"), Action.SEE_NUMBERS),
    NavItem("desk.reports", lazy_("打印"), Action.SEE_REPORTS),
    NavItem("messages.overview", lazy_("通知"), Action.SEE_MESSAGES),
    NavItem("desk.late", lazy_("督办"), Action.SEE_COMPLIANCE),
    NavItem("audit.list_events", lazy_("审计"), Action.READ_AUDIT),
    NavItem("accounts.list_users", lazy_("账号管理"), Action.HELP_ACCOUNTS),
)


def init_app(app: Flask, settings: Settings) -> None:
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies)  # type: ignore[method-assign]  # how Werkzeug documents it
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_FORM_BYTES,
        SESSION_COOKIE_NAME="anhu_form",  # holds the CSRF secret and flashes only; who is signed in lives on the server
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        WTF_CSRF_TIME_LIMIT=None,  # a form may lie open over lunch; the token dies with its session
        WTF_CSRF_SSL_STRICT=settings.is_https,
        TRUSTED_HOSTS=[urlsplit(settings.public_url).netloc, *LOOPBACK_HOSTS] if settings.is_production else None,
    )
    app.before_request(_begin)
    app.before_request(_refuse_unreadable)
    csrf.init_app(app)
    app.after_request(_finish)
    app.teardown_appcontext(_close_session)
    app.context_processor(_context)
    app.jinja_env.filters.update(
        say=say,
        code_words=code_words,
        date_short=date_short,
        date_long=date_long,
        period=period_words,
        local_day=local_day,
        local_time=local_time,
        money=money,
        num=number,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    _register_errors(app)


def read_session() -> Session:
    """This request's session for reading, opened when first asked for and closed with the request."""
    session: Session | None = g.get("read_session")
    if session is None:
        context = current_database().looking()
        g.read_context, session = context, context.__enter__()
        g.read_session = session
    return session


def forget_reads() -> None:
    """Close the reading session, so that a page rendered after an act sees what the act stored."""
    _close_session(None)


def local_path(text: str | None) -> str | None:
    """`text` if it is a path on this site, safe to send a browser to; None for everything else."""
    if not text or not text.startswith("/") or text.startswith(("//", "/\\")) or CONTROLS.search(text):
        return None
    parts = urlsplit(text.replace("\t", "").replace("\n", "").replace("\r", ""))
    return None if parts.scheme or parts.netloc or text != text.strip() else text


def refuse_page(status: int, reason: Reason) -> tuple[str, int]:
    """An error page with its reason, for a view that refuses without an exception of the house."""
    return _page(status, reason)


def is_htmx() -> bool:
    return request.headers.get("HX-Request") == "true"


def show_errors(form: FlaskForm, refused: AnhuError) -> None:
    """Put a use case's refusal beside the fields that it names; what names no field goes to the top of the form."""
    errors = refused.errors if isinstance(refused, Invalid) else {"": (refused.reason,)}
    for name, reasons in errors.items():
        sentences = [say(reason) for reason in reasons]
        field = form[name] if name in form else None  # noqa: SIM401 - a form has no get()
        if field is None:
            form.form_errors.extend(sentences)
        else:
            field.errors = [*field.errors, *sentences]


def _begin() -> None:
    g.request_id = secrets.token_hex(6)
    if request.mimetype != "multipart/form-data":
        request.max_content_length = SMALL_BODIES.get(request.endpoint or "", MAX_FORM_BYTES)  # only uploads are large


def _refuse_unreadable() -> BaseResponse | tuple[str, int] | None:
    """Stop at the door what is no form of ours and control characters in an address; those in a form are said at its fields."""
    if request.mimetype not in FORMS:
        raise UnsupportedMediaType
    if request.method not in SAFE_METHODS and request.headers.get("Sec-Fetch-Site", "none") not in OWN_SITES:
        return _page(
            400, Reason("core.form_expired")
        )  # a second lock beside the form's token: browsers say where it comes from
    sent = [*(request.view_args or {}).values()]
    for name, several in request.args.lists():
        sent += [name, *several]
    if any(isinstance(value, str) and CONTROLS.search(value) for value in sent):
        return _page(400, Reason("core.unstorable_text"))
    tidy_form()
    return None


def _finish(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers[name] = value
    if _settings().is_https:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    if is_htmx() and response.status_code >= 400:
        response.headers["Anhu-Says"] = "line"  # words to show in place, and not a page from something in front of us
    actor = g.get("actor")
    log().info(
        "request",
        request_id=g.get("request_id"),
        method=request.method,
        endpoint=request.endpoint,
        status=response.status_code,
        role=actor.role.value if actor else None,
    )
    return response


def _close_session(_error: BaseException | None) -> None:
    g.pop("read_session", None)
    context = g.pop("read_context", None)
    if context is not None:
        context.__exit__(None, None, None)


def _context() -> dict[str, Any]:
    actor = g.get("actor")
    items: Iterable[NavItem] = NAVIGATION if actor else ()
    return {
        "current_actor": actor,
        "nav_items": [
            (item.endpoint, item.label, request.endpoint == item.endpoint)
            for item in items
            if may(actor, item.action) and item.endpoint in current_app.view_functions
        ],
        "is_demo": _settings().is_demo,
        "locale": language(),
        "today": current_clock().today(),
        "may": lambda action: actor is not None and may(actor, Action(action)),
        "request_id": g.get("request_id"),
    }


def _settings() -> Settings:
    settings: Settings = current_app.extensions["anhu.settings"]
    return settings


# -- filters ---------------------------------------------------------------------------------------------------------


def date_short(value: date | None) -> str:
    """11月21日 · 21 Nov; with the year where it is not this year's business."""
    return "—" if value is None else short_date(value, current_clock().today())


def short_date(value: date, today: date) -> str:
    return _short_date_in(language(), value) if value.year == today.year else date_long(value)


@lru_cache(maxsize=1024)
def _short_date_in(_language: str, value: date) -> str:
    """Lists say the same few days over and over."""
    return _("%(month)s%(day)s日", month=say_month(value), day=value.day)


def period_words(value: Period | str) -> str:
    """`2026年第3季度`, of a period or of its code."""
    return say_period(parse_period(value) if isinstance(value, str) else value)


def date_long(value: date | None) -> str:
    return "—" if value is None else say_date(value)


def local_time(value: datetime | None) -> str:
    """11月21日 10:42 in Shanghai."""
    if value is None:
        return "—"
    return f"{date_short(local_day(value))} {value.astimezone(SHANGHAI):%H:%M}"


def local_day(value: datetime) -> date:
    """The day in Shanghai on which an instant falls."""
    return value.astimezone(SHANGHAI).date()


def code_words(code: str) -> str:
    """The words of a code without arguments (an audit action, a reason that was chosen)."""
    return say(Reason(code))


def money(value: Money | int | None) -> str:
    if value is None:
        return "—"
    return (value if isinstance(value, Money) else Money(value)).grouped


def number(value: int | None) -> str:
    return "—" if value is None else f"{value:,}"


# -- errors ----------------------------------------------------------------------------------------------------------


def _register_errors(app: Flask) -> None:
    app.register_error_handler(NotFound, lambda error: _page(404, error.reason))
    app.register_error_handler(Forbidden, lambda error: _page(403, error.reason))
    app.register_error_handler(Conflict, lambda error: _page(409, error.reason))
    app.register_error_handler(StaleDataError, lambda _error: _page(409, Reason("core.stale_version")))
    app.register_error_handler(Invalid, _invalid)
    app.register_error_handler(IntegrityError, _integrity)
    app.register_error_handler(OperationalError, _unavailable)
    app.register_error_handler(PoolTimeout, _unavailable)
    for unstorable in (DataError, OverflowError):
        app.register_error_handler(unstorable, _unstorable_value)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _http(error: HTTPException) -> BaseResponse | tuple[str, int]:
    if isinstance(error, SecurityError):  # asked for under another site's name: no page of ours is drawn under it
        return Response("400", status=400, mimetype="text/plain")
    if error.code is None or error.code < 400:
        return error.get_response()
    return _page(error.code, None)


def _invalid(refused: Invalid) -> tuple[str, int]:
    """For acts without a form of their own to show the errors at: the first of them says what to do."""
    named = [reason for reasons in refused.errors.values() for reason in reasons]
    return _page(400, named[0] if named else refused.reason)


def _integrity(_error: IntegrityError) -> tuple[str, int]:
    log().warning("integrity", request_id=g.get("request_id"), where=request.endpoint)
    return _page(409, Reason("core.conflict"))


def _unavailable(error: OperationalError | PoolTimeout) -> tuple[str, int]:
    cause = error.orig if isinstance(error, OperationalError) else error
    log().error("database", request_id=g.get("request_id"), where=request.endpoint, error=type(cause).__name__)
    return _page(503, None)


def _unstorable_value(error: DataError | OverflowError) -> tuple[str, int]:
    """A number or text beyond what a column holds: nothing was stored."""
    log().warning("unstorable", request_id=g.get("request_id"), where=request.endpoint, error=type(error).__name__)
    return _page(400, Reason("core.unstorable_value"))


def _unexpected(error: Exception) -> tuple[str, int]:
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    where = f"{'/'.join(Path(frame.tb_frame.f_code.co_filename).parts[-2:])}:{frame.tb_lineno}" if frame else ""
    log().error("unexpected", request_id=g.get("request_id"), error=type(error).__name__, where=where)
    return _page(500, None)


_OWN_PAGES = frozenset({400, 403, 404, 409, 413, 429, 500, 503})


def _read_to_the_end() -> None:
    """Take what a browser is still sending, up to a bound: one that is cut off while it sends shows none of our words."""
    stream, left = request.environ.get("wsgi.input"), MOST_THROWN_AWAY
    while stream is not None and left > 0 and (part := stream.read(min(left, 2**16))):
        left -= len(part)


def _page(status: int, reason: Reason | None) -> tuple[str, int]:
    _close_session(None)
    if status == RequestEntityTooLarge.code:
        _read_to_the_end()
    if is_htmx():
        return render_template("errors/line.html", reason=reason), status
    template = status if status in _OWN_PAGES else (400 if status < 500 else 500)
    return render_template(f"errors/{template}.html", reason=reason, request_id=g.get("request_id")), status

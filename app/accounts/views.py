"""Signing in and out, language, own password; an administrator's list of accounts. Also who is asking, on every request."""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask import session as form_session
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response as BaseResponse

from app.accounts import queries, service, sign_in
from app.accounts.forms import NewUserForm, PasswordForm, SignInForm
from app.accounts.models import User
from app.accounts.sessions import COOKIE, close_session, find_signed_in, open_session, touch
from app.accounts.sign_in import Attempt, KnownDevice, TooManyAttempts
from app.audit.service import note
from app.core.access import Action, current_actor, permit
from app.core.actor import Role
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import AnhuError, Invalid
from app.core.fields import choices
from app.core.forms import refuse_untidy
from app.core.health import is_loopback
from app.core.i18n import LANGUAGES, _
from app.core.passwords import TooBusy, current_passwords
from app.core.reasons import Reason, say
from app.core.web import forget_reads, local_path, read_session, refuse_page, show_errors
from config import Settings

accounts = Blueprint("accounts", __name__, template_folder="templates")

DEVICE_COOKIE = "anhu_device"
DEVICE_FOR = timedelta(days=180)
LANGUAGE_COOKIE = "anhu_language"
LANGUAGE_FOR = timedelta(days=365)

# What can be reached without an actor being looked up, and what a user with a one-time password can still reach.
_WITHOUT_ACTOR = frozenset({"static", "health.healthz", "health.metrics"})
_BEFORE_OWN_PASSWORD = frozenset({"accounts.change_password", "accounts.sign_out", "accounts.set_language"})


# -- who is asking ---------------------------------------------------------------------------------------------------


@accounts.before_app_request
def load_actor() -> BaseResponse | None:
    """Find the actor behind the cookie, as the database knows it now."""
    token = request.cookies.get(COOKIE)
    if not token or request.endpoint in _WITHOUT_ACTOR:
        return None
    now = current_clock().now()
    found = find_signed_in(read_session(), token, now)
    if found is None:
        return None
    g.actor, g.session_token = found.actor, token
    g.who = f"{found.place} · {role_name(found.actor.role)}"
    if found.is_seen_due:
        _touch(found.token_hash)
    if found.must_change_password and request.endpoint not in _BEFORE_OWN_PASSWORD:
        return redirect(url_for("accounts.change_password"))
    return None


def _touch(token_hash: bytes) -> None:
    """A page is not refused because a minute's `seen_at` could not be written."""
    try:
        with transaction() as session:
            touch(session, token_hash, current_clock().now())
    except OperationalError:
        current_app.logger.debug("seen_at waits for the next page")


@accounts.app_template_filter("role_name")
def role_name(role: Role | str) -> str:
    """精防医生 for `doctor`."""
    return say(Reason(f"accounts.role_name.{role}"))


# -- signing in and out ----------------------------------------------------------------------------------------------


@accounts.route("/login", methods=["GET", "POST"], endpoint="sign_in")
@permit(Action.SIGN_IN)
def sign_in_page() -> str | BaseResponse | tuple[str, int]:
    if g.get("actor") is not None:
        return redirect("/")
    form = SignInForm()
    if request.method == "GET":
        form.next.data = local_path(request.args.get("next")) or ""
        return render_template("accounts/sign_in.html", form=form, demo_names=_demo_names())
    if not form.validate_on_submit():
        return render_template("accounts/sign_in.html", form=form, demo_names=_demo_names()), 400
    try:
        entered = _try_sign_in(form.name.data or "", form.password.data or "")
    except (TooManyAttempts, TooBusy) as refused:
        code = "accounts.sign_in.source" if isinstance(refused, TooManyAttempts) else "accounts.sign_in.busy"
        return refuse_page(429, Reason(code))
    if entered is None:
        show_errors(form, Invalid({"": [Reason("accounts.sign_in.refused")]}))
        return render_template("accounts/sign_in.html", form=form, demo_names=_demo_names()), 401
    return _enter(*entered, local_path(form.next.data) or "/")


def _try_sign_in(name: str, password: str) -> tuple[User, str] | None:
    """Charge, check, complete: three steps, so that no transaction is held open while a password is hashed."""
    passwords, now = current_passwords(), current_clock().now()
    with transaction() as session:
        attempt = sign_in.charge_attempt(session, passwords, name, _source(), _known_device(), now)
    if not _is_right(attempt, password):
        return None
    with transaction() as session:
        return sign_in.complete_sign_in(session, attempt, current_clock().now())


def _is_right(attempt: Attempt, password: str) -> bool:
    if current_passwords().is_right(attempt.stored_hash, password) and attempt.user_id is not None:
        return True
    with transaction() as session:
        sign_in.note_refusal(session, attempt, current_clock().now())
    return False


def _enter(user: User, token: str, target: str) -> BaseResponse:
    """A fresh form session (and with it a fresh CSRF secret) for the signed-in browser."""
    form_session.clear()
    response = redirect(target)
    _set_session_cookie(response, token)
    _set_cookie(response, LANGUAGE_COOKIE, user.language, LANGUAGE_FOR)
    _set_cookie(
        response, DEVICE_COOKIE, _device_signer().dumps([user.public_id, secrets.token_urlsafe(12)]), DEVICE_FOR
    )
    return response


@accounts.route("/logout", methods=["POST"])
@permit(Action.SIGN_IN)
def sign_out() -> BaseResponse:
    """Open to everybody: whoever is no longer signed in is where they wanted to be."""
    actor = g.get("actor")
    if actor is not None:
        with transaction() as session:
            close_session(session, g.session_token)
            note(session, actor, "accounts.signed_out", now=current_clock().now())
    form_session.clear()
    flash(_("您已退出。"))
    response = redirect(url_for("accounts.sign_in"))
    response.delete_cookie(COOKIE, secure=_settings().is_https, httponly=True, samesite="Lax")
    return response


@accounts.route("/language", methods=["POST"])
@permit(Action.SIGN_IN)
def set_language() -> BaseResponse:
    refuse_untidy()
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        raise Invalid({"language": [Reason("accounts.language.unknown")]})
    response = redirect(local_path(request.form.get("next")) or "/")
    _set_cookie(response, LANGUAGE_COOKIE, chosen, LANGUAGE_FOR)
    actor = g.get("actor")
    if actor is not None:
        with transaction() as session:
            service.set_language(session, actor, chosen)
    return response


@accounts.route("/account/password", methods=["GET", "POST"])
@permit(Action.USE_OWN_ACCOUNT)
def change_password() -> str | BaseResponse | tuple[str, int]:
    form = PasswordForm()
    if request.method == "GET":
        return render_template("accounts/password.html", form=form)
    if not form.validate_on_submit():
        return render_template("accounts/password.html", form=form), 400
    actor, now = current_actor(), current_clock().now()
    try:
        if not _knows_own_password(form.password.data or ""):
            raise Invalid({"password": [Reason("accounts.password.wrong")]})
        with transaction() as session:
            user = session.get_one(User, actor.user_id)
            service.set_password(session, current_passwords(), actor, user, form.new_password.data or "", now)
            token = open_session(session, user, user.session_epoch, now)
    except Invalid as refused:
        show_errors(form, refused)
        return render_template("accounts/password.html", form=form), 400
    flash(_("密码已修改。其他浏览器上的登录已全部退出。"), "success")
    return _enter(user, token, "/")


def _knows_own_password(password: str) -> bool:
    """The present password, under the same delay as signing in: an unattended browser is no way to guess it."""
    passwords, now = current_passwords(), current_clock().now()
    name = read_session().get_one(User, current_actor().user_id).name
    forget_reads()
    try:
        with transaction() as session:
            attempt = sign_in.charge_attempt(session, passwords, name, _source(), _known_device(), now)
        if not _is_right(attempt, password):
            return False
    except (TooManyAttempts, TooBusy):
        return False
    with transaction() as session:
        sign_in.forgive(session, attempt)
    return True


# -- keeping accounts ------------------------------------------------------------------------------------------------


@accounts.route("/admin/")
@permit(Action.HELP_ACCOUNTS)
def list_users() -> str:
    page = queries.list_users(read_session(), current_actor(), request.args.get("after"))
    return render_template("accounts/list_users.html", page=page)


@accounts.route("/admin/users/new", methods=["GET", "POST"])
@permit(Action.KEEP_ACCOUNTS)
def create_user() -> str | tuple[str, int]:
    form = _new_user_form()
    if request.method == "GET":
        return render_template("accounts/create_user.html", form=form)
    if not form.validate_on_submit():
        return render_template("accounts/create_user.html", form=form), 400
    forget_reads()
    password, actor = service.one_time_password(), current_actor()
    try:
        with transaction() as session:
            user = service.create_user(
                session, current_passwords(), actor, form.to_command(password), current_clock().now()
            )
    except AnhuError as refused:
        show_errors(form, refused)
        return render_template("accounts/create_user.html", form=form), 400
    return render_template("accounts/one_time_password.html", user=user, password=password, is_new=True)


@accounts.route("/admin/users/<public_id>/reset", methods=["POST"])
@permit(Action.HELP_ACCOUNTS)
def reset_password(public_id: str) -> str:
    with transaction() as session:
        user = queries.get_user(session, current_actor(), public_id)
        password = service.reset_password(session, current_passwords(), current_actor(), user, current_clock().now())
    return render_template("accounts/one_time_password.html", user=user, password=password, is_new=False)


@accounts.route("/admin/users/<public_id>/disable", methods=["POST"])
@permit(Action.HELP_ACCOUNTS)
def disable_user(public_id: str) -> BaseResponse:
    with transaction() as session:
        user = queries.get_user(session, current_actor(), public_id)
        service.disable_user(session, current_actor(), user, current_clock().now())
    flash(_("%(name)s 已停用，正在使用的登录已退出。", name=user.name), "success")
    return redirect(url_for("accounts.list_users"))


@accounts.route("/admin/users/<public_id>/enable", methods=["POST"])
@permit(Action.HELP_ACCOUNTS)
def enable_user(public_id: str) -> BaseResponse:
    with transaction() as session:
        user = queries.get_user(session, current_actor(), public_id)
        service.enable_user(session, current_actor(), user, current_clock().now())
    flash(_("%(name)s 已重新启用。", name=user.name), "success")
    return redirect(url_for("accounts.list_users"))


def _new_user_form() -> NewUserForm:
    actor, session = current_actor(), read_session()
    form = NewUserForm()
    roles = [(role.value, role_name(role)) for role in Role if role is not Role.OPERATOR]
    places = [(place.code, f"{place.code} {place.name}") for place in queries.list_places(session, actor)]
    agencies = [(agency.id, agency.name) for agency in queries.list_agencies(session, actor)]
    form.role.choices = choices([("", _("请选择")), *roles])
    form.area_code.choices = choices(places)
    form.agency_id.choices = choices([("", _("不属于单位")), *agencies])
    return form


# -- cookies ---------------------------------------------------------------------------------------------------------


def _set_session_cookie(response: BaseResponse, token: str) -> None:
    """Ends with the browser; the server's own limits are shorter."""
    response.set_cookie(COOKIE, token, secure=_settings().is_https, httponly=True, samesite="Lax")


def _set_cookie(response: BaseResponse, name: str, value: str, lifetime: timedelta) -> None:
    response.set_cookie(name, value, max_age=lifetime, secure=_settings().is_https, httponly=True, samesite="Lax")


def _known_device() -> KnownDevice | None:
    """The device cookie, if it is one of ours; a forged one is as good as none."""
    try:
        user_public_id, device_id = _device_signer().loads(request.cookies.get(DEVICE_COOKIE, ""))
    except (BadSignature, ValueError, TypeError):
        return None
    return KnownDevice(str(user_public_id), str(device_id))


def _device_signer() -> URLSafeSerializer:
    return URLSafeSerializer(_settings().secret_key, salt="anhu.device")


def _source() -> str | None:
    """Where an attempt comes from. None behind a proxy that was not declared (ANHU_PROXIES): all would share its address."""
    address = request.remote_addr or ""
    return None if _settings().is_production and is_loopback(address) else address


def _settings() -> Settings:
    settings: Settings = current_app.extensions["anhu.settings"]
    return settings


def _demo_names() -> tuple[Role, ...]:
    return tuple(role for role in Role if role is not Role.OPERATOR) if _settings().is_demo else ()

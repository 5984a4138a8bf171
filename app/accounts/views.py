"""Signing in and out, language, own password; an administrator's list of accounts. Also who is asking, on every request."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, g, make_response, redirect, render_template, request, url_for
from flask import session as form_session
from flask_wtf.csrf import CSRFError, generate_csrf
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response as BaseResponse

from app.accounts import queries, service, sign_in
from app.accounts.cookies import (
    drop_session_cookie,
    known_device,
    set_device_cookie,
    set_language_cookie,
    set_session_cookie,
)
from app.accounts.forms import NewUserForm, PasswordForm, SignInForm
from app.accounts.kept import KeptForm, keep_form, read_kept
from app.accounts.models import User
from app.accounts.sessions import COOKIE, close_session, find_signed_in, open_session, touch
from app.accounts.sign_in import Attempt, TooManyAttempts
from app.accounts.views_contacts import contacts
from app.audit.service import note
from app.core.access import Action, NotSignedIn, current_actor, permit
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
from app.core.web import forget_reads, is_htmx, local_path, read_session, refuse_page, show_errors
from config import Settings

__all__ = ["accounts", "contacts"]

accounts = Blueprint("accounts", __name__, template_folder="templates")

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


# -- who asks without being signed in any more -----------------------------------------------------------------------


@accounts.app_errorhandler(NotSignedIn)
def ask_to_sign_in(_error: Exception) -> BaseResponse | tuple[str, int]:
    """A page is asked for again after signing in; a form waits in the sign-in page; what a script asked for says it in a line."""
    if is_htmx():
        return render_template("accounts/_signed_out.html"), 401
    if request.method == "POST":
        return _sign_in_again()
    target = request.full_path.rstrip("?")
    if target == "/":
        return redirect(url_for("accounts.sign_in"))
    flash(_("请先登录，再继续刚才的操作。"))
    return redirect(url_for("accounts.sign_in", next=target))


@accounts.app_errorhandler(CSRFError)
def renew_form(_error: Exception) -> BaseResponse | tuple[str, int]:
    """A form whose token ended with the session that it was made in. Only a browser's word that it is our own page renews it."""
    if request.headers.get("Sec-Fetch-Site") != "same-origin":
        return refuse_page(400, Reason("core.form_expired"))
    elsewhere = load_actor()  # forms are looked at first, people after them
    if elsewhere is not None:
        return elsewhere
    actor, kept = g.get("actor"), read_kept(request.form.get("kept")) or keep_form()
    if actor is None:
        return ask_to_sign_in(NotSignedIn()) if is_htmx() or kept else refuse_page(400, Reason("core.form_expired"))
    if is_htmx():
        response = make_response(refuse_page(400, Reason("accounts.form_renewed")))
        response.headers["Anhu-Form-Token"] = generate_csrf()
        return response
    return (_resume(kept, actor.name), 400) if kept else refuse_page(400, Reason("core.form_expired"))


def _sign_in_again() -> tuple[str, int]:
    kept = keep_form()
    form = SignInForm(formdata=None, data={"kept": kept.to_text() if kept else ""})
    return _sign_in_page(form, has_expired=True), 401


def _sign_in_page(form: SignInForm, *, has_expired: bool = False) -> str:
    return render_template("accounts/sign_in.html", form=form, demo_names=_demo_names(), has_expired=has_expired)


# -- signing in and out ----------------------------------------------------------------------------------------------


@accounts.route("/login", methods=["GET", "POST"], endpoint="sign_in")
@permit(Action.SIGN_IN)
def sign_in_page() -> str | BaseResponse | tuple[str, int]:
    if g.get("actor") is not None:
        return redirect("/")
    form = SignInForm()
    if request.method == "GET":
        form.next.data = local_path(request.args.get("next")) or ""
        return _sign_in_page(form)
    if not form.validate_on_submit():
        return _sign_in_page(form), 400
    try:
        entered = _try_sign_in(form.name.data or "", form.password.data or "")
    except (TooManyAttempts, TooBusy) as refused:
        code = "accounts.sign_in.source" if isinstance(refused, TooManyAttempts) else "accounts.sign_in.busy"
        return refuse_page(429, Reason(code))
    if entered is None:
        show_errors(form, Invalid({"": [Reason("accounts.sign_in.refused")]}))
        return _sign_in_page(form), 401
    return _enter(*entered, local_path(form.next.data) or "/", read_kept(form.kept.data))


def _try_sign_in(name: str, password: str) -> tuple[User, str] | None:
    """Charge, check, complete: three steps, so that no transaction is held open while a password is hashed."""
    passwords, now = current_passwords(), current_clock().now()
    with transaction() as session:
        attempt = sign_in.charge_attempt(session, passwords, name, _source(), known_device(), now)
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


def _enter(user: User, token: str, target: str, kept: KeptForm | None = None) -> BaseResponse:
    """A fresh form session (and with it a fresh CSRF secret) for the signed-in browser."""
    form_session.clear()
    g.pop("csrf_token", None)  # made with the old secret
    response = make_response(_resume(kept, user.display_name)) if kept else redirect(target)
    set_session_cookie(response, token)
    set_language_cookie(response, user.language)
    set_device_cookie(response, user.public_id)
    return response


def _resume(kept: KeptForm, name: str) -> str:
    """The form that waited: sent on by a button, because saving is the person's act and not ours."""
    return render_template("accounts/resume.html", kept=kept, name=name)


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
    drop_session_cookie(response)
    return response


@accounts.route("/language", methods=["POST"])
@permit(Action.SIGN_IN)
def set_language() -> BaseResponse:
    refuse_untidy("language", "next")
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        raise Invalid({"language": [Reason("accounts.language.unknown")]})
    response = redirect(local_path(request.form.get("next")) or "/")
    set_language_cookie(response, chosen)
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
            attempt = sign_in.charge_attempt(session, passwords, name, _source(), known_device(), now)
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


def _source() -> str | None:
    """Where an attempt comes from. None behind a proxy that was not declared (ANHU_PROXIES): all would share its address."""
    address = request.remote_addr or ""
    return None if _settings().is_production and is_loopback(address) else address


def _settings() -> Settings:
    settings: Settings = current_app.extensions["anhu.settings"]
    return settings


def _demo_names() -> tuple[Role, ...]:
    return tuple(role for role in Role if role is not Role.OPERATOR) if _settings().is_demo else ()

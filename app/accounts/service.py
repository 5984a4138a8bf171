"""Keeping accounts: make, change, disable, reset. Every change that matters bumps the epoch, which ends the user's sessions."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.commands import NewUser
from app.accounts.models import SavedView, User
from app.accounts.queries import find_agency, find_by_name, list_of_person, list_views
from app.accounts.rules import clash_of_duties, fits_area, name_problems, password_problems, tidy_name
from app.areas.models import Agency, AgencyKind, Area
from app.areas.rules import is_within, level_of
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor, Role
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.i18n import LANGUAGES
from app.core.passwords import Passwords
from app.core.reasons import Reason

ONE_TIME_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is misread aloud or on paper
ONE_TIME_GROUPS = 3
MOST_VIEWS = 12  # of one list: what stands in a row of buttons

_AGENCY_KINDS = {
    Role.DOCTOR: AgencyKind.HEALTH_CENTRE,
    Role.HEALTH_LEAD: AgencyKind.HEALTH_CENTRE,
    Role.VILLAGE_DOCTOR: AgencyKind.VILLAGE_CLINIC,
    Role.VILLAGE_WORKER: AgencyKind.VILLAGE_COMMITTEE,
    Role.POLICE: AgencyKind.POLICE,
    Role.TOWN: AgencyKind.GOVERNANCE,
    Role.COORDINATOR: AgencyKind.GOVERNANCE,
    Role.CLERK: AgencyKind.CIVIL_AFFAIRS,
    Role.REVIEWER: AgencyKind.CIVIL_AFFAIRS,
    Role.FINANCE: AgencyKind.FINANCE,
    Role.HOSPITAL: AgencyKind.HOSPITAL,
    Role.COUNTY_OFFICE: AgencyKind.COUNTY_OFFICE,
    Role.PARTNER: AgencyKind.PARTNER,
    Role.AUDITOR: AgencyKind.AUDIT,
}


def create_user(session: Session, passwords: Passwords, actor: Actor, new: NewUser, now: datetime) -> User:
    """Make an account in the actor's area. Raises Invalid by field, Forbidden for another area, Conflict for clashing duties."""
    require(actor, Action.KEEP_ACCOUNTS)
    name = tidy_name(new.name)
    _refuse_bad_account(session, actor, new, name)
    _refuse_clashing_duties(session, new.person_id, new.role)
    user = User(
        name=name,
        display_name=new.display_name.strip() or name,
        password_hash=passwords.hash(new.password),
        role=new.role,
        area_code=new.area_code,
        agency_id=new.agency_id,
        person_id=new.person_id,
        must_change_password=new.must_change_password,
        created_at=now,
        created_by=actor.user_id,
    )
    session.add(user)
    session.flush()
    _note(session, actor, "accounts.created", user, now, {"role": user.role.value})
    return user


def find_or_make_agency(session: Session, actor: Actor, name: str, role: Role, area_code: str, now: datetime) -> Agency:
    """The institution that a new account of this role and area belongs to, made when it is named for the first time."""
    require(actor, Action.KEEP_ACCOUNTS)
    if session.get(Area, area_code) is None or not is_within(area_code, actor.area_prefix):
        raise Invalid({"area_code": [Reason("accounts.area.unknown")]})
    found = find_agency(session, name, area_code)
    if found is None:
        found = Agency(name=name, kind=_AGENCY_KINDS.get(role, AgencyKind.OTHER), area_code=area_code)
        session.add(found)
        session.flush()
        note(session, actor, "accounts.agency_made", now=now, subject=("agency", found.public_id), area_code=area_code)
    return found


def set_password(
    session: Session, passwords: Passwords, actor: Actor, user: User, password: str, now: datetime
) -> None:
    """A user's own new password; the account's other browsers are signed out."""
    problems = password_problems(password, user.name)
    if problems:
        raise Invalid({"new_password": problems})
    user.password_hash = passwords.hash(password)
    user.must_change_password = False
    _end_sessions(user)
    _note(session, actor, "accounts.password_changed", user, now)


def reset_password(session: Session, passwords: Passwords, actor: Actor, user: User, now: datetime) -> str:
    """Set a one-time password and return it, to be handed over; the user must choose another at the next sign-in."""
    require(actor, Action.HELP_ACCOUNTS)
    password = one_time_password()
    user.password_hash = passwords.hash(password)
    user.must_change_password = True
    _end_sessions(user)
    _note(session, actor, "accounts.password_reset", user, now)
    return password


def change_role(session: Session, actor: Actor, user: User, role: Role, now: datetime) -> None:
    require(actor, Action.KEEP_ACCOUNTS)
    _refuse_own(actor, user)
    if role is Role.OPERATOR:
        raise Invalid({"role": [Reason("accounts.role.operator")]})
    _refuse_clashing_duties(session, user.person_id, role, apart_from=user.id)
    if not fits_area(role, level_of(user.area_code)):
        raise Invalid({"role": [Reason("accounts.area.level")]})
    before, user.role = user.role, role
    _end_sessions(user)
    _note(session, actor, "accounts.role_changed", user, now, {"from": before.value, "to": role.value})


def change_area(
    session: Session, actor: Actor, user: User, area_code: str, agency_id: int | None, now: datetime
) -> None:
    require(actor, Action.KEEP_ACCOUNTS)
    _refuse_own(actor, user)
    problems = _place_problems(session, actor, area_code, agency_id)
    if problems:
        raise Invalid(problems)
    if not fits_area(user.role, level_of(area_code)):
        raise Invalid({"area_code": [Reason("accounts.area.level")]})
    before, user.area_code = user.area_code, area_code
    user.agency_id = agency_id
    _end_sessions(user)
    _note(session, actor, "accounts.area_changed", user, now, {"from": before, "to": area_code})


def disable_user(session: Session, actor: Actor, user: User, now: datetime) -> None:
    """The account can no longer sign in, and whatever it has open ends at once."""
    require(actor, Action.HELP_ACCOUNTS)
    _refuse_own(actor, user)
    if user.is_disabled:
        raise Conflict(Reason("accounts.already_disabled"))
    user.is_disabled = True
    _end_sessions(user)
    _note(session, actor, "accounts.disabled", user, now)


def enable_user(session: Session, actor: Actor, user: User, now: datetime) -> None:
    require(actor, Action.HELP_ACCOUNTS)
    if not user.is_disabled:
        raise Conflict(Reason("accounts.not_disabled"))
    _refuse_clashing_duties(session, user.person_id, user.role, apart_from=user.id)
    user.is_disabled = False
    _end_sessions(user)
    _note(session, actor, "accounts.enabled", user, now)


def set_language(session: Session, actor: Actor, language: str) -> None:
    """Which language this user reads; ends no session."""
    user = session.get(User, actor.user_id)
    if user is None:
        raise NotFound
    if language in LANGUAGES:
        user.language = language


def one_time_password() -> str:
    """Three groups of four characters that can be read aloud: 59 bits."""
    groups = ("".join(secrets.choice(ONE_TIME_ALPHABET) for _ in range(4)) for _ in range(ONE_TIME_GROUPS))
    return "-".join(groups)


def _end_sessions(user: User) -> None:
    user.session_epoch += 1


def _refuse_bad_account(session: Session, actor: Actor, new: NewUser, name: str) -> None:
    errors: dict[str, list[Reason]] = _place_problems(session, actor, new.area_code, new.agency_id)
    errors |= {"name": problems} if (problems := name_problems(name)) else {}
    errors |= {"password": problems} if (problems := password_problems(new.password, name)) else {}
    if new.role is Role.OPERATOR:
        errors["role"] = [Reason("accounts.role.operator")]
    if "area_code" not in errors and not fits_area(new.role, level_of(new.area_code)):
        errors["area_code"] = [Reason("accounts.area.level")]
    if "name" not in errors and find_by_name(session, name) is not None:
        errors["name"] = [Reason("accounts.name.taken")]
    if errors:
        raise Invalid(errors)


def _place_problems(session: Session, actor: Actor, area_code: str, agency_id: int | None) -> dict[str, list[Reason]]:
    if session.get(Area, area_code) is None or not is_within(area_code, actor.area_prefix):
        return {"area_code": [Reason("accounts.area.unknown")]}
    agency = session.get(Agency, agency_id) if agency_id is not None else None
    if agency_id is not None and (agency is None or not is_within(agency.area_code, actor.area_prefix)):
        return {"agency_id": [Reason("accounts.agency.unknown")]}
    return {}


def _refuse_clashing_duties(session: Session, person_id: int | None, role: Role, apart_from: int | None = None) -> None:
    if person_id is None:
        return
    for other in list_of_person(session, person_id):
        if other.id != apart_from and clash_of_duties(role, other.role):
            raise Conflict(Reason("accounts.duties_clash"))


def _refuse_own(actor: Actor, user: User) -> None:
    """Nobody changes what they themselves may do."""
    if actor.user_id == user.id:
        raise Forbidden(Reason("accounts.not_own"))


def _note(
    session: Session, actor: Actor, action: str, user: User, now: datetime, detail: dict[str, str] | None = None
) -> None:
    note(session, actor, action, now=now, subject=("user", user.public_id), area_code=user.area_code, detail=detail)


def save_view(session: Session, actor: Actor, page: str, name: str, query: str, now: datetime) -> SavedView:
    """Keep a list's filters under a name; the same name again stands for the new ones. Raises `Invalid` by field.

    `query` is written by the list itself from what it knows, so that nothing of a person is kept in it.
    """
    if actor.user_id is None:
        raise Forbidden()
    name = name.strip()
    if not name:
        raise Invalid({"name": [Reason("accounts.view.unnamed")]})
    standing = list_views(session, actor, page)
    view = next((one for one in standing if one.name == name), None)
    if view is None:
        if len(standing) >= MOST_VIEWS:
            raise Invalid({"name": [Reason("accounts.view.too_many", {"most": MOST_VIEWS})]})
        view = SavedView(user_id=actor.user_id, page=page, name=name, query=query, created_at=now)
        session.add(view)
    view.query, view.created_at = query, now
    session.flush()
    return view


def delete_view(session: Session, actor: Actor, page: str, public_id: str) -> None:
    """Raises `NotFound` for what is not the actor's own."""
    view = next((one for one in list_views(session, actor, page) if one.public_id == public_id), None)
    if view is None:
        raise NotFound
    session.delete(view)

"""Who answers for an office: its named contacts; without them whoever works there; without anybody, one office further up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import AgencyContact, User
from app.areas.models import Agency
from app.areas.rules import AreaLevel, county_of, level_of, path_to, prefix_of, town_of
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor, Role
from app.core.errors import Conflict, Invalid, NotFound
from app.core.reasons import reason
from app.core.scope import within, within_prefix

MOST_NAMED = 3
RANKS = (1, 2, 3)
# whoever is asked after the office itself, the nearest first
_ABOVE = (Role.COORDINATOR, Role.COUNTY_OFFICE, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody who can be called to account: an account, its bearer's name, the office."""

    user_id: int | None
    name: str
    agency_id: int | None
    agency: str

    @property
    def words(self) -> str:
        return f"{self.agency} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class OfficeContacts:
    """An office of the actor's area with the persons who answer for it, and those who could."""

    agency: Agency
    contacts: list[tuple[AgencyContact, User]]
    users: list[User]


def who_answers(session: Session, where: int | str | None, today: date, role: Role | None = None) -> list[Named]:
    """The persons to turn to, the first to be asked first; never nobody.

    `where` is an agency's id, or the area code of whoever has none; `role` narrows whom of an area is meant. An empty roster climbs:
    named contacts → anybody who works there → the town → the county's coordinator → its office → its administrator → the
    administrators of the city and above. Where not one account is left, the office itself is named.
    """
    agency = session.get(Agency, where) if isinstance(where, int) else None
    area_code = agency.area_code if agency else (where if isinstance(where, str) else "")
    for query in _in_turn(agency, area_code, today, role):
        found = session.execute(query.limit(MOST_NAMED)).all()
        if found:
            return [Named(user_id, name, agency_id, office or "") for user_id, name, agency_id, office in found]
    return [Named(None, "", agency.id if agency else None, agency.name if agency else area_code)]


def list_offices(session: Session, actor: Actor, today: date) -> list[OfficeContacts]:
    """The actor's offices that have accounts or contacts, in the order of their places."""
    require(actor, Action.KEEP_CONTACTS)
    users = session.scalars(
        select(User)
        .where(within(User.area_code, actor), User.agency_id.is_not(None), ~User.is_disabled)
        .order_by(User.id)
    ).all()
    rows = session.execute(
        select(AgencyContact, User)
        .join(User, User.id == AgencyContact.user_id)
        .join(Agency, Agency.id == AgencyContact.agency_id)
        .where(within(Agency.area_code, actor), _holds(today))
        .order_by(AgencyContact.rank)
    ).all()
    wanted = {user.agency_id for user in users} | {contact.agency_id for contact, _user in rows}
    agencies = session.scalars(select(Agency).where(Agency.id.in_(wanted)).order_by(Agency.area_code, Agency.id))
    return [
        OfficeContacts(
            agency,
            [(contact, user) for contact, user in rows if contact.agency_id == agency.id],
            [user for user in users if user.agency_id == agency.id],
        )
        for agency in agencies
    ]


def name_contact(
    session: Session, actor: Actor, agency: str, user: str, rank: int, today: date, now: datetime
) -> AgencyContact:
    """From today this account answers for the office at this place in the order; whoever did so until now does no more."""
    require(actor, Action.KEEP_CONTACTS)
    office = find_office(session, actor, agency)
    bearer = session.scalars(
        select(User).where(User.public_id == user, User.agency_id == office.id, ~User.is_disabled)
    ).one_or_none()
    if bearer is None:
        raise Invalid({"user": [reason("accounts.contact.works_elsewhere")]})
    if rank not in RANKS:
        raise Invalid({"rank": [reason("core.nothing_chosen")]})
    standing = session.scalars(
        select(AgencyContact)
        .where(AgencyContact.agency_id == office.id, AgencyContact.to_on.is_(None))
        .with_for_update()
    ).all()
    for one in standing:
        if one.rank == rank and one.user_id == bearer.id:
            return one
        if one.rank == rank or one.user_id == bearer.id:
            one.to_on = today
    session.flush()
    named = AgencyContact(
        agency_id=office.id, user_id=bearer.id, rank=rank, from_on=today, recorded_at=now, recorded_by=actor.user_id
    )
    session.add(named)
    session.flush()
    _note(session, actor, "accounts.contact_named", office, now)
    return named


def end_contact(session: Session, actor: Actor, public_id: str, today: date, now: datetime) -> None:
    """This account answers no more; raises `Conflict` when it does not."""
    require(actor, Action.KEEP_CONTACTS)
    found = session.execute(
        select(AgencyContact, Agency)
        .join(Agency, Agency.id == AgencyContact.agency_id)
        .where(AgencyContact.public_id == public_id, within(Agency.area_code, actor))
    ).one_or_none()
    if found is None:
        raise NotFound
    contact, office = found
    if contact.to_on is not None:
        raise Conflict(reason("accounts.contact.ended"))
    contact.to_on = today
    session.flush()
    _note(session, actor, "accounts.contact_ended", office, now)


def find_office(session: Session, actor: Actor, public_id: str) -> Agency:
    """An office of the actor's area; raises `NotFound`."""
    found = session.scalars(
        select(Agency).where(Agency.public_id == public_id, within(Agency.area_code, actor))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def _in_turn(agency: Agency | None, area_code: str, today: date, role: Role | None) -> Iterator[_People]:
    people = (
        select(User.id, User.display_name, Agency.id, Agency.name)
        .select_from(User)
        .outerjoin(Agency, Agency.id == User.agency_id)
        .where(~User.is_disabled)
        .order_by(User.id)
    )
    if agency is not None:
        yield (
            select(User.id, User.display_name, Agency.id, Agency.name)
            .select_from(AgencyContact)
            .join(User, User.id == AgencyContact.user_id)
            .join(Agency, Agency.id == AgencyContact.agency_id)
            .where(
                AgencyContact.agency_id == agency.id,
                User.agency_id
                == AgencyContact.agency_id,  # who has moved to another office answers for this one no more
                _holds(today),
                ~User.is_disabled,
            )
            .order_by(AgencyContact.rank, AgencyContact.id)
        )
        yield people.where(User.agency_id == agency.id)
    if not area_code:
        yield people.where(User.role == Role.ADMIN)
        return
    if role is not None:
        for code in reversed(path_to(area_code)):
            yield people.where(User.role == role, User.area_code == code)
    if level_of(area_code) in (AreaLevel.TOWN, AreaLevel.VILLAGE):
        yield people.where(User.role == Role.TOWN, User.area_code == town_of(area_code))
    county = county_of(area_code)
    for above in _ABOVE:
        yield people.where(User.role == above, User.area_code == county)
    yield people.where(User.role == Role.COUNTY_OFFICE, within_prefix(User.area_code, prefix_of(county)))
    yield people.where(User.role == Role.ADMIN, User.area_code.in_(path_to(county)))
    yield people.where(User.role == Role.ADMIN)


_People = Select[int, str, int, str]


def _holds(today: date):  # type: ignore[no-untyped-def]  # a condition of two columns
    return or_(AgencyContact.to_on.is_(None), AgencyContact.to_on > today)


def _note(session: Session, actor: Actor, action: str, office: Agency, now: datetime) -> None:
    note(session, actor, action, now=now, subject=("agency", office.public_id), area_code=office.area_code)

"""The county's offices of the joint approval: police and governance centre sign at county level, beside health."""

from __future__ import annotations

from app.accounts.models import User
from app.accounts.sessions import actor_of
from app.core.actor import Role
from app.people.models import Person
from app.people.vault import Vault
from app.subsidies.service import answer_as_police, sign_for_office
from tests.rig.county import COUNTY
from tests.rig.quarter import NOW, TODAY, House

POLICE, TOWN, HEALTH = "county_police", "county_town", "county_office"
OFFICES = (POLICE, TOWN, HEALTH)


def open_offices(house: House) -> House:
    """Accounts of the county's police and of its governance centre (`county_office` stands already)."""
    with house.database.transaction() as session:
        for name, role in ((POLICE, Role.POLICE), (TOWN, Role.TOWN)):
            user = User(name=name, display_name=name, password_hash="!", role=role, area_code=COUNTY, created_at=NOW)
            session.add(user)
            session.flush()
            house.county.users[name] = user.id
            house.county.actors[name] = actor_of(user)
    return house


def sign(house: House, who: str) -> None:
    """The office has nothing against any line; the police know of nobody."""
    if who == POLICE:
        name(house)
        return
    with house.step() as (session, run):
        sign_for_office(session, house.actor(who), run, NOW)


def name(house: House, *numbers: str, who: str = POLICE) -> None:
    """The police name whom they know of, by ID number."""
    with house.step() as (session, run):
        answer_as_police(session, house.keyring, house.actor(who), run, numbers, TODAY, NOW)


def number_of(house: House, place: int) -> str:
    """The ID number of a family's patient."""
    with house.database.reading() as session:
        person = session.get_one(Person, house.families[place].person.id)
        return Vault(session, house.keyring).open(person.id, "people.id_number", person.id_number_sealed) or ""


def sign_all(house: House) -> None:
    for who in OFFICES:
        sign(house, who)

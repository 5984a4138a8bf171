"""`flask user create`: an account, tied to a human being when an identity number is given. `flask keys rotate`."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import click
from flask import current_app
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.cli import password_option, read_password, user
from app.accounts.commands import NewUser
from app.accounts.queries import get_actor
from app.audit.service import note
from app.core.actor import Actor, Role
from app.core.cli import keys
from app.core.clock import business_day, current_clock
from app.core.commands import answer, as_option, json_option, plainly
from app.core.db import current_database, reading, transaction
from app.core.identity import IdKind
from app.core.keys import current_keyring
from app.core.passwords import current_passwords
from app.people import rotation
from app.people.commands import PersonDraft
from app.people.models import Person
from app.people.queries import find_by_id_number
from app.people.service import create_person
from app.people.vault import Vault
from config import KeyFile, Settings

ROLES = [role.value for role in Role if role is not Role.OPERATOR]


@user.command("create")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(ROLES), metavar="ROLE", help=", ".join(ROLES))
@click.option("--area", "area_code", required=True, metavar="CODE", help="12-digit code of the user's area")
@click.option("--agency", metavar="NAME", help="the institution; made when it is named for the first time")
@click.option("--id-number", metavar="NUMBER", help="ties the user to a person")
@click.option("--display", metavar="NAME", help="the name that colleagues read")
@password_option
@as_option
@json_option
@plainly
def create(
    name: str,
    role: str,
    area_code: str,
    agency: str | None,
    id_number: str | None,
    display: str | None,
    password_stdin: bool,
    as_user: str | None,
    as_json: bool,
) -> None:
    """Make the account NAME."""
    password, now = read_password(password_stdin), current_clock().now()
    with transaction() as session:
        person = _person_of(session, id_number, display or name, now) if id_number else None
        actor, kind = get_actor(session, as_user), Role(role)
        institution = accounts.find_or_make_agency(session, actor, agency, kind, area_code, now) if agency else None
        made = accounts.create_user(
            session,
            current_passwords(),
            actor,
            NewUser(
                name=name,
                display_name=display or name,
                role=kind,
                area_code=area_code,
                password=password,
                agency_id=institution.id if institution else None,
                person_id=person.id if person else None,
            ),
            now,
        )
    answer({"user": made.name, "role": role, "area": area_code}, as_json, f"{made.name} can sign in as {role}")


def _person_of(session: Session, id_number: str, name: str, now: datetime) -> Person:
    """The human being with this number, stored when the number is new. Raises Invalid for a number that cannot be."""
    keyring = current_keyring()
    draft, _warnings = PersonDraft(name=name, id_kind=IdKind.RESIDENT_CARD, id_number=id_number).checked(
        business_day(now)
    )
    return find_by_id_number(session, keyring, id_number) or create_person(session, Vault(session, keyring), draft, now)


@keys.command("rotate")
@json_option
@plainly
def rotate_keys(as_json: bool) -> None:
    """Bring every row under the current keys, while the product runs.

    In production put the new key before the old one in ANHU_DATA_KEYS or ANHU_INDEX_KEY, restart, then run this. A demonstration
    makes its own new keys. A run that was cut short is finished by the next.
    """
    keyring, settings = current_keyring(), cast(Settings, current_app.extensions["anhu.settings"])
    with reading() as session:
        is_unfinished = rotation.is_pending(session, keyring)
    if settings.key_file and not is_unfinished:
        KeyFile(settings.key_file).add_keys()
    done = rotation.rotate(current_database().transaction, keyring)
    with transaction() as session:
        now = current_clock().now()
        note(session, Actor.operator(), "people.keys_rotated", now=now, subject=("key", ""), detail=done.counts)
    sentence = f"{done.keys} keys re-wrapped, {done.files} files sealed anew, {done.people} persons indexed anew"
    answer(done.counts, as_json, sentence)


COMMANDS = ()

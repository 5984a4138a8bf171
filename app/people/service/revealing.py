"""Looking behind a mask: with a reason, noted, within a day's budget."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.audit.queries import count_acts, start_of_day
from app.core.access import Action, Field, Grant, require, sees
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.reasons import Reason
from app.people.models import Person, Phone
from app.people.queries import find_main_phone
from app.people.rules import REVEALS_A_DAY, reveal_problems
from app.people.service.identity import open_id_number
from app.people.service.noting import note_person
from app.people.vault import Vault

REVEALED = "people.revealed"  # the audit's word for a look behind a mask


REVEAL_LOCK = 7_230_116


def reveal(
    session: Session,
    vault: Vault,
    actor: Actor,
    field: Field,
    person: Person,
    reason_code: str,
    now: datetime,
    *,
    case_number: str = "",
    today: date | None = None,
    phone: Phone | None = None,
) -> str:
    """The whole value behind a mask, noted with its reason; of several numbers of a person `phone` is the one that is meant.

    Raises `Forbidden` where the field table does not mask, `Invalid` at `reason` or `case`, `Conflict` beyond the day's budget.
    """
    require(actor, Action.REVEAL)
    if sees(actor, field) is not Grant.MASKED:
        raise Forbidden()
    problems = reveal_problems(reason_code, case_number)
    if problems:
        raise Invalid(problems)
    _refuse_beyond_budget(session, actor, today or business_day(now))
    if phone is not None:
        value = vault.open(person.id, "phones.number", phone.number_sealed)
    else:
        value = _REVEALED[field](session, vault, person) if field in _REVEALED else None
    if value is None:
        raise NotFound()
    detail = {"field": field.value, "reason": reason_code} | ({"case": case_number} if case_number else {})
    note_person(session, actor, REVEALED, person, now, detail=detail)
    return value


def _refuse_beyond_budget(session: Session, actor: Actor, today: date) -> None:
    """Twenty a day and user, exact also when several browsers ask at once."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            text("SELECT pg_advisory_xact_lock(:space, :user)"), {"space": REVEAL_LOCK, "user": actor.user_id}
        )
    if count_acts(session, actor, [REVEALED], start_of_day(today)) >= REVEALS_A_DAY:
        raise Conflict(Reason("people.reveal.budget", {"most": REVEALS_A_DAY}))


def _name(_session: Session, _vault: Vault, person: Person) -> str | None:
    return person.name


def _number(_session: Session, vault: Vault, person: Person) -> str | None:
    return open_id_number(vault, person)


def _main_phone(session: Session, vault: Vault, person: Person) -> str | None:
    return find_main_phone(session, vault, person.id)


_REVEALED: dict[Field, Callable[[Session, Vault, Person], str | None]] = {
    Field.PATIENT_NAME: _name,
    Field.PATIENT_ID_NUMBER: _number,
    Field.GUARDIAN_ID_NUMBER: _number,
    Field.PATIENT_PHONE: _main_phone,
    Field.GUARDIAN_PHONE: _main_phone,
}

"""A number, sex or birth date that was corrected: the former number stays findable, with why and when (domain 9, case 18)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Invalid
from app.core.identity import IdKind, Sex
from app.core.reasons import Reason, reason
from app.core.refusals import said_by
from app.patients.models import Patient
from app.patients.service.comparing import settle_comparison
from app.patients.service.registering import GUARDS
from app.patients.service.watching import close_watch
from app.people.commands import PersonDraft
from app.people.models import FormerIdNumber, Person
from app.people.service import change_identity, open_id_number
from app.people.vault import Vault
from app.tasks.rules import TaskKind


def correct_identity(
    session: Session,
    vault: Vault,
    actor: Actor,
    patient: Patient,
    draft: PersonDraft,
    why: str,
    today: date,
    now: datetime,
) -> bool:
    """Raises `Invalid` by field for a number that is wrong, somebody else's, or contradicts sex and birth date. True if changed."""
    require(actor, Action.CORRECT_IDENTITY)
    person = session.get_one(Person, patient.person_id)
    checked, _warnings = draft.checked(today)
    before = open_id_number(vault, person)
    with said_by(session, GUARDS):
        changed = change_identity(session, vault, actor, person, checked, now)
    if not changed:
        raise Invalid({"": [reason("patients.correction.nothing")]})
    if before and before != checked.id_number:
        _say_why(session, person, why)
    settle_comparison(session, actor, patient, now)
    if checked.id_number:
        close_watch(session, actor, patient, TaskKind.IDENTIFY, reason("patients.because.identified"), now)
    note(
        session,
        actor,
        "patients.identity_corrected",
        now=now,
        subject=("patient", patient.public_id),
        area_code=patient.area_code,
        detail={"why": why},
    )
    return True


def draft_of(person: Person, id_kind: IdKind, id_number: str | None, sex: Sex, born_on: date | None) -> PersonDraft:
    """The person with what was corrected; the name is not changed here."""
    kind = id_kind if id_number else IdKind.NONE
    return PersonDraft(person.name, sex, born_on, kind, id_number, post=person.post)


def _say_why(session: Session, person: Person, why: str) -> None:
    former = session.scalars(
        select(FormerIdNumber).where(FormerIdNumber.person_id == person.id).order_by(FormerIdNumber.id.desc()).limit(1)
    ).one()
    former.because = Reason(why).to_json()
    session.flush()

"""Consent papers by number, and those that were written down by mistake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.patients.models import Consent, Patient
from app.patients.rules import ConsentKind, Mistake


@dataclass(frozen=True, slots=True)
class WrongPaper:
    """A paper that holds no more, what was wrong with it, and who said so when."""

    kind: ConsentKind
    is_agreed: bool
    signer: str
    on: date
    mistake: Mistake
    marked_by: str | None
    marked_at: datetime


def numbered_papers(session: Session, patient: Patient, kind: ConsentKind) -> list[tuple[int, Consent]]:
    """All papers of a kind from 1 in the order in which they were written down, mistakes included: numbers never shift."""
    rows = session.scalars(
        select(Consent).where(Consent.patient_id == patient.id, Consent.kind == kind).order_by(Consent.id)
    )
    return list(enumerate(rows, start=1))


def list_wrong_papers(session: Session, actor: Actor, patient: Patient) -> Sequence[WrongPaper]:
    """The latest first; none for roles that do not see consent."""
    if sees(actor, Field.CONSENT) is not Grant.FULL:
        return []
    rows = session.execute(
        select(Consent, User.display_name)
        .outerjoin(User, User.id == Consent.withdrawn_by)
        .where(Consent.patient_id == patient.id, Consent.withdrawn_at.is_not(None), Consent.mistake.is_not(None))
        .order_by(Consent.id.desc())
    )
    return [
        WrongPaper(one.kind, one.is_agreed, one.signer, one.from_on, Mistake(one.mistake), name, one.withdrawn_at)
        for one, name in rows
        if one.mistake and one.withdrawn_at
    ]

"""The three consent papers of a patient: how each stands, who signed it and when, and what was before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.patients.models import Consent, Patient
from app.patients.rules import ConsentKind
from app.people.models import Person
from app.people.vault import Vault


@dataclass(frozen=True, slots=True)
class Signature:
    """One row of a paper's history."""

    is_agreed: bool
    # taken back: the paper before it was agreed
    is_withdrawal: bool
    signer: str
    signer_name: str | None
    on: date
    recorded_by: str | None
    recorded_at: datetime
    # of a paper about another purpose
    purpose: str | None
    receiver: str | None
    # who saw a refusal that nobody signed
    witness_name: str | None

    @property
    def effective_on(self) -> date:
        """The first day on which a withdrawn consent no longer counts."""
        return self.on + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ConsentPaper:
    """A kind of paper with its signatures, the newest first; empty while nobody was asked."""

    kind: ConsentKind
    signatures: tuple[Signature, ...]

    @property
    def present(self) -> Signature | None:
        return self.signatures[0] if self.signatures else None

    @property
    def is_agreed(self) -> bool:
        return self.present is not None and self.present.is_agreed


def list_papers(session: Session, vault: Vault, actor: Actor, patient: Patient) -> list[ConsentPaper]:
    """All three, asked or not; without signatures for roles that do not see consent."""
    rows = []
    if sees(actor, Field.CONSENT) is Grant.FULL:
        rows = list(
            session.execute(
                select(Consent, Person.name, User.display_name)
                .outerjoin(Person, Person.id == Consent.signer_person_id)
                .outerjoin(User, User.id == Consent.recorded_by)
                .where(Consent.patient_id == patient.id, Consent.withdrawn_at.is_(None))
                .order_by(Consent.from_on, Consent.id)
            )
        )

    def opened(name: str, consent: Consent) -> str | None:
        return vault.open(patient.person_id, f"consents.{name}", getattr(consent, f"{name}_sealed"))

    return [
        ConsentPaper(kind, tuple(reversed(_signatures([row for row in rows if row[0].kind is kind], opened))))
        for kind in ConsentKind
    ]


def _signatures(
    rows: list[tuple[Consent, str | None, str | None]], opened: Callable[[str, Consent], str | None]
) -> list[Signature]:
    found: list[Signature] = []
    for consent, name, recorded_by in rows:
        was_agreed = bool(found) and found[-1].is_agreed
        found.append(
            Signature(
                consent.is_agreed,
                was_agreed and not consent.is_agreed,
                consent.signer,
                name,
                consent.from_on,
                recorded_by,
                consent.recorded_at,
                *(opened(words, consent) for words in ("purpose", "receiver", "witness_name")),
            )
        )
    return found

"""What forms and imports say about guardians and their agreements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.guardians.rules import ConsentAnswer, LegalBasis, Rank, Relation
from app.patients.rules import ConsentKind
from app.people.commands import PersonDraft


@dataclass(frozen=True)
class AddGuardian:
    """Somebody guards a patient from a day: a draft (with telephone and account), or the id of a person who is stored.

    `replaces` ends the present guardian of that rank on the same day.
    """

    rank: Rank
    relation: Relation
    from_on: date
    person: PersonDraft | None = None
    person_id: int | None = None
    legal_basis: LegalBasis = LegalBasis.CARER
    post: str | None = None
    lives_together: bool | None = None
    replaces: bool = False
    # made with the form, so that a form that arrives twice is stored once
    public_id: str | None = None


@dataclass(frozen=True)
class SignAgreement:
    """Both days inclusive, at most twelve months. Without a number the next one is taken."""

    from_on: date
    to_on: date
    number: str | None = None
    signed_on: date | None = None
    # made with the form, so that a form that arrives twice is stored once
    public_id: str | None = None


@dataclass(frozen=True)
class SignConsent:
    """What was said to one of the three papers. `signer` is patient, guardian (with the guardianship's public id) or witness."""

    kind: ConsentKind
    answer: ConsentAnswer
    signer: str
    signed_on: date
    guardianship_id: str | None = None
    # who saw a refusal that the patient would not sign
    witness_name: str = ""
    # consent to another purpose: what for, and who receives what
    purpose: str = ""
    receiver: str = ""

"""What other rooms, forms and jobs ask of messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.messages.rules.kinds import MessageKind, Recipient
from app.messages.rules.templates import GivenBy
from app.patients.models import Patient


@dataclass(frozen=True)
class Relation:
    """To whom, as a relation; who that is and how they are reached is asked when the message is sent."""

    recipient: Recipient
    id: int | None = None

    @classmethod
    def first_guardian(cls) -> Relation:
        """The first guardian of the message's patient."""
        return cls(Recipient.FIRST_GUARDIAN)

    @classmethod
    def second_guardian(cls) -> Relation:
        return cls(Recipient.SECOND_GUARDIAN)

    @classmethod
    def user(cls, user_id: int) -> Relation:
        return cls(Recipient.USER, user_id)

    @classmethod
    def agency(cls, agency_id: int) -> Relation:
        """Whoever answers for the agency then."""
        return cls(Recipient.AGENCY, agency_id)

    @classmethod
    def area(cls) -> Relation:
        """Whoever answers for the message's place then."""
        return cls(Recipient.AREA)


@dataclass(frozen=True)
class Owed:
    """What is owed to be said.

    `dedupe_key` makes it this message and no other, at most 120 characters: owing it again finds the first. `subject` is (kind, id) of
    what it is about: ("task", id), ("agreement", id), …; a kind of a room above messages is made known there by `queries.relevance.register`.
    `parameters` are dates, counts, form numbers and call-back numbers (rules/kinds.py), never a name and no clinical word. Without
    `not_before` it may go at once (in daytime); after `expires_at` it is not sent any more. `area_code` is the patient's, or the place
    whose staff is told.
    """

    kind: MessageKind
    dedupe_key: str
    recipient: Relation
    subject: tuple[str, int]
    expires_at: datetime
    parameters: Mapping[str, Any] = field(default_factory=dict)
    patient: Patient | None = None
    area_code: str = ""
    not_before: datetime | None = None


@dataclass(frozen=True)
class ProposeTemplate:
    """New words for a kind, in both languages. `provider_ids` names the same template at providers that register them."""

    kind: MessageKind
    text_zh: str
    text_en: str
    submission_key: str
    provider_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class GiveConsent:
    """Somebody agrees to be told about a patient by text message."""

    person_id: int
    given_by: GivenBy
    is_safe: bool
    submission_key: str
    language: str = "zh"
    patient_agrees: bool | None = None

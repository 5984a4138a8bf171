"""What forms say about a conference."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from app.core.reasons import Reason
from app.incidents.rules.conferences import (
    DecisionKind,
    DecisionRefusal,
    DecisionState,
    InviteeAnswer,
    ItemResult,
    ItemSource,
)


@dataclass(frozen=True)
class CallConference:
    """A meeting, and the agencies (public ids) that are asked to it."""

    submission_key: str
    meets_at: datetime
    place: str
    chair: str = ""
    agencies: tuple[str, ...] = ()


@dataclass(frozen=True)
class MoveConference:
    version: int
    meets_at: datetime
    place: str


@dataclass(frozen=True)
class AgendaItem:
    """One point: where it comes from (a source and that thing's opaque id), whom it is about, and why it stands there."""

    source: ItemSource
    source_key: str
    patient: str
    because: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class AnswerInvitation:
    answer: InviteeAnswer
    attendee: str = ""


@dataclass(frozen=True)
class MinuteItem:
    result: ItemResult
    words: str = field(default="", repr=False)


@dataclass(frozen=True)
class TakeDecision:
    """What an agency (public id) is to do about an item, until when."""

    submission_key: str
    kind: DecisionKind
    agency: str
    due_on: date
    note: str = field(default="", repr=False)


@dataclass(frozen=True)
class AnswerDecision:
    """The agency's own word: taken up, done with the number of a paper, or refused with a reason."""

    version: int
    to: DecisionState
    refusal: DecisionRefusal | None = None
    paper_number: str = ""
    note: str = field(default="", repr=False)

"""Telling the invited agencies: that they are asked, that the day changed, that there is no meeting. Never whom it is about."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.areas.rules import prefix_of
from app.core.clock import business_day
from app.incidents.models import Conference, ConferenceDecision
from app.incidents.queries.conferences import working_here
from app.incidents.rules.conferences import PENDING, ConferenceState, DecisionState
from app.messages.queries.relevance import counts_late, register
from app.messages.service import MessageKind, Owed, Relation, answers_end, owe_many, take_back, tell_asked

CALLED, OFF, DECISION = "conference", "conference_off", "conference_decision"


def tell_invited(session: Session, conference: Conference, agencies: Iterable[int], now: datetime) -> None:
    _owe(session, MessageKind.CONFERENCE, CALLED, conference, agencies, now)


def tell_moved(session: Session, conference: Conference, agencies: Iterable[int], now: datetime) -> None:
    """What still waits to say the former day is not said any more."""
    take_back(session, (CALLED, conference.id), now)
    _owe(session, MessageKind.CONFERENCE_MOVED, CALLED, conference, agencies, now)


def tell_called_off(session: Session, conference: Conference, agencies: Iterable[int], now: datetime) -> None:
    take_back(session, (CALLED, conference.id), now)
    _owe(session, MessageKind.CONFERENCE_OFF, OFF, conference, agencies, now)


def tell_decided(session: Session, decision: ConferenceDecision, now: datetime) -> None:
    """The agency that is to do it, where somebody works with Anhu; again when it is asked again."""
    for agency in working_here(session, [decision.agency_id]):
        subject, times = (DECISION, decision.id), decision.version
        tell_asked(session, subject, agency, decision.due_on, decision.area_code, now, times)


def conference_code(conference: Conference) -> str:
    """Its place's code and its number there: "349921-2026-3"."""
    return f"{prefix_of(conference.area_code)}-{conference.number}"


def _owe(
    session: Session, kind: MessageKind, subject: str, conference: Conference, agencies: Iterable[int], now: datetime
) -> None:
    """To whoever answers for the agency when it is sent, where somebody works with Anhu; once for each state of the conference."""
    parameters = {"day": business_day(conference.meets_at), "code": conference_code(conference)}
    owe_many(
        session,
        [
            Owed(
                kind=kind,
                dedupe_key=f"{kind}:{conference.id}:{conference.version}:{agency}",
                recipient=Relation.agency(agency),
                subject=(subject, conference.id),
                expires_at=conference.meets_at,
                parameters=parameters,
                area_code=conference.area_code,
            )
            for agency in sorted(working_here(session, list(agencies)))
        ],
        now,
    )


def _in(state: ConferenceState) -> Callable[[Session, Collection[int], date], set[int]]:
    def still(session: Session, ids: Collection[int], _today: date) -> set[int]:
        return set(session.scalars(select(Conference.id).where(Conference.id.in_(ids), Conference.state == state)))

    return still


def _open_decisions(session: Session, ids: Collection[int]) -> set[int]:
    is_open = ConferenceDecision.state == DecisionState.OPEN
    return set(session.scalars(select(ConferenceDecision.id).where(ConferenceDecision.id.in_(ids), is_open)))


@counts_late
def _late_decisions(session: Session, today: date) -> dict[int, int]:
    late = (
        select(ConferenceDecision.agency_id, func.count(ConferenceDecision.id))
        .where(ConferenceDecision.state.in_(PENDING), ConferenceDecision.due_on < today)
        .group_by(ConferenceDecision.agency_id)
    )
    return dict(session.execute(late).all())


answers_end(DECISION, _open_decisions)
register(CALLED, _in(ConferenceState.PLANNED))
register(OFF, _in(ConferenceState.CALLED_OFF))

"""An office that is asked for something hears of it at once: how many, by when, under which number. Never of whom."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.areas.rules import county_of, prefix_of
from app.messages.commands import Owed, Relation
from app.messages.queries.relevance import register
from app.messages.rules.kinds import MessageKind
from app.messages.service.owing import owe

_WITHIN = timedelta(hours=72)  # over a weekend; what is late afterwards stands in the daily line


def tell_asked(
    session: Session,
    subject: tuple[str, int],
    agency_id: int,
    due_on: date,
    area_code: str,
    now: datetime,
    times: int = 1,
) -> None:
    """Owed once for one thing that one office is asked (`times`: asked again); not sent any more once it has answered (`answers_end`)."""
    kind, number = subject
    owe(
        session,
        Owed(
            kind=MessageKind.FORM_WAITING,
            dedupe_key=f"{kind}:{number}:asked:{agency_id}:{times}",
            recipient=Relation.agency(agency_id),
            subject=subject,
            expires_at=now + _WITHIN,
            parameters={"count": 1, "day": due_on, "code": f"{prefix_of(county_of(area_code))}-{number}"},
            area_code=area_code,
        ),
        now,
    )


def answers_end(subject_kind: str, still_asked: Callable[[Session, Collection[int]], set[int]]) -> None:
    """Of such subjects, those that nobody has answered yet."""
    register(subject_kind, lambda session, ids, _today: still_asked(session, ids))

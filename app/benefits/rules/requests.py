"""Asking the office that decides on a benefit (医保局, 残联, 民政): what was asked, who took it up, how it ended."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from app.core.workdays import Deadline, WorkdayCalendar, add_working_days

ANSWER_WORKING_DAYS = 10
GREEN_WORKING_DAYS = 1  # somebody in hospital without insurance: the next working day


class RequestState(StrEnum):
    ASKED = "asked"
    TAKEN_UP = "taken_up"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


_S = RequestState
REQUEST_MOVES: frozenset[tuple[RequestState, RequestState]] = frozenset(
    {
        (_S.ASKED, _S.TAKEN_UP),
        *((before, after) for before in (_S.ASKED, _S.TAKEN_UP) for after in (_S.GRANTED, _S.REFUSED, _S.WITHDRAWN)),
    }
)
OPEN_REQUESTS = frozenset({_S.ASKED, _S.TAKEN_UP})


class RequestRefusal(StrEnum):
    NOT_ENTITLED = "not_entitled"
    ALREADY = "already"
    PAPERS = "papers"
    OTHER_PLACE = "other_place"
    FAMILY = "family"  # the family does not want it


def answer_by(asked_on: date, is_green: bool, calendar: WorkdayCalendar) -> Deadline:
    """The office's last day."""
    return add_working_days(asked_on, GREEN_WORKING_DAYS if is_green else ANSWER_WORKING_DAYS, calendar)

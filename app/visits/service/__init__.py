"""Use cases of the room, named by the user's verb."""

from __future__ import annotations

from app.visits.service.copies import KEPT_COPY
from app.visits.service.judging import Judgement, asks_for_trend, missing_for_class, unanswered
from app.visits.service.lost import Attempted, confirm_lost, record_attempt
from app.visits.service.mistakes import mark_attempt_wrong
from app.visits.service.opening import record_opening_visits
from app.visits.service.outlook import Upcoming, outlook
from app.visits.service.recording import CONFIRM, Recorded, correct_visit, errors_of, preview_visit, record_visit

__all__ = [
    "CONFIRM",
    "KEPT_COPY",
    "Attempted",
    "Judgement",
    "Recorded",
    "Upcoming",
    "asks_for_trend",
    "confirm_lost",
    "correct_visit",
    "errors_of",
    "mark_attempt_wrong",
    "missing_for_class",
    "outlook",
    "preview_visit",
    "record_attempt",
    "record_opening_visits",
    "record_visit",
    "unanswered",
]

"""What can still be done for a patient before a period ends, so that he counts; with the because where nothing can."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from app.core.quarter import Quarter
from app.core.reasons import Reason, reason
from app.core.spans import Span
from app.numbers.rules.causes import cause_of
from app.numbers.rules.membership import InSet
from app.numbers.rules.settings import FaceToFace, NumberSettings, StandardMode
from app.numbers.rules.standard import WAITS, waits_for_confirmation

# what the list of a health centre is about, in the order of its columns
PARTS = {"standard": InSet.STANDARD, "face_to_face": InSet.FACE_TO_FACE, "examination": InSet.EXAMINED}
# nobody can simply be visited: first the state has to change
_FIRST = ("refused", "lost")


@dataclass(frozen=True, slots=True)
class Lack:
    """In which set somebody is missing and why; until when it would still count, None when it cannot any more."""

    what: str
    because: Reason
    until: date | None


def lacks_of(
    bits: int,
    parts: Iterable[str],
    gap: Reason | None,
    seen_on: Collection[date],
    halves: Iterable[Span],
    last_day: date,
    settings: NumberSettings,
    waiting_seen: Collection[date] = (),
) -> list[Lack]:
    """Of a registered patient. `gap` is the first one in his visits, `seen_on` the days on which he was seen in person, `halves` the
    half-years of management that have ended, `waiting_seen` days in person that the town has yet to confirm."""
    found = []
    for what in parts:
        if bits & PARTS[what]:
            continue
        cause = cause_of(what, bits)
        because, until = reason(f"numbers.cause.{cause}"), last_day if cause not in _FIRST else None
        if what == "standard" and gap is not None and (until or gap.code != WAITS):
            because, until = gap, _closes(gap, settings, last_day) if until else None
        if what == "face_to_face":
            until = None if _is_past([*seen_on, *waiting_seen], halves, settings) else until
            if until and waiting_seen:
                because = waits_for_confirmation(waiting_seen)
        found.append(Lack(what, because, until))
    return found


def _is_past(seen_on: Collection[date], halves: Iterable[Span], settings: NumberSettings) -> bool:
    if settings.face_to_face is not FaceToFace.HALF_YEARLY:
        return False
    return any(not any(half.contains(day) for day in seen_on) for half in halves)


def _closes(gap: Reason, settings: NumberSettings, last_day: date) -> date | None:
    """An interval that was too long stays so; a quarter without a visit can be mended while it lasts, and a visit be confirmed."""
    if gap.code == WAITS:
        return last_day
    if settings.standard.mode is not StandardMode.QUARTERLY:
        return None
    quarter = Quarter.parse(gap.args["quarter"]["quarter"])
    return last_day if quarter.contains(last_day) else None

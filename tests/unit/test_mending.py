"""Until when something done for a patient would still count, and why it would not any more."""

from __future__ import annotations

from datetime import date

import pytest

from app.core.quarter import Quarter
from app.core.reasons import Reason, reason
from app.core.spans import Span
from app.numbers.rules.membership import InSet
from app.numbers.rules.mending import PARTS, Lack, lacks_of
from app.numbers.rules.settings import FaceToFace, NumberSettings, StandardMode, StandardRules

END = date(2026, 12, 31)
SEEN = InSet.REGISTERED | InSet.VISITED | InSet.MANAGED
QUARTERLY = NumberSettings(StandardRules(StandardMode.QUARTERLY))
HALVES = NumberSettings(face_to_face=FaceToFace.HALF_YEARLY)
SPRING = Span(date(2026, 1, 1), date(2026, 6, 30))
LATE = reason("numbers.standard.late", after=date(2026, 3, 1), due=date(2026, 6, 1), came=date(2026, 6, 5))


def no_visit_in(quarter: int) -> Reason:
    return reason("numbers.standard.no_visit_in", quarter=Quarter(2026, quarter))


@pytest.mark.parametrize(
    ("settings", "gap", "until"),
    [
        (NumberSettings(), LATE, None),  # an interval that was too long stays so
        (QUARTERLY, no_visit_in(4), END),  # the quarter lasts
        (QUARTERLY, no_visit_in(2), None),
        (NumberSettings(), None, END),  # nobody has come yet, and it is not too late
    ],
)
def test_a_gap_can_be_closed_only_while_its_quarter_lasts(
    settings: NumberSettings, gap: Reason | None, until: date | None
) -> None:
    bits = int(SEEN if gap else InSet.REGISTERED)
    found = lacks_of(bits, ["standard"], gap, [], [], END, settings)
    assert found == [Lack("standard", gap or reason("numbers.cause.no_visit"), until)]


def test_half_years_that_have_ended_without_a_meeting_are_lost() -> None:
    def until(*seen: date) -> date | None:
        return lacks_of(int(SEEN), ["face_to_face"], None, seen, [SPRING], END, HALVES)[0].until

    assert until() is None and until(date(2026, 7, 1)) is None
    assert until(date(2026, 6, 30)) == END


def test_whoever_refuses_cannot_simply_be_visited_and_whoever_is_counted_lacks_nothing() -> None:
    refused = lacks_of(int(InSet.REGISTERED | InSet.REFUSED), PARTS, None, [], [], END, NumberSettings())
    assert [(one.what, one.because.code, one.until) for one in refused] == [
        (what, "numbers.cause.refused", None) for what in PARTS
    ]
    whole = SEEN | InSet.STANDARD | InSet.FACE_TO_FACE | InSet.EXAMINED
    assert lacks_of(int(whole), PARTS, None, [], [], END, NumberSettings()) == []


def test_a_visit_that_waits_for_the_town_mends_what_a_refusal_does_not_hide() -> None:
    day = date(2026, 3, 3)
    waits = reason("numbers.standard.waits", on=day)

    def told(bits: InSet, settings: NumberSettings, *waiting: date) -> list[tuple[str, date | None]]:
        parts = ["standard", "face_to_face"]
        found = lacks_of(int(bits), parts, waits, [], [SPRING], END, settings, waiting)
        return [(one.because.code, one.until) for one in found]

    assert told(SEEN, HALVES, day) == [("numbers.standard.waits", END)] * 2
    assert told(SEEN, HALVES, date(2026, 7, 1))[1] == ("numbers.cause.not_in_person", None)
    assert told(SEEN | InSet.REFUSED, NumberSettings(), day) == [("numbers.cause.refused", None)] * 2

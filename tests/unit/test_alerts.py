"""The four-colour alert board: what calls for somebody, how urgently, whose duty it is; a colour is an alert's."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from app.core.reasons import say
from app.risk.rules_alerts import Cause, Colour, Facts, alerts_of
from app.risk.texts_alerts import COLOURS, TEXTS
from tests.rig.register import NOW, TODAY

DAY = timedelta(days=1)


def found(**facts: Any) -> list[tuple[Colour, Cause]]:
    return [(one.colour, one.cause) for one in alerts_of(Facts(**facts), TODAY, NOW)]


@pytest.mark.parametrize(
    ("facts", "colour", "cause"),
    [
        ({"emergency_due_at": NOW + DAY}, Colour.RED, Cause.EMERGENCY),
        ({"visit_class": 1, "visit_due_on": TODAY - DAY}, Colour.RED, Cause.UNSTABLE_OVERDUE),
        ({"level": 3, "visit_class": 1, "visit_due_on": TODAY - DAY}, Colour.RED, Cause.HIGH_OVERDUE),
        ({"level": 3, "is_lost": True}, Colour.RED, Cause.HIGH_LOST),
        ({"is_lost": True}, Colour.ORANGE, Cause.LOST),
        ({"level": 3, "seen_on": TODAY - 29 * DAY}, Colour.ORANGE, Cause.HIGH_UNSEEN),
        ({"unlocking_since": TODAY}, Colour.ORANGE, Cause.UNLOCKING),
        ({"injection_due_on": TODAY - 8 * DAY}, Colour.ORANGE, Cause.INJECTION_LATE),
        ({"injection_due_on": TODAY - 7 * DAY}, Colour.YELLOW, Cause.INJECTION_LATE),
        ({"injection_due_on": TODAY + 7 * DAY}, Colour.BLUE, Cause.INJECTION_DUE),
        ({"visit_class": 3, "visit_due_on": TODAY - 31 * DAY}, Colour.ORANGE, Cause.LONG_OVERDUE),
        ({"visit_class": 3, "visit_due_on": TODAY - DAY}, Colour.YELLOW, Cause.OVERDUE),
        ({"supply_asked_on": TODAY - DAY, "supply_out_on": TODAY}, Colour.YELLOW, Cause.SUPPLY_OUT),
        ({"supply_asked_on": TODAY, "supply_out_on": TODAY + 5 * DAY}, Colour.BLUE, Cause.SUPPLY_SOON),
        ({"seen_on": date(2026, 5, 20)}, Colour.YELLOW, Cause.UNSEEN),
        ({"managed_from": date(2026, 5, 20)}, Colour.YELLOW, Cause.UNSEEN),
        ({"level": 4, "visit_due_on": TODAY + 7 * DAY}, Colour.BLUE, Cause.HIGH_DUE),
    ],
)
def test_each_cause_has_its_colour(facts: dict[str, Any], colour: Colour, cause: Cause) -> None:
    assert found(**facts) == [(colour, cause)]


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"visit_class": 1, "visit_due_on": TODAY},
        {"level": 2, "visit_due_on": TODAY + DAY},
        {"level": 3, "seen_on": TODAY - 28 * DAY},
        {"level": 3, "seen_on": date(2026, 1, 1), "is_home": False},
        {"seen_on": date(2026, 5, 21)},
        {"injection_due_on": TODAY + 8 * DAY},
        {"supply_asked_on": TODAY + DAY, "supply_out_on": TODAY + 8 * DAY},
    ],
)
def test_what_is_in_order_calls_for_nobody(facts: dict[str, Any]) -> None:
    assert found(**facts) == []


def test_alerts_of_one_patient_stand_beside_each_other_the_most_urgent_first() -> None:
    facts = {"injection_due_on": TODAY + DAY, "visit_class": 1, "visit_due_on": TODAY - DAY, "unlocking_since": TODAY}
    assert [colour for colour, _cause in found(**facts)] == [Colour.RED, Colour.ORANGE, Colour.BLUE]


def test_every_alert_explains_itself_and_says_whose_duty_it_is() -> None:
    facts = Facts(level=3, is_lost=True, emergency_due_at=NOW - DAY, injection_due_on=TODAY - 9 * DAY)
    for alert in alerts_of(facts, TODAY, NOW):
        assert alert.because.code in TEXTS and alert.duty.code in TEXTS
        assert "%" not in say(alert.because) + say(alert.duty)
    assert set(COLOURS) == set(Colour)

"""What the rules of benefits say at their edges."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.benefits.rules.benefit import Answer, BenefitKind, Situation, entitlement, ripe_until


@pytest.mark.parametrize(
    "today", [date(2024, 2, 29), date(2025, 3, 1), date(2025, 2, 28), date(2026, 11, 21), date(2026, 1, 1)]
)
def test_the_last_day_of_registration_that_is_ripe_divides_all_others_as_the_rule_does(today: date) -> None:
    last = ripe_until(today)
    for days in range(340, 400):
        on = today - timedelta(days=days)
        answer = entitlement(BenefitKind.DISABILITY_CERTIFICATE, Situation(True, True, on, None), today).answer
        assert (answer is Answer.YES) == (on <= last), on

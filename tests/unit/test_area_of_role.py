"""An account's area fits its role: nobody counts a city from a village, nobody works a village from the county."""

from __future__ import annotations

import pytest

from app.accounts.rules import fits_area
from app.areas.rules import AreaLevel, level_of
from app.core.actor import Role
from tests.rig.county import USERS


@pytest.mark.parametrize(("role", "area"), [(role, area) for role, area, _kind in USERS])
def test_every_usual_account_fits(role: Role, area: str) -> None:
    assert fits_area(role, level_of(area))


@pytest.mark.parametrize(
    ("role", "level"),
    [
        (Role.CITY_VIEWER, AreaLevel.VILLAGE),
        (Role.CITY_VIEWER, AreaLevel.COUNTY),
        (Role.CLERK, AreaLevel.TOWN),
        (Role.COORDINATOR, AreaLevel.VILLAGE),
        (Role.VILLAGE_WORKER, AreaLevel.COUNTY),
        (Role.TOWN, AreaLevel.VILLAGE),
        (Role.AUDITOR, AreaLevel.TOWN),
    ],
)
def test_what_does_not_fit_is_refused(role: Role, level: AreaLevel) -> None:
    assert not fits_area(role, level)

"""Whatever is counted has a name, and every indicator says what it means."""

from __future__ import annotations

from itertools import product

import pytest

from app.numbers.rules.indicators import RESIDENTS, figures, indicators
from app.numbers.rules.settings import Denominators, ExaminedOf, NumberSettings
from app.numbers.texts import TEXTS

ALL_SETTINGS = [
    NumberSettings(denominators=denominators, examined_of=examined_of, drops_no_drug_needed=drops)
    for denominators, examined_of, drops in product(Denominators, ExaminedOf, (False, True))
]


@pytest.mark.parametrize("settings", ALL_SETTINGS, ids=str)
def test_every_figure_and_indicator_has_its_words(settings: NumberSettings) -> None:
    names = {f"numbers.figure.{one.name}" for one in (*figures(settings), RESIDENTS)}
    codes = {f"numbers.indicator.{one.code}" for one in indicators(settings)}
    assert names | codes | {f"{code}.means" for code in codes} <= TEXTS.keys()

"""At which box of a drug line a finding belongs."""

from __future__ import annotations

from collections.abc import Mapping

from app.visits.rules.completeness import is_dose

_DOSES = ("morning_mg", "noon_mg", "night_mg", "long_acting_mg")
_COLUMNS = {"visit.medicine.no_dose": "morning_mg", "visit.medicine.weeks": "every_weeks"}


def column_of(code: str, line: Mapping[str, str]) -> str:
    """`line` holds the text of each column; a finding about the line as a whole belongs to its name."""
    if code == "visit.medicine.dose":
        return next((name for name in _DOSES if line[name] and not is_dose(line[name])), "name")
    if code == "visit.medicine.long_acting":
        return "long_acting_mg" if line["every_weeks"] else "every_weeks"
    return _COLUMNS.get(code, "name")

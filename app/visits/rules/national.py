"""Copying a visit into the national system (国家严重精神障碍信息系统): its lines in the order of the official form, and until when.

Choices are given as printed codes, days as 2026-11-21, doses as figures: what the fields of that system take.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core.i18n import N_
from app.core.reasons import Label, Reason, reason
from app.core.workdays import Deadline, WorkdayCalendar, add_working_days
from app.visits.rules.form import BEHAVIOUR_COUNTS, FIELDS, FORM, Field, Symptom
from app.visits.rules.record import Medicine, VisitRecord

OTHER_SYMPTOM = 12
# the form has no box for "no symptoms": it is 12 其他 with this word (domain 3.1)
NO_SYMPTOM = N_("无")
_COUNTS = frozenset(BEHAVIOUR_COUNTS.values())
_MEDICINES = {"medicines": "taken", "guidance": "advised"}
_PARTS = ("name", "morning_mg", "noon_mg", "night_mg", "every_weeks", "long_acting_mg")


@dataclass(frozen=True, slots=True)
class CopyLine:
    """One field to copy. `value` goes there; `words` are the labels of its codes, empty where the value speaks for itself."""

    name: str
    label: Reason | str
    value: str
    words: tuple[str, ...] = ()


def copy_lines(record: VisitRecord) -> list[CopyLine]:
    """The answered items of the printed form, in its order."""
    return [line for field in FORM if field.is_printed for line in _lines(field, record)]


def differing(lines: list[CopyLine], before: list[CopyLine]) -> dict[str, str]:
    """Name of the line → what stood there before, of lines that a correction has changed or left out."""
    old, new = {line.name: line.value for line in before}, {line.name: line.value for line in lines}
    changed = {name: value for name, value in old.items() if new.get(name) != value}
    return changed | {name: "" for name in new if name not in old}


def entry_term(visited_on: date, days: int, calendar: WorkdayCalendar) -> Deadline:
    """Until when a visit is to be entered there: so many working days after it (2018 norm)."""
    return add_working_days(visited_on, days, calendar)


def correction_due_on(
    own_due_on: date,
    replaced_due_on: date | None,
    is_entered: bool,
    corrected_on: date,
    days: int,
    cal: WorkdayCalendar,
) -> date:
    """A correction of what stands there already is a new term from its own day; else the visit's term goes on."""
    if is_entered:
        return add_working_days(corrected_on, days, cal).ends_on
    return max(own_due_on, replaced_due_on or own_due_on)


def _lines(field: Field, record: VisitRecord) -> Iterator[CopyLine]:
    value = getattr(record, field.name)
    if field.name in _MEDICINES:
        for number, medicine in enumerate(value, start=1):
            yield from _medicine(_MEDICINES[field.name], number, medicine)
    elif field.name == "symptoms" and value is not None and value & Symptom.NONE:
        other = field.label_of(OTHER_SYMPTOM)
        yield CopyLine(field.name, field.label, str(OTHER_SYMPTOM), (other,))
        yield CopyLine("symptoms_other", FIELDS["symptoms_other"].label, NO_SYMPTOM)
    elif not _is_silent(field, value):
        yield _line(field, value)


def _is_silent(field: Field, value: Any) -> bool:
    return value is None or value == "" or (value == 0 and (field.is_multiple or field.name in _COUNTS))


def _line(field: Field, value: Any) -> CopyLine:
    if field.is_multiple:
        ticked = [option for option in field.options if value & option.flag]
        codes = ",".join(str(option.code) for option in ticked)
        return CopyLine(field.name, field.label, codes, tuple(option.label for option in ticked))
    if field.options:
        return CopyLine(field.name, field.label, str(value), (field.label_of(value),))
    return CopyLine(field.name, field.label, value.isoformat() if isinstance(value, date) else str(value))


def _medicine(kind: str, number: int, medicine: Medicine) -> Iterator[CopyLine]:
    of = Label(FIELDS["medicines" if kind == "taken" else "guidance"].label)
    for part in _PARTS:
        value = getattr(medicine, part)
        if value:
            label = reason(f"visit.national.drug.{part}", of=of, number=number)
            yield CopyLine(f"{kind}_{number}_{part}", label, str(value))

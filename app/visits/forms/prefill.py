"""The next form begun with the last one's answers (沿用上次): what lasts is carried over, what happened since is asked anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.visits.forms.visit import MEDICINE_COLUMNS, VisitForm
from app.visits.rules.form import FORM, Behaviour, Field, Hospitalisation, LockedUp, YesNo
from app.visits.rules.record import Medicine, VisitRecord

# Answers about the time between two visits are carried over only when nothing happened.
_ONLY_WHEN = {
    "behaviours": int(Behaviour.NONE),
    "locked_up": int(LockedUp.NO),
    "hospitalisation": int(Hospitalisation.NONE),
    "lab_test": int(YesNo.NO),
    "referral": int(YesNo.NO),
}
# Texts that say how it still is.
_LASTING_TEXTS = frozenset({"symptoms_other", "adverse_text", "rehab_other"})
# Decided anew at each visit.
_ANEW = frozenset({"visited_on", "visit_class", "post_intervention_trend", "next_due_on", "lost_reason", "death_cause"})
_CARRIED = frozenset({item.name for item in FORM if item.options} - _ANEW | {"other_abnormal", *_LASTING_TEXTS})
_MEDICINES = ("medicines", "guidance")


def data_of(record: VisitRecord) -> dict[str, Any]:
    """A record as the form's data, for correcting the same visit."""
    data = {item.name: _shown(item, getattr(record, item.name)) for item in FORM if item.name not in _MEDICINES}
    data["override_reason"] = record.override_reason
    return data | _medicine_data("medicines", record.medicines) | _medicine_data("guidance", record.guidance)


def carried_over(record: VisitRecord) -> dict[str, Any]:
    """What of the last visit begins the next form. What was to be taken is now what is taken."""
    data = {name: value for name, value in data_of(record).items() if name in _CARRIED and value not in (None, "", [])}
    for name, nothing in _ONLY_WHEN.items():
        if getattr(record, name) != nothing:
            data.pop(name, None)
    data |= _medicine_data("medicines", record.guidance or record.medicines)
    data |= _medicine_data("guidance", record.guidance)
    return data


def prefilled_names(form: VisitForm, carried: Mapping[str, Any]) -> frozenset[str]:
    """The fields that still say what the last visit said."""
    return frozenset(name for name, value in carried.items() if value and form[name].data == value)


def for_script(carried: Mapping[str, Any]) -> dict[str, list[str]]:
    """Name → values, for 与上次相同."""
    return {name: value if isinstance(value, list) else [str(value)] for name, value in carried.items() if value}


def _shown(item: Field, value: Any) -> Any:
    if item.is_multiple:
        return [str(option.code) for option in item.options if (value or 0) & option.flag]
    if value is not None and (item.options or item.name == "other_abnormal"):
        return str(int(value))
    return value


def _medicine_data(kind: str, medicines: tuple[Medicine, ...]) -> dict[str, str]:
    data = {}
    for line, medicine in enumerate(medicines, start=1):
        for column, _label, _most in MEDICINE_COLUMNS:
            value = getattr(medicine, column)
            data[f"{kind}_{line}_{column}"] = "" if value is None else str(value)
    return data

"""Phones without a browser: what their script would keep and send."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.visits.forms.prefill import data_of
from app.visits.rules.record import VisitRecord


def answers_of(record: VisitRecord, **changes: Any) -> dict[str, list[str]]:
    """The answers of a form as a phone keeps them: name to values, only what was answered."""
    data = {name: value for name, value in data_of(record).items() if value not in (None, "", [], 0)}
    data |= {"meeting": "1", **changes}
    return {name: _texts(value) for name, value in data.items()}


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(one) for one in value]
    return [value.isoformat() if isinstance(value, date) else str(value)]

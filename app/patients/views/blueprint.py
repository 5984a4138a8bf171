"""The room's blueprint and the words that its templates share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint

from app.core.reasons import Reason, say
from app.patients import labels

patients = Blueprint("patients", __name__, template_folder="../templates")

WORDS: dict[str, Any] = {
    "state": labels.STATE_LABELS,
    "registry": labels.REGISTRY_LABELS,
    "management": labels.MANAGEMENT_LABELS,
    "care": labels.CARE_LABELS,
    "diagnosis": labels.DIAGNOSIS_LABELS,
    "consent": labels.CONSENT_LABELS,
    "consent_standing": labels.CONSENT_STANDING,
    "signer": labels.SIGNER_LABELS,
    "span": labels.SPAN_LABELS,
    "class": labels.CLASS_LABELS,
}


@patients.app_template_filter("said")
def said(stored: Mapping[str, Any]) -> str:
    """A stored reason in the reader's language."""
    return say(Reason.from_json(stored))

"""Use cases of the register, by what they are about."""

from __future__ import annotations

from app.patients.service.editing import update_patient
from app.patients.service.ending import record_death
from app.patients.service.papers import set_consent, set_diagnosis, withdraw_consent
from app.patients.service.recomputing import KeptCopy, recompute
from app.patients.service.registering import register_patient, register_patients
from app.patients.service.states import change_state, find_consent, move_patient
from app.patients.service.stays import record_admission, record_discharge

__all__ = [
    "KeptCopy", "change_state", "find_consent", "move_patient", "recompute", "record_admission", "record_death",
    "record_discharge", "register_patient", "register_patients", "set_consent", "set_diagnosis", "update_patient",
    "withdraw_consent",
]  # fmt: skip

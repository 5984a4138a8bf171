"""Use cases of the register, by what they are about."""

from __future__ import annotations

from app.patients.service.clues import answer_clue, close_clue, open_clue, report_clue
from app.patients.service.editing import update_patient
from app.patients.service.ending import record_death
from app.patients.service.papers import set_consent, set_diagnosis, withdraw_consent
from app.patients.service.recomputing import KeptCopy, recompute
from app.patients.service.registering import register_patient, register_patients
from app.patients.service.reviewing import review_diagnosis, start_review
from app.patients.service.screening import open_round, sign_return
from app.patients.service.states import change_state, find_consent, move_patient
from app.patients.service.stays import record_admission, record_discharge

__all__ = [
    "KeptCopy", "answer_clue", "change_state", "close_clue", "find_consent", "move_patient", "open_clue", "open_round",
    "recompute", "record_admission", "record_death", "record_discharge", "register_patient", "register_patients", "report_clue",
    "review_diagnosis", "set_consent", "set_diagnosis", "sign_return", "start_review", "update_patient", "withdraw_consent",
]  # fmt: skip

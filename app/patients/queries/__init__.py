"""Reading the register, by what is asked."""

from __future__ import annotations

from app.patients.queries.history import (
    StateAsOf,
    StateSpan,
    admissions_in,
    spans_in,
    state_as_of,
)
from app.patients.queries.life import finds_signs_of_life, list_signs_of_life, name_days, registrations_of
from app.patients.queries.page import (
    ConsentRow,
    HistoryRow,
    Masked,
    PatientHeader,
    header_of,
    list_admissions,
    list_consents,
    list_diagnoses,
    list_history,
    open_supplement,
    patient_header,
)
from app.patients.queries.register import (
    RegisterFilter,
    RegisterRow,
    find_ids_by_person_ids,
    find_patient_by_person,
    get_patient,
    list_patients,
    lock_patient,
)
from app.patients.queries.search import search_patients

__all__ = [
    "ConsentRow", "HistoryRow", "Masked", "PatientHeader", "RegisterFilter", "RegisterRow", "StateAsOf", "StateSpan",
    "admissions_in", "find_ids_by_person_ids", "find_patient_by_person", "finds_signs_of_life", "get_patient", "header_of",
    "list_admissions", "list_consents", "list_diagnoses", "list_history", "list_patients", "list_signs_of_life", "lock_patient",
    "name_days", "open_supplement", "patient_header", "registrations_of", "search_patients", "spans_in", "state_as_of",
]  # fmt: skip

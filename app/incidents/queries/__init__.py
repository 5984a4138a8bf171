"""What may be read of it, as somebody."""

from app.incidents.queries.emergencies import (
    EmergencyRow,
    Question,
    Sheet,
    checks_are_on,
    find_by_key,
    find_of_task,
    find_running,
    find_task,
    get_emergency,
    list_checks,
    list_emergencies,
    list_of_patient,
    list_questions,
    lock_emergency,
    open_sheet,
)
from app.incidents.queries.facts import IncidentOn, incidents_between, told_by_visits

__all__ = [
    "EmergencyRow",
    "IncidentOn",
    "Question",
    "Sheet",
    "checks_are_on",
    "find_by_key",
    "find_of_task",
    "find_running",
    "find_task",
    "get_emergency",
    "incidents_between",
    "list_checks",
    "list_emergencies",
    "list_of_patient",
    "list_questions",
    "lock_emergency",
    "open_sheet",
    "told_by_visits",
]

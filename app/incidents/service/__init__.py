"""The room's use cases."""

from app.incidents.service.emergencies import (
    NOTES,
    answer_no_emergency,
    fill_record,
    finish_record,
    open_emergency,
    record_check,
    set_checks,
)

__all__ = [
    "NOTES",
    "answer_no_emergency",
    "fill_record",
    "finish_record",
    "open_emergency",
    "record_check",
    "set_checks",
]

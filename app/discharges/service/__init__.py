"""Preparing and sending the record, telling everybody, receiving, acting, following the facts, escalating, closing."""

from __future__ import annotations

from app.discharges.service.answering import confirm_notice, correct_event, receive_form, report_back
from app.discharges.service.closing import close_loop, set_police_bases
from app.discharges.service.escalating import escalate, escalate_part
from app.discharges.service.following import follow_loops, follow_part
from app.discharges.service.parting import Part, all_parts
from app.discharges.service.planning import plan_discharge, withdraw_plan
from app.discharges.service.submitting import Submitted, find_faults, submit_discharge

__all__ = [
    "Part", "Submitted", "all_parts", "close_loop", "confirm_notice", "correct_event", "escalate", "escalate_part", "find_faults",
    "follow_loops", "follow_part", "plan_discharge", "receive_form", "report_back", "set_police_bases", "submit_discharge", "withdraw_plan",
]  # fmt: skip

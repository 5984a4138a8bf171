"""The quarter's use cases: policy, prepare, sign, pay, opening payments."""

from app.subsidies.service.exporting import export_run
from app.subsidies.service.joint import answer_as_police, mark_line, send_marked, sign_for_office, unmark_line
from app.subsidies.service.opening import record_opening_payments
from app.subsidies.service.pay_files import fetch_cover, fetch_pay_file
from app.subsidies.service.paying import settle_run
from app.subsidies.service.policies import set_policy
from app.subsidies.service.preparing import prepare_anew, prepare_batch, prepare_run, start_run
from app.subsidies.service.publishing import decide_objection, post_notice, record_objection
from app.subsidies.service.reopening import ask_reopening, decide_reopening, withdraw_reopening
from app.subsidies.service.signing import approve_run, decide_hold, return_run, submit_run

__all__ = [
    "answer_as_police",
    "approve_run",
    "ask_reopening",
    "decide_hold",
    "decide_objection",
    "decide_reopening",
    "export_run",
    "fetch_cover",
    "fetch_pay_file",
    "mark_line",
    "post_notice",
    "prepare_anew",
    "prepare_batch",
    "prepare_run",
    "record_objection",
    "record_opening_payments",
    "return_run",
    "send_marked",
    "set_policy",
    "settle_run",
    "sign_for_office",
    "start_run",
    "submit_run",
    "unmark_line",
    "withdraw_reopening",
]

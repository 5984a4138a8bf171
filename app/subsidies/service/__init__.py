"""The quarter's use cases: policy, prepare, sign, pay, opening payments."""

from app.subsidies.service.opening import record_opening_payments
from app.subsidies.service.paying import export_run, fetch_pay_file, settle_run
from app.subsidies.service.policies import set_policy
from app.subsidies.service.preparing import prepare_anew, prepare_batch, prepare_run, start_run
from app.subsidies.service.signing import approve_run, decide_hold, return_run, submit_run

__all__ = [
    "approve_run",
    "decide_hold",
    "export_run",
    "fetch_pay_file",
    "prepare_anew",
    "prepare_batch",
    "prepare_run",
    "record_opening_payments",
    "return_run",
    "set_policy",
    "settle_run",
    "start_run",
    "submit_run",
]

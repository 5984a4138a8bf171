"""The quarter's pages: runs, one run's board, its steps, the policy."""

from app.subsidies.views import (
    accounts,
    assessments,
    bank,
    checks,
    decisions,
    flags,
    fund,
    home_checks,
    joint,
    lines,
    police,
    policies,
    printing,
    publishing,
    recoveries,
    runs,
    steps,
)
from app.subsidies.views.board import subsidies

__all__ = [
    "accounts",
    "assessments",
    "bank",
    "checks",
    "decisions",
    "flags",
    "fund",
    "home_checks",
    "joint",
    "lines",
    "police",
    "policies",
    "printing",
    "publishing",
    "recoveries",
    "runs",
    "steps",
    "subsidies",
]

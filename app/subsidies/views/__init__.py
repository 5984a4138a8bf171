"""The quarter's pages: runs, one run's board, its steps, the policy."""

from app.subsidies.views import (
    assessments,
    checks,
    decisions,
    flags,
    fund,
    joint,
    lines,
    policies,
    printing,
    runs,
    steps,
)
from app.subsidies.views.board import subsidies

__all__ = [
    "assessments",
    "checks",
    "decisions",
    "flags",
    "fund",
    "joint",
    "lines",
    "policies",
    "printing",
    "runs",
    "steps",
    "subsidies",
]

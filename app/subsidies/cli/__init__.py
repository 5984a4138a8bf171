"""The quarter by command: `flask subsidy …` and the printed papers of `flask report …`."""

from app.subsidies.cli import bank, chain, late, verifying
from app.subsidies.cli.floors import floors
from app.subsidies.cli.policies import policy
from app.subsidies.cli.reports import report
from app.subsidies.cli.steps import subsidy

subsidy.add_command(policy)
subsidy.add_command(floors)

COMMANDS = (subsidy, report)

__all__ = ["COMMANDS", "bank", "chain", "late", "verifying"]

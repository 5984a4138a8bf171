"""The quarter's pages: runs, one run's board, its steps, the policy."""

from app.subsidies.views import decisions, fund, joint, policies, printing, runs, steps
from app.subsidies.views.board import subsidies

__all__ = ["decisions", "fund", "joint", "policies", "printing", "runs", "steps", "subsidies"]

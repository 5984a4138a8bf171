"""Tables of the money: policies, the county's fund, the quarter's runs with their lines, the bank's files."""

from app.subsidies.models.fund import FundAccount, FundEntry, FundPosting, FundProposal
from app.subsidies.models.runs import (
    LineKind,
    PayFile,
    PayFileLine,
    RunApproval,
    RunKind,
    SubsidyLine,
    SubsidyPolicy,
    SubsidyRun,
)

__all__ = [
    "FundAccount",
    "FundEntry",
    "FundPosting",
    "FundProposal",
    "LineKind",
    "PayFile",
    "PayFileLine",
    "RunApproval",
    "RunKind",
    "SubsidyLine",
    "SubsidyPolicy",
    "SubsidyRun",
]

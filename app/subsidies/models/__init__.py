"""Tables of the money: policies, the county's fund, the quarter's runs with their lines, what follows them, the bank's files."""

from app.subsidies.models.accounts import AccountCall, SharedAccount
from app.subsidies.models.chain import LineHold, LineMark, RunEdition, RunNotice, RunObjection, RunReopening
from app.subsidies.models.checks import CheckHit, CheckList, RunCheck
from app.subsidies.models.fund import FundAccount, FundEntry, FundPosting, FundProposal
from app.subsidies.models.policies import PolicyProposal
from app.subsidies.models.recoveries import Recovery, RecoveryEvent
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
from app.subsidies.models.watch import HomeCheck, ReviewFlag

__all__ = [
    "AccountCall",
    "CheckHit",
    "CheckList",
    "FundAccount",
    "FundEntry",
    "FundPosting",
    "FundProposal",
    "HomeCheck",
    "LineHold",
    "LineKind",
    "LineMark",
    "PayFile",
    "PayFileLine",
    "PolicyProposal",
    "Recovery",
    "RecoveryEvent",
    "ReviewFlag",
    "RunApproval",
    "RunCheck",
    "RunEdition",
    "RunKind",
    "RunNotice",
    "RunObjection",
    "RunReopening",
    "SharedAccount",
    "SubsidyLine",
    "SubsidyPolicy",
    "SubsidyRun",
]

"""The ledger (发放台账): a drawing of the run's lines, the same on paper and in Excel."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.money import Money
from app.core.reasons import Reason, say
from app.people.vault import Vault
from app.subsidies.models import LineKind, SubsidyPolicy, SubsidyRun
from app.subsidies.papers.labels import (
    RELATIONS,
    STAGES,
    checked_label,
    paying_office,
    period_label,
    period_name,
    policy_label,
)
from app.subsidies.papers.marks import marked, print_of_run
from app.subsidies.queries.lines import LineRow, account_tails, all_lines
from app.subsidies.queries.runs import area_name, list_steps
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.transitions import PaymentState, RunState, RunStep
from reports.ledger import LedgerDocument, LedgerRow, LedgerState

_PAYMENT_STATES = {
    PaymentState.SENT: LedgerState.SENT,
    PaymentState.PAID: LedgerState.PAID,
    PaymentState.RETURNED: LedgerState.RETURNED,
    PaymentState.WITHHELD: LedgerState.WITHHELD,
}
_DECISION_STATES = {
    LineState.PAY: LedgerState.DUE,
    LineState.HOLD: LedgerState.HELD,
    LineState.REFUSE: LedgerState.REFUSED,
}
# The sum's arithmetic stands on the notice; why money is due, and what only the reviewer should see, stay on the screen.
_NOT_PRINTED = ("subsidies.amount.", "subsidies.due.", "subsidies.flag.not_seen", "subsidies.flag.duty_remarks")


def ledger_document(
    session: Session, vault: Vault, actor: Actor, run: SubsidyRun, now: datetime, *, as_approved: bool = False
) -> LedgerDocument:
    """Every line of the run by town and village. The total counts what is paid or still to be paid.

    `as_approved` leaves out what the bank said afterwards: the ledger as it was when the reviewer signed.
    """
    lines = all_lines(session, actor, run)
    if as_approved:
        lines = [replace(line, payment=None, why=None, is_live=True) for line in lines]
    tails = account_tails(session, vault, actor, lines)
    rows = tuple(_row(line, tails) for line in lines)
    total = Money(sum(row.amount_fen for row in rows if row.counted))
    policy = session.get(SubsidyPolicy, run.policy_id) if run.policy_id else None
    signed = {step.step: step.by for step in list_steps(session, run)}
    return LedgerDocument(
        county=area_name(session, run.county_code),
        organisation=paying_office(session, run),
        period_label=period_label(run),
        policy=policy_label(policy),
        stage=STAGES[RunState.APPROVED if as_approved else run.state],
        cut_off=run.decided_as_of,
        rule_set=run.rule_version,
        checked=checked_label(session, run),
        rows=rows,
        total_fen=total.fen,
        total_capital=total.capital(),
        provenance=marked(vault.keyring, actor, print_of_run(run, "ledger", actor, now)),
        prepared_by=signed.get(RunStep.PREPARED, ""),
        reviewed_by=signed.get(RunStep.APPROVED, "") if run.approved_by else "",
    )


def _row(line: LineRow, tails: dict[int, str]) -> LedgerRow:
    return LedgerRow(
        town=line.town,
        village=line.village,
        guardian=line.payee,
        relation=RELATIONS[line.relation],
        agreement_number=line.agreement_number,
        days=line.days,
        amount_fen=line.amount_fen,
        account_tail=tails.get(line.account_id or 0, ""),
        state=_PAYMENT_STATES[line.payment] if line.payment else _DECISION_STATES[line.decision],
        counted=line.is_paid,
        reasons=(*_marks(line), *(_words(why) for why in line.because if not why.code.startswith(_NOT_PRINTED))),
    )


def _marks(line: LineRow) -> tuple[str, ...]:
    """What a line is beside an ordinary payment, also for who may not know its reasons."""
    said = "转入" if line.is_taken_up else {LineKind.CORRECTION: "更正", LineKind.REPAYMENT: "再次发放"}.get(line.kind)
    is_explained = any(one.code == "subsidies.correction.more" for one in line.because)
    marks = (f"{said}{period_name(line.period)}",) if said and not is_explained else ()
    is_said = any(one.code == "subsidies.projected" for one in line.because)
    return (*marks, f"其中 {line.projected_days} 天为预计") if line.projected_days and not is_said else marks


def _words(why: Reason) -> str:
    """A returned line's state says already that the bank returned it: only the bank's own words stand beside it."""
    return str(why.args["why"]) if why.code == "subsidies.returns.returned" else say(why)

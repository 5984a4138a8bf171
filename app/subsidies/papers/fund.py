"""The fund's statement (资金池收支表) of one year."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.audit.prints import Print
from app.core.actor import Actor
from app.core.crypto import Keyring, digest
from app.subsidies.papers.labels import office_in
from app.subsidies.papers.marks import marked
from app.subsidies.queries.fund import FundSheet, Movement
from app.subsidies.queries.runs import area_name
from app.subsidies.rules.fund import KIND_LABELS, SIDE_LABELS, FundSide
from reports.fund import FundDocument, FundLine


def print_of_fund(sheet: FundSheet, actor: Actor) -> Print:
    """The fingerprint is over what the statement's lines say."""
    said = digest("\n".join(str(_line(one)) for one in reversed(sheet.movements)))
    return Print(
        "subsidies.fund_printed", ("area", sheet.county_code), sheet.county_code, said, actor.user_id, sheet.read_at
    )


def fund_document(session: Session, keyring: Keyring, actor: Actor, sheet: FundSheet) -> FundDocument:
    """The year's movements in order of time."""
    held, lines = sheet.balances, tuple(_line(one) for one in reversed(sheet.movements))
    return FundDocument(
        county=area_name(session, sheet.county_code),
        organisation=office_in(session, sheet.county_code, sheet.year),
        year=sheet.year,
        budget_fen=held.budget.fen,
        committed_fen=held[FundSide.COMMITTED].fen,
        paid_fen=held[FundSide.PAID].fen,
        pool_fen=held[FundSide.POOL].fen,
        pool_capital=held[FundSide.POOL].capital(),
        lines=lines,
        provenance=marked(keyring, actor, print_of_fund(sheet, actor)),
        prepared_by=actor.name,
    )


def _line(movement: Movement) -> FundLine:
    amount = movement.amount.fen
    into, out = movement.target is FundSide.POOL, movement.source is FundSide.POOL
    return FundLine(
        on_day=movement.entry.on_day,
        item=KIND_LABELS[movement.entry.kind],
        source=SIDE_LABELS[movement.source],
        target=SIDE_LABELS[movement.target],
        basis=f"批次 {movement.run}" if movement.run else movement.entry.document_number,
        by=movement.by,
        amount_fen=amount,
        pool_fen=amount if into else -amount if out else 0,
    )

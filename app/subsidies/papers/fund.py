"""The fund's statement (资金池收支表) of one year."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.areas.queries import agency_names
from app.core.actor import Actor
from app.core.crypto import digest
from app.subsidies.queries.fund import FundSheet, Movement
from app.subsidies.queries.runs import area_name
from app.subsidies.rules.fund import KIND_LABELS, SIDE_LABELS, FundSide
from reports.fund import FundDocument, FundLine
from reports.wording import Provenance


def fund_document(session: Session, actor: Actor, sheet: FundSheet) -> FundDocument:
    """The year's movements in order of time; the fingerprint is over what they say."""
    held, lines = sheet.balances, tuple(_line(one) for one in reversed(sheet.movements))
    offices = agency_names(session, [actor.agency_id] if actor.agency_id else [])
    return FundDocument(
        county=area_name(session, sheet.county_code),
        organisation=offices.get(actor.agency_id or 0, ""),
        year=sheet.year,
        budget_fen=held.budget.fen,
        committed_fen=held[FundSide.COMMITTED].fen,
        paid_fen=held[FundSide.PAID].fen,
        pool_fen=held[FundSide.POOL].fen,
        pool_capital=held[FundSide.POOL].capital(),
        lines=lines,
        provenance=Provenance(digest("\n".join(map(str, lines))), actor.name, sheet.read_at),
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

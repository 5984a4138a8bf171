"""What a run comes to by place: counts and sums, nobody named (roles.md: amounts as counts in the own area)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.scope import within
from app.subsidies.models import SubsidyLine, SubsidyRun
from app.subsidies.rules.decision import LineState


@dataclass(frozen=True)
class PlaceSum:
    """A place's lines by what becomes of them; *ended* are those withheld or returned. Guardians are persons, counted once."""

    agreements: int = 0
    guardians: int = 0
    pay_count: int = 0
    pay_fen: int = 0
    hold_count: int = 0
    hold_fen: int = 0
    refuse_count: int = 0
    ended_count: int = 0
    ended_fen: int = 0

    @property
    def lines(self) -> int:
        return self.pay_count + self.hold_count + self.refuse_count + self.ended_count


def sums_by_place(session: Session, actor: Actor, run: SubsidyRun, length: int) -> dict[str, PlaceSum]:
    """The first `length` digits of every place that has lines → what they come to. Nothing for roles without amounts."""
    if sees(actor, Field.AMOUNT) not in (Grant.FULL, Grant.COUNTS):
        return {}
    line = SubsidyLine
    # the length stands in the statement: PostgreSQL would not know two parameters for one expression
    place = func.substr(line.area_code, literal_column("1"), literal_column(str(int(length))))
    pays, held = line.decision == LineState.PAY, line.decision == LineState.HOLD
    rows = session.execute(
        select(
            place,
            func.count(line.agreement_id.distinct()),
            func.count(line.payee_person_id.distinct()),
            func.count().filter(pays, line.is_live),
            func.coalesce(func.sum(line.amount_fen).filter(pays, line.is_live), 0),
            func.count().filter(held),
            func.coalesce(func.sum(line.amount_fen).filter(held), 0),
            func.count().filter(line.decision == LineState.REFUSE),
            func.count().filter(pays, ~line.is_live),
            func.coalesce(func.sum(line.amount_fen).filter(pays, ~line.is_live), 0),
        )
        .where(line.run_id == run.id, within(line.area_code, actor))
        .group_by(place)
        .order_by(place)
    )
    return {prefix: PlaceSum(*(int(value) for value in values)) for prefix, *values in rows}

"""Putting a frozen line on hold: what other offices, an objection or a list say after the run was prepared (domain 5.3, 5.6).

It never refuses by itself: a person decides the line afterwards like any other that is held.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.actor import Actor
from app.core.errors import Conflict
from app.core.reasons import Reason
from app.subsidies.models import LineHold, SubsidyLine, SubsidyRun
from app.subsidies.rules.chain import HoldSource
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.lines import line_digest
from app.subsidies.rules.transitions import check_line_move
from app.subsidies.service.signing import keep_totals


def hold_line(
    session: Session, actor: Actor, line: SubsidyLine, source: HoldSource, key: str, because: Reason, now: datetime
) -> None:
    """Hold a line of a draft run for `because`. The same `source` and `key` again change nothing; a line that pays nobody stays so.

    The caller has locked the run and voided its signatures; `Conflict` where it is not a draft.
    """
    run = session.get_one(SubsidyRun, line.run_id)
    if line.decision is LineState.REFUSE or _is_held_for(session, line, source, key):
        return
    if refused := check_line_move(LineState.PAY, LineState.HOLD, run.state):
        raise Conflict(refused[0])
    session.add(
        LineHold(
            line_id=line.id, source=source, key=key, because=because.to_json(), placed_at=now, placed_by=actor.user_id
        )
    )
    line.decision = LineState.HOLD
    line.reasons = [because.to_json(), *line.reasons]
    line.digest = line_digest(line.decision, line.amount_fen, line.days, line.reasons, line.snapshot)
    keep_totals(session, run)
    note(
        session,
        actor,
        "subsidies.line_held",
        now=now,
        subject=("subsidy_line", line.public_id),
        area_code=line.area_code,
        detail={"run": run.public_id, "source": source.value, "reason": because.code},
    )


def _is_held_for(session: Session, line: SubsidyLine, source: HoldSource, key: str) -> bool:
    found = select(LineHold.id).where(LineHold.line_id == line.id, LineHold.source == source, LineHold.key == key)
    return session.scalar(found) is not None

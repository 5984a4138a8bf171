"""The signed sheet of a town's quarter, as the meeting saw it. In Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.core.actor import Actor
from app.core.quarter import Quarter
from app.core.reasons import Reason
from app.patients.labels import TEAM_PARTS
from app.patients.rules import TeamPart
from app.risk.models import ReassessmentSession
from app.risk.queries.sessions import Row
from reports.forms.assessment_session import (
    AssessmentSessionDocument,
    PanelMember,
    SessionRow,
    render_assessment_session,
)
from reports.forms.sheet import Imprint

_NUMBERS = "一二三四"


def session_pdf(
    held: ReassessmentSession, rows: Sequence[Row], town: str, recorder: str, actor: Actor, now: datetime
) -> bytes:
    """季度评估汇总表, kept by `recorder` whoever prints it; before the signature it holds what has been decided so far."""
    return render_assessment_session(
        AssessmentSessionDocument(
            Imprint(town, actor.name, now),
            town=town,
            quarter=paper_quarter(held.quarter),
            held_on=held.held_on,
            chair=str(held.panel[0]["name"]) if held.panel else "",
            recorder=recorder,
            rows=tuple(_line(row) for row in rows),
            panel=tuple(_member(one) for one in held.panel),
        )
    )


def paper_quarter(written: str) -> str:
    """`2026Q4` as papers say it: 2026年第四季度."""
    quarter = Quarter.parse(written)
    return f"{quarter.year}年第{_NUMBERS[quarter.number - 1]}季度"


def _line(row: Row) -> SessionRow:
    result = row.result
    return SessionRow(
        village=row.village,
        name=row.name,
        record_number=row.record_number or "",
        previous_level=row.entering,
        visits=len(row.visits),
        last_visit_on=row.visits[-1][0] if row.visits else None,
        proposed_level=result.level_proposed if result else row.proposal.level,
        decided_level=result.level if result else None,
        is_single=result is not None and not result.is_together,
        reason=str(Reason.from_json(result.because)) if result and result.because else "",
    )


def _member(member: dict[str, str]) -> PanelMember:
    part = TEAM_PARTS[TeamPart(member["part"])]
    return PanelMember(member["name"], member["post"] or part)

"""The year's assessment of first guardians on paper. In Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.audit.prints import Mark
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.quarter import Quarter
from app.core.reasons import say
from app.guardians.labels import RELATION_LABELS
from app.guardians.labels_duty import ASSESSMENT_LABELS, MARK_LABELS
from app.subsidies.queries.assessing import AssessmentRow
from reports.forms.assessment_list import AssessmentLine, AssessmentListDocument
from reports.forms.sheet import Imprint


def assessment_list(
    rows: Sequence[AssessmentRow], place: str, year: int, office: str, actor: Actor, mark: Mark, now: datetime
) -> AssessmentListDocument:
    quarters = [Quarter(year, number) for number in (1, 2, 3, 4)]
    return AssessmentListDocument(
        Imprint(office, actor.name, now),
        place=place,
        year=year,
        rows=tuple(_line(row, quarters) for row in rows),
        mark=f"编号 {mark.serial} 校验码 {mark.code}",
    )


def _line(row: AssessmentRow, quarters: Sequence[Quarter]) -> AssessmentLine:
    said = row.confirmed or row.proposed
    return AssessmentLine(
        village=row.village,
        guardian=row.guardian,
        relation=RELATION_LABELS[row.relation],
        quarters=tuple(MARK_LABELS[row.marks[one]] if one in row.marks else "未核查" for one in quarters),
        result=ASSESSMENT_LABELS[said] if said else "",
        is_confirmed=row.confirmed is not None,
        because="；".join(say(why) for why in row.because),
        by=row.confirmed_by,
        on=business_day(row.confirmed_at) if row.confirmed_at else None,
    )

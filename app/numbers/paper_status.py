"""Which report a computation is, for its cover: the one that was submitted, a revision of it, or figures that nobody has submitted."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.numbers.models import IndicatorRun, ReportSubmission
from app.numbers.queries.runs import in_reach
from app.numbers.queries.submissions import find_standing
from app.numbers.rules.submission import SubmissionState
from reports.wording import chinese_time

_NOT_SUBMITTED = "未上报"


def status_of(session: Session, actor: Actor, run: IndicatorRun) -> str:
    """已上报（第1次修订）于2026年10月8日 09:30. A revision's own paper is drawn before the second person has decided, and
    has to stay true whatever they decide."""
    own = session.scalar(
        select(ReportSubmission).where(in_reach(ReportSubmission.area_code, actor), ReportSubmission.run_id == run.id)
    )
    if own is None:
        standing = find_standing(session, actor, run.area_code, run.period)
        return _NOT_SUBMITTED if standing is None else f"未上报的最新统计（已上报的为{_name(standing)}）"
    match own.state:
        case SubmissionState.SUBMITTED:
            return f"已上报（{_name(own)}）于{chinese_time(own.decided_at or own.submitted_at)}"
        case SubmissionState.PROPOSED:
            return f"{_name(own)}，{chinese_time(own.submitted_at)}提出，须经另一人复核，是否生效以上报页面为准"
        case SubmissionState.REFUSED | SubmissionState.WITHDRAWN:
            return f"{_NOT_SUBMITTED}（{_name(own)}没有生效）"


def _name(one: ReportSubmission) -> str:
    return f"第{one.number - 1}次修订" if one.number > 1 else "原报"

"""Reports that were drawn and kept: found again by period and place, each with who made it and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.models import KeptFile, WorkItem, WorkState
from app.core.scope import within
from app.numbers.queries.submissions import get_submission, papers_of
from app.numbers.rules.period import ReportPeriod

# the long work that draws a report, and the kind of what it keeps
WORK = "numbers_report"
KIND = "numbers_drawn"
MEDIA = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
MOST = 150
FOUND_AGAIN = timedelta(days=7)
_ONE, _BELOW = "report", "bound"


@dataclass(frozen=True, slots=True)
class KeptReport:
    """One report in its shapes: ending → public id of the file."""

    place: str
    period: ReportPeriod
    is_bound: bool
    by: str
    at: datetime
    files: dict[str, str]


class _Kept(NamedTuple):
    public_id: str
    name: str
    place: str
    at: datetime
    by: str

    def same(self) -> tuple[object, ...]:
        """Files of one report were made at one instant by one person."""
        return self.at, self.by, self.place, self.name.rpartition(".")[0]


def name_of(period: ReportPeriod, ending: str, *, below: bool = False) -> str:
    """What a download offers; `list_reports` reads it again."""
    return f"{_BELOW if below else _ONE}-{period}.{ending}"


def list_reports(session: Session, actor: Actor, now: datetime) -> list[KeptReport]:
    """In the actor's area, the latest period first, of one period the newest first."""
    rows = session.execute(
        select(KeptFile.public_id, KeptFile.name, KeptFile.area_code, KeptFile.created_at, User.display_name)
        .join(User, User.id == KeptFile.created_by)
        .where(
            KeptFile.kind == KIND,
            within(KeptFile.area_code, actor),
            or_(KeptFile.expires_at.is_(None), KeptFile.expires_at > now),
        )
        .order_by(KeptFile.created_at.desc(), KeptFile.created_by, KeptFile.area_code, KeptFile.id)
        .limit(MOST)
    )
    kept = [_Kept(*row) for row in rows]
    found = [_report(list(files)) for _same, files in groupby(kept, key=_Kept.same)]
    return sorted(found, key=lambda one: (one.period.last_day, one.period.first_day, one.at), reverse=True)


def get_report_file(session: Session, actor: Actor, public_id: str, now: datetime) -> KeptFile:
    file = session.scalar(
        select(KeptFile).where(
            KeptFile.public_id == public_id,
            KeptFile.kind == KIND,
            within(KeptFile.area_code, actor),
            or_(KeptFile.expires_at.is_(None), KeptFile.expires_at > now),
        )
    )
    if file is None:
        raise NotFound()
    return file


def get_submitted_paper(session: Session, actor: Actor, submission: str, ending: str) -> KeptFile:
    """As it went out; raises `NotFound`."""
    file = papers_of(session, get_submission(session, actor, submission)).get(ending)
    if file is None:
        raise NotFound()
    return file


def list_reports_under_way(session: Session, actor: Actor, now: datetime) -> Sequence[WorkItem]:
    """What this user asked for and has not got yet, or did not get."""
    return session.scalars(
        select(WorkItem)
        .where(
            WorkItem.asked_by == actor.user_id,
            WorkItem.kind == WORK,
            WorkItem.state != WorkState.DONE,
            WorkItem.asked_at > now - FOUND_AGAIN,
        )
        .order_by(WorkItem.id.desc())
    ).all()


def _report(rows: Sequence[_Kept]) -> KeptReport:
    """Rows of one report; their names are those of `name_of`."""
    first = rows[0]
    kind, _dash, period = first.name.rpartition(".")[0].partition("-")
    files = {row.name.rpartition(".")[2]: row.public_id for row in rows}
    return KeptReport(first.place, ReportPeriod.parse(period), kind == _BELOW, first.by, first.at, files)

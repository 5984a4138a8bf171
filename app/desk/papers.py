"""Workbooks of the desk: the rows of a list as the screen shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from io import BytesIO

from app.core.i18n import _
from app.core.reasons import say
from app.core.workdays import is_provisional
from app.desk.queries.day_sheet import Beside
from app.desk.queries.late import LateRow
from app.desk.texts import TASK_KINDS, owner_of
from app.tasks.queries import WorkRow
from reports.table_xlsx import Column, Kind, Line, Sheet, render_workbook


def late_workbook(rows: Sequence[LateRow], title: str, by: str, today: date, now: datetime) -> BytesIO:
    """The list of duties; levels only where the rows carry them."""
    own = (Column(_("责任单位"), 24), Column(_("责任医生"), 12))
    lines = [_duty(row, row.place, owner_of(row.kind, row.agency), row.doctor) for row in rows]
    return _duties(_("督办清单"), own, lines, title, by, today, now)


def task_workbook(
    rows: Sequence[WorkRow], others: Mapping[str, Beside], title: str, by: str, today: date, now: datetime
) -> BytesIO:
    """The work list's rows; what the role may not see is empty there as on the screen."""
    own = (Column(_("上次随访"), 12), Column(_("责任医生"), 12))
    lines = [
        _duty(
            row,
            row.village,
            row.last_visit_on.isoformat() if row.last_visit_on else None,
            others[row.patient].doctor if row.patient in others else None,
        )
        for row in rows
    ]
    return _duties(_("任务清单"), own, lines, title, by, today, now)


def _duty(row: LateRow | WorkRow, place: str, *own: str | None) -> Line:
    what = (place, row.name, row.level, _(TASK_KINDS[row.kind]), _day(row), max(0, -row.standing.days))
    return Line((*what, *own, _("；").join(say(one) for one in row.because)))


def _day(row: LateRow | WorkRow) -> str:
    day = row.due_on.isoformat()
    return _("%(words)s（暂定）", words=day) if is_provisional(row.because) else day


def _duties(
    name: str, own: Sequence[Column], lines: Sequence[Line], title: str, by: str, today: date, now: datetime
) -> BytesIO:
    """A sheet of duties: the columns that every list has, its `own` between them and the reasons."""
    columns = [
        Column(_("乡镇 · 村"), 20),
        Column(_("姓名"), 12),
        Column(_("危险性等级"), 10, Kind.COUNT),
        Column(_("事项"), 12),
        Column(_("到期日"), 12),
        Column(_("逾期天数"), 10, Kind.COUNT),
        *own,
        Column(_("原因"), 44),
    ]
    sheet = Sheet(
        name=name,
        columns=columns,
        lines=lines,
        heading=title,
        notes=(_("截至 %(day)s，共 %(n)s 条 · 内部资料 注意保密", day=today.isoformat(), n=len(lines)),),
        footer=_("%(name)s 导出", name=by),
        landscape=True,
        wrap=True,
    )
    return BytesIO(render_workbook([sheet], title=title, author=by, created_at=now))

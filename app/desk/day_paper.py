"""随访日程单: the work list on paper, one line a person, by village. Papers are Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import groupby

from app.core.actor import Actor
from app.core.workdays import is_provisional
from app.desk.queries.day_sheet import Beside
from app.tasks.queries import WorkRow
from app.tasks.rules import TaskKind
from app.tasks.texts import KIND_LABELS
from reports.forms.day_sheet import DaySheetDocument, DaySheetRow, render_day_sheet
from reports.forms.sheet import Imprint

CODES = {
    TaskKind.FOLLOW_UP: "随",
    TaskKind.REASSESSMENT: "评",
    TaskKind.AGREEMENT_RENEWAL: "续",
    TaskKind.CONFIRM_LOST: "失",
    TaskKind.UNLOCKING: "锁",
    TaskKind.CHECK_STATUS: "核",
    TaskKind.CONTACT: "联",
    TaskKind.SEARCH_LOST: "寻",
    TaskKind.EMERGENCY_RECORD: "急",
    TaskKind.EMERGENCY_CHECK: "巡",
    TaskKind.INJECTION: "针",
    TaskKind.SUPPLY: "药",
    TaskKind.EXAMINATION: "检",
    TaskKind.RECEIVE_TRANSFER: "接",
    TaskKind.PLAN_REVIEW: "案",
    TaskKind.DEPENDANTS: "告",
    TaskKind.COMES_OF_AGE: "龄",
    TaskKind.IDENTIFY: "身",
    TaskKind.COMPARE_PAPERS: "证",
    TaskKind.RETURNED_VISIT: "改",
    TaskKind.DIAGNOSIS_REVIEW: "诊",
    TaskKind.REFERRAL: "转",
    TaskKind.DUTY_CHECK: "责",
    TaskKind.REPLACE_GUARDIAN: "换",
    TaskKind.SET_UP_TEAM: "组",
    TaskKind.DYNAMIC_ENROLMENT: "保",
    TaskKind.BENEFIT_RENEWAL: "惠",
}
CLASSES = {1: "不稳定", 2: "基本稳定", 3: "稳定"}


def day_sheet_pdf(
    rows: Sequence[WorkRow],
    others: Mapping[str, Beside],
    organisation: str,
    area: str,
    actor: Actor,
    today: date,
    now: datetime,
) -> bytes:
    """The rows in their order, put together by village and person."""
    by_person = sorted(rows, key=lambda row: row.area_code)
    people: dict[str, list[WorkRow]] = {}
    for row in by_person:
        people.setdefault(row.patient, []).append(row)
    used = {row.kind for row in rows}
    return render_day_sheet(
        DaySheetDocument(
            Imprint(organisation, actor.name, now),
            on=today,
            doctor=actor.name,
            area=area,
            rows=tuple(_line(own, others.get(patient)) for patient, own in people.items()),
            legend=tuple((code, KIND_LABELS[kind]) for kind, code in CODES.items() if kind in used),
        )
    )


def _line(own: Sequence[WorkRow], other: Beside | None) -> DaySheetRow:
    first = min(own, key=lambda row: row.due_on)
    late = -first.standing.days
    return DaySheetRow(
        village=first.village,
        name=first.name or "",
        tasks=tuple(kind for kind, _rows in groupby(CODES[row.kind] for row in own)),
        due_on=first.due_on,
        lateness=_lateness(late, is_provisional(first.because)),
        level=first.level,
        last_seen=_last(first),
        phone=first.phone or "",
        address=other.address if other else "",
        remark="联合随访" if other and other.is_joint else "",
    )


def _lateness(late: int, is_day_provisional: bool) -> str:
    if late > 0:
        return f"逾期{late}天"
    return "（暂定）" if is_day_provisional else "今天" if late == 0 else ""


def _last(row: WorkRow) -> str:
    if row.last_visit_on is None:
        return ""
    on = f"{row.last_visit_on.month}月{row.last_visit_on.day}日"
    return f"{on}\n{CLASSES[row.visit_class]}" if row.visit_class in CLASSES else on

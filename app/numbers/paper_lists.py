"""The list behind a figure on paper: the run's own rows, as far as the role may read them. In Chinese."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from app.areas.queries import full_name, office_of
from app.audit.prints import Print, mark_of
from app.core.actor import Actor
from app.core.crypto import Keyring, digest
from app.numbers.models import IndicatorMember, IndicatorRun
from app.numbers.paper_facts import NO_AGENCY
from app.numbers.paper_words import cause_name, list_title, period_label
from app.numbers.papers import provenance_of
from app.numbers.queries.behind import Behind, describe, latest_first, list_groups, names_people
from app.numbers.queries.overdue import Late
from app.numbers.queries.places import place_name
from app.numbers.queries.runs import count_members, list_members
from app.numbers.rules.behind import MISSING
from app.numbers.rules.causes import cause_of, states_of
from app.numbers.rules.indicators import OVERDUE
from app.numbers.rules.membership import ADDED_UP, Figure, InSet, MemberKind
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.places import whole_of
from reports.member_list import ListColumn, MemberListDocument, render_member_list_pdf, render_member_list_xlsx
from reports.wording import chinese_date

MOST = 3000
NOT_SHOWN = "（未登记或已不在本辖区）"
LISTS: Final[dict[str, Callable[[MemberListDocument], bytes]]] = {
    "pdf": render_member_list_pdf,
    "xlsx": render_member_list_xlsx,
}
_IN_TIME, _LATE, _NOT_OWED = "按时", "超时", "—"
_WHO = (ListColumn("姓名", 0.16), ListColumn("村（社区）", 0.24), ListColumn("责任机构", 0.26))
_DONE = ListColumn("办理结果", 0.18)
_DAY_BEFORE, _DAY_DUE = ListColumn("上次随访", 0.13), ListColumn("应随访日", 0.13)
_NEVER, _SINCE_SEEN = "尚无随访", "—"
# title, where it was owed by the cut-off, where it was done in time
_LOOP = (
    ("发单", InSet.DISCHARGE, InSet.FORMS_IN_TIME),
    ("签收", InSet.RECEIPT_OWED, InSet.RECEIVED_IN_TIME),
    ("首访", InSet.VISIT_OWED, InSet.VISITED_IN_TIME),
    ("办结", InSet.LOOP_OWED, InSet.LOOP_IN_TIME),
)


def print_of_list(run: IndicatorRun, place: str, figure: Figure, actor: Actor, now: datetime) -> Print:
    said = digest(f"{run.public_id}\n{place}\n{figure.name}")
    return Print("numbers.list_printed", ("indicator_run", run.public_id), whole_of(place), said, actor.user_id, now)


def list_document(
    session: Session, keyring: Keyring, actor: Actor, run: IndicatorRun, place: str, figure: Figure, now: datetime
) -> MemberListDocument:
    """People by name for a role that may read everything the list tells; for others by place and institution, with how many."""
    wanted, count = print_of_list(run, place, figure, actor, now), count_members(session, actor, run, place, figure)
    period = period_label(ReportPeriod.parse(run.period))
    columns, rows = (
        _named(session, actor, run, place, figure)
        if names_people(actor, figure)
        else _grouped(session, actor, run, place, figure)
    )
    return MemberListDocument(
        title=f"{place_name(session, place)}{period}{list_title(figure)}名单",
        facts=f"{period} · 截止日 {chinese_date(run.cut_off)} · 规则版本 {run.rule_set} · 共 {count}",
        organisation=office_of(session, actor) or full_name(session, whole_of(place)),
        columns=columns,
        rows=rows,
        provenance=provenance_of(wanted, mark_of(keyring, wanted), actor),
        note=f"只列前 {MOST} 行，其余请按乡镇分别打印。" if len(rows) == MOST < count else "",
        prepared_by=actor.name,
    )


_Table = tuple[tuple[ListColumn, ...], tuple[tuple[str | int, ...], ...]]


def _named(session: Session, actor: Actor, run: IndicatorRun, place: str, figure: Figure) -> _Table:
    if figure.name == OVERDUE.name:
        return _overdue(session, actor, run, place)
    members = list_members(session, actor, run, place, figure, limit=MOST)
    rows = describe(session, actor, members, figure)
    if members and members[0].kind is MemberKind.DISCHARGE:
        columns = (*_WHO, *(ListColumn(title, 0.08) for title, _owed, _done in _LOOP), _DONE)
        return columns, tuple((*_who(row), *_loop(row.member), "") for row in rows)
    if members and members[0].kind is MemberKind.EMERGENCY:
        columns = (*_WHO, ListColumn("24 小时内完成", 0.14), _DONE)
        return columns, tuple((*_who(row), _in_time(row.member, InSet.EMERGENCY_IN_TIME), "") for row in rows)
    return _of_patients(rows, figure)


def _overdue(session: Session, actor: Actor, run: IndicatorRun, place: str) -> _Table:
    """In the order of the page, whoever is late longest first."""
    members, late = latest_first(session, run, list_members(session, actor, run, place, OVERDUE, limit=None))
    rows = describe(session, actor, members[:MOST])
    columns = (*_WHO, _DAY_BEFORE, _DAY_DUE, ListColumn("逾期天数", 0.1, is_count=True), _DONE)
    return columns, tuple((*_who(row), *_how_late(late.get(row.member.subject_id)), "") for row in rows)


def _how_late(one: Late | None) -> tuple[str, str, str | int]:
    if one is None:
        return _SINCE_SEEN, _SINCE_SEEN, _SINCE_SEEN
    return _day(one.seen_on) if one.seen_on else _NEVER, _day(one.due_on), one.days


def _day(day: date) -> str:
    return day.strftime("%Y-%m-%d")


def _of_patients(rows: Sequence[Behind], figure: Figure) -> _Table:
    count = ADDED_UP.get(figure.weight)
    if count is not None:
        columns = (*_WHO, ListColumn("次数", 0.08, is_count=True), _DONE)
        return columns, tuple((*_who(row), count(row.member), "") for row in rows)
    return (*_WHO, ListColumn("说明", 0.24), _DONE), tuple((*_who(row), _told(row.member, figure), "") for row in rows)


def _grouped(session: Session, actor: Actor, run: IndicatorRun, place: str, figure: Figure) -> _Table:
    columns = (ListColumn("村（社区）", 0.3), ListColumn("责任机构", 0.35), ListColumn("数", 0.1, is_count=True), _DONE)
    groups = list_groups(session, actor, run, place, figure)
    return columns, tuple((one.place, one.agency or NO_AGENCY, one.count, "") for one in groups[:MOST])


def _who(row: Behind) -> tuple[str, str, str]:
    nobody = NO_AGENCY if row.member.kind is MemberKind.PATIENT else "—"
    return row.name or NOT_SHOWN, row.place, row.agency or nobody


def _told(member: IndicatorMember, figure: Figure) -> str:
    """Of somebody missing, why; of others what their state asks for."""
    if figure.name.endswith(MISSING):
        return cause_name(cause_of(figure.name.removesuffix(MISSING), member.bits))
    return "、".join(cause_name(state) for state in states_of(member.bits))


def _loop(member: IndicatorMember) -> tuple[str, ...]:
    return tuple(_in_time(member, done) if member.bits & owed else _NOT_OWED for _title, owed, done in _LOOP)


def _in_time(member: IndicatorMember, flag: InSet) -> str:
    return _IN_TIME if member.bits & flag else _LATE

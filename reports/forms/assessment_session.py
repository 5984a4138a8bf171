"""季度评估汇总表: what a town's panel decided in one session, signed once for all who were not opened singly."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from reports.forms.flow import Blank
from reports.forms.grid import Cell, Row, Table, cell, label
from reports.forms.sheet import Gap, Imprint, Part, Prose, Sheet, Together, render_sheets
from reports.forms.values import day
from reports.page import A4_LANDSCAPE, Align

TITLE = "危险性季度评估汇总表"
LEVELS = range(6)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One person's line; levels are 0–5 or None where there is none."""

    village: str
    name: str
    record_number: str = ""
    previous_level: int | None = None
    visits: int = 0
    last_visit_on: date | None = None
    proposed_level: int | None = None
    decided_level: int | None = None
    is_single: bool = False
    """Opened singly: a form of its own is attached."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PanelMember:
    name: str
    institution: str = ""


@dataclass(frozen=True, slots=True)
class AssessmentSessionDocument:
    """A session. `rows` in the order of printing, usually by village."""

    imprint: Imprint
    town: str = ""
    quarter: str = ""
    """For example 2026年第四季度."""
    held_on: date | None = None
    place: str = ""
    chair: str = ""
    recorder: str = ""
    rows: tuple[SessionRow, ...] = ()
    panel: tuple[PanelMember, ...] = ()

    @property
    def title(self) -> str:
        return f"{self.town}{self.quarter}{TITLE}"


def render_assessment_session(document: AssessmentSessionDocument) -> bytes:
    """The sheet, A4 across; its sums are counted from its rows."""
    sheet = Sheet(
        document.title,
        document.imprint,
        (_people(document), Gap(3), *_sums(document), *_panel(document)),
        head=(
            "会议日期：",
            day(document.held_on),
            "　　地点：",
            Blank(document.place, 46),
            "　　主持人：",
            Blank(document.chair, 28),
            "　　记录人：",
            Blank(document.recorder, 28),
        ),
        size=9.5,
        leading=1.4,
        least=7.2,
        margin=14,
        top=11,
    )
    return render_sheets((sheet,), document.title, A4_LANDSCAPE)


def _level(level: int | None) -> str:
    return "" if level is None else f"{level}级"


def _change(row: SessionRow) -> str:
    if row.decided_level is None:
        return ""
    if row.previous_level is None:
        return "首次"
    difference = row.decided_level - row.previous_level
    return "不变" if not difference else ("升" if difference > 0 else "降") + f"{abs(difference)}级"


def _people(document: AssessmentSessionDocument) -> Table:
    center, left = Align.CENTER, Align.LEFT
    rows = tuple(
        (
            str(index),
            row.village,
            row.name,
            row.record_number,
            _level(row.previous_level),
            _visits(row),
            _level(row.proposed_level),
            _level(row.decided_level),
            _change(row),
            "是" if row.is_single else "",
            row.reason,
        )
        for index, row in enumerate(document.rows, start=1)
    )
    return Table(
        ("序号", "村（社区）", "姓名", "编号", "上次", "本季随访", "建议", "评定", "变化", "单评", "理由"),
        (11, 30, 34, 24, 13, 36, 13, 13, 15, 12, 0),
        rows or ((("",) * 11),) * 12,
        (center, left, left, center, center, center, center, center, center, center, left),
    )


def _visits(row: SessionRow) -> str:
    if row.last_visit_on is None:
        return "无" if not row.visits else f"{row.visits}次"
    return f"{row.visits}次，末次{row.last_visit_on.month}月{row.last_visit_on.day}日"


def _sums(document: AssessmentSessionDocument) -> tuple[Part, ...]:
    before = Counter(row.previous_level for row in document.rows)
    after = Counter(row.decided_level for row in document.rows)
    changes = Counter(_change(row)[:1] for row in document.rows)
    has_rows = bool(document.rows)

    def counts(of: Counter[int | None]) -> tuple[str, ...]:
        return tuple(str(of[level]) if has_rows else "" for level in (*LEVELS, None))

    summary = Table(
        ("人数", "0级", "1级", "2级", "3级", "4级", "5级", "未评定", "合计"),
        (0, 26, 26, 26, 26, 26, 26, 26, 26),
        (
            ("上次评估", *counts(before), str(len(document.rows)) if has_rows else ""),
            ("本次评定", *counts(after), str(len(document.rows)) if has_rows else ""),
        ),
        (Align.CENTER,) * 9,
    )
    words = f"升级 {changes['升']} 人，降级 {changes['降']} 人，不变 {changes['不']} 人，首次 {changes['首']} 人。"
    note = Prose((words,), after=2) if has_rows else Gap(1)
    return (Together((summary, Gap(1), note)),)


def _panel(document: AssessmentSessionDocument) -> tuple[Part, ...]:
    """Two members a line, each with room to sign."""
    members = list(document.panel) + [PanelMember("")] * max(0, 4 - len(document.panel))
    members += [PanelMember("")] * (len(members) % 2)
    rows = []
    for first, second in zip(members[::2], members[1::2], strict=True):
        cells = [part for member in (first, second) for part in _member(member)]
        rows.append(Row(tuple(cells)))
    title = Prose(("评估组成员签名",), size=11, bold=True, after=0.6, keep=True)
    seal = Row((label("单位（盖章）", 34), cell(least=14), label("日期", 22), cell(day(None), width=54)))
    return (Together((title, *rows, seal)),)


def _member(member: PanelMember) -> tuple[Cell, ...]:
    said = f"{member.name}\n{member.institution}" if member.institution else member.name
    return cell(said, width=70, least=11), cell("签名：")

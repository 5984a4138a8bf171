"""小组会议记录: a joint group's quarterly meeting, who came, what was spoken about and decided. It names no family."""

from dataclasses import dataclass
from datetime import date

from reports.forms.grid import Columns, Row, Table, cell, label
from reports.forms.sheet import Gap, Imprint, Part, Prose, Sheet, Together, render_sheets
from reports.forms.values import day
from reports.page import A4, Align

TITLE = "会议记录"
MEMBER_ROWS = 6
DECISION_ROWS = 4
_COLUMNS = Columns(30, 56)


@dataclass(frozen=True, slots=True)
class Attendant:
    name: str
    unit: str = ""
    part: str = ""
    is_present: bool = False
    is_lead: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    what: str
    who: str = ""
    by_on: date | None = None


@dataclass(frozen=True, slots=True)
class MeetingMinutesDocument:
    imprint: Imprint
    place: str = ""
    group: str = ""
    """For example 精神卫生综合管理小组."""
    quarter: str = ""
    held_on: date | None = None
    members: tuple[Attendant, ...] = ()
    topics: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()

    @property
    def title(self) -> str:
        return f"{self.place}{self.group}{TITLE}"


def render_meeting_minutes(document: MeetingMinutesDocument) -> bytes:
    """A4 upright, with room to sign."""
    lead = next((one.name for one in document.members if one.is_lead), "")
    came = sum(1 for one in document.members if one.is_present)
    counted = f"应到 {len(document.members)} 人，实到 {came} 人" if document.members else ""
    sheet = Sheet(
        document.title,
        document.imprint,
        (
            _COLUMNS.pair("开会日期", cell(day(document.held_on)), "季度", cell(document.quarter)),
            _COLUMNS.pair("主持人", cell(lead), "到会", cell(counted)),
            _COLUMNS.line("地点", cell()),
            Gap(2),
            *_members(document),
            *_topics(document),
            *_decisions(document),
            _signatures(),
        ),
        reminder=document.title,
        size=10.5,
        leading=1.5,
        least=8,
        margin=18,
        top=14,
        title_size=16,
    )
    return render_sheets((sheet,), document.title, A4)


def _heading(text: str) -> Prose:
    return Prose((text,), size=12, bold=True, leading=1.5, after=0.6, keep=True)


def _members(document: MeetingMinutesDocument) -> tuple[Part, ...]:
    members = document.members or (Attendant(""),) * MEMBER_ROWS
    rows = tuple(
        (one.name + ("（组长）" if one.is_lead else ""), one.part, one.unit, _came(one, document), "")
        for one in members
    )
    center = Align.CENTER
    table = Table(
        ("姓名", "身份", "单位、职务", "到会", "签名"), (34, 36, 0, 16, 34), rows, (center, center, Align.LEFT, center, center)
    )  # fmt: skip
    return (_heading("到会情况"), table, Gap(2))


def _came(one: Attendant, document: MeetingMinutesDocument) -> str:
    if not document.members:
        return ""
    return "√" if one.is_present else "未到"


def _topics(document: MeetingMinutesDocument) -> tuple[Part, ...]:
    words = "\n".join(f"{number}. {topic}" for number, topic in enumerate(document.topics, start=1))
    return (_heading("议题"), Row((cell(words, least=18),)), Gap(2))


def _decisions(document: MeetingMinutesDocument) -> tuple[Part, ...]:
    decisions = document.decisions or (Decision(""),) * DECISION_ROWS
    rows = tuple(
        (str(number) if one.what else "", one.what, one.who, (day(one.by_on),) if one.by_on else "")
        for number, one in enumerate(decisions, start=1)
    )
    center = Align.CENTER
    table = Table(
        ("序号", "决定事项", "由谁落实", "什么时候前"), (14, 0, 36, 38), rows, (center, Align.LEFT, center, center)
    )
    return (_heading("议定事项"), table, Gap(2))


def _signatures() -> Together:
    return Together((Row((label("主持人签名", 30), cell(width=56, least=14), label("记录人签名", 30), cell())),))

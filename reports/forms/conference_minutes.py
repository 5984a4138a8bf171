"""联合协商会议程, 联合协商会纪要: who came, what stood on the agenda and why, what was decided, by whom it is done and until when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from reports.forms.grid import Columns, Row, Table, cell, label
from reports.forms.sheet import Gap, Imprint, Part, Prose, Sheet, Together, render_sheets
from reports.forms.values import day, moment
from reports.page import A4, Align
from reports.wording import CONFIDENTIAL

TITLE, AGENDA = "联合协商会纪要", "联合协商会议程"
PARTY_ROWS, DECISION_ROWS = 6, 2
_COLUMNS = Columns(28, 56)


@dataclass(frozen=True, slots=True)
class Party:
    """An invited agency; `was_present` None before the meeting."""

    agency: str
    attendee: str = ""
    answer: str = ""
    was_present: bool | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    what: str
    agency: str = ""
    due_on: date | None = None
    state: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    name: str
    village: str = ""
    because: str = ""
    result: str = ""
    words: str = ""
    decisions: tuple[Decided, ...] = ()


@dataclass(frozen=True, slots=True)
class ConferenceMinutesDocument:
    imprint: Imprint
    place: str = ""
    number: str = ""
    meets_at: datetime | None = None
    room: str = ""
    chair: str = ""
    parties: tuple[Party, ...] = ()
    points: tuple[Point, ...] = ()
    mark: str = ""
    """Number and check code of the print."""
    is_agenda: bool = False
    """Printed before the meeting, with room to write."""

    @property
    def title(self) -> str:
        return f"{self.place}{AGENDA if self.is_agenda else TITLE}"


def render_conference_minutes(document: ConferenceMinutesDocument) -> bytes:
    """A4 upright; every agency signs beside its name."""
    sheet = Sheet(
        document.title,
        document.imprint,
        (
            _COLUMNS.pair("会议编号", cell(document.number), "开会时间", cell(moment(document.meets_at))),
            _COLUMNS.pair("主持人", cell(document.chair), "开会地点", cell(document.room)),
            Gap(2),
            *_parties(document),
            *(part for number, point in enumerate(document.points, start=1) for part in _point(number, point)),
            Together((Row((label("主持人签名", 28), cell(width=56, least=14), label("记录人签名", 28), cell())),)),
        ),
        reminder=document.number,
        notice=f"{CONFIDENTIAL} · {document.mark}" if document.mark else CONFIDENTIAL,
        size=10.5,
        leading=1.5,
        least=8,
        margin=17,
        top=14,
        title_size=16,
    )
    return render_sheets((sheet,), document.title, A4)


def _parties(document: ConferenceMinutesDocument) -> tuple[Part, ...]:
    parties = document.parties or (Party(""),) * PARTY_ROWS
    came = {True: "√", False: "未到", None: ""}
    rows = tuple((one.agency, one.attendee, one.answer, came[one.was_present], "") for one in parties)
    center = Align.CENTER
    table = Table(
        ("单位", "参加人", "答复", "到会", "签名"), (0, 32, 30, 16, 36), rows, (Align.LEFT, center, center, center, center)
    )  # fmt: skip
    return (_heading("参加单位"), table, Gap(2))


def _point(number: int, point: Point) -> Iterable[Part]:
    yield _heading(f"议题 {number}　{point.name}　{point.village}".rstrip("　"))
    yield _COLUMNS.line("为什么列入", cell(point.because))
    yield _COLUMNS.line("商议情况", cell(point.words, least=16))
    yield _COLUMNS.line("结果", cell(point.result))
    if point.result and not point.decisions:
        yield Gap(2)
        return
    decisions = point.decisions or (Decided(""),) * DECISION_ROWS
    rows = tuple((one.what, one.agency, (day(one.due_on),) if one.due_on else "", one.state, "") for one in decisions)
    center = Align.CENTER
    yield Table(
        ("议定事项", "办理单位", "办结期限", "状态", "签收"), (0, 46, 34, 22, 26), rows, (Align.LEFT, Align.LEFT, center, center, center)
    )  # fmt: skip
    yield Gap(2)


def _heading(text: str) -> Prose:
    return Prose((text,), size=11.5, bold=True, leading=1.5, after=0.6, keep=True)

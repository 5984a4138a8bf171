"""培训登记表: the year's sessions, what each member of staff attended, and who has had none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from reports.table_xlsx import Column, Kind, Line, Sheet, render_workbook
from reports.wording import CONFIDENTIAL, Provenance, chinese_date


@dataclass(frozen=True, slots=True)
class SessionLine:
    held_on: date
    topic: str
    title: str
    organiser: str
    place: str
    teacher: str
    half_hours: int
    attended: int


@dataclass(frozen=True, slots=True)
class StaffLine:
    unit: str
    name: str
    sessions: int
    half_hours: int


@dataclass(frozen=True, slots=True)
class TrainingDocument:
    place: str
    organisation: str
    year: int
    sessions: tuple[SessionLine, ...]
    staff: tuple[StaffLine, ...]
    provenance: Provenance

    @property
    def title(self) -> str:
        return f"{self.place}{self.year}年培训登记表"


_SESSIONS = (
    ("序号", 7, Kind.COUNT), ("日期", 16, Kind.TEXT), ("内容", 18, Kind.TEXT), ("主题", 34, Kind.TEXT),
    ("组织单位", 26, Kind.TEXT), ("地点", 24, Kind.TEXT), ("授课人", 16, Kind.TEXT), ("学时", 9, Kind.RATE),
    ("参加人数", 11, Kind.COUNT),
)  # fmt: skip
_STAFF = (
    ("序号", 7, Kind.COUNT), ("单位", 30, Kind.TEXT), ("姓名", 14, Kind.TEXT), ("参加次数", 11, Kind.COUNT),
    ("学时", 9, Kind.RATE), ("备注", 18, Kind.TEXT),
)  # fmt: skip
_HUNDREDTHS = 50  # of an hour in half an hour, so that a workbook adds them up


def hours(half_hours: int) -> str:
    """Half-hours as hours: 3, 1.5."""
    return f"{half_hours // 2}" if half_hours % 2 == 0 else f"{half_hours // 2}.5"


def render_training_xlsx(document: TrainingDocument) -> bytes:
    sessions = [
        Line(
            (
                number,
                chinese_date(one.held_on),
                one.topic,
                one.title,
                one.organiser,
                one.place,
                one.teacher,
                _HUNDREDTHS * one.half_hours,
                one.attended,
            )
        )
        for number, one in enumerate(document.sessions, start=1)
    ]
    staff = [
        Line(
            (
                number,
                one.unit,
                one.name,
                one.sessions,
                _HUNDREDTHS * one.half_hours,
                "" if one.sessions else "本年尚未参加",
            )
        )
        for number, one in enumerate(document.staff, start=1)
    ]
    none = sum(not one.sessions for one in document.staff)
    notes = (
        f"培训 {len(document.sessions)} 场 · 应培训 {len(document.staff)} 人 · 本年尚未参加 {none} 人",
        document.provenance.line(),
    )
    sheets = [
        Sheet(
            name,
            [Column(*one) for one in columns],
            lines,
            heading=document.title,
            notes=notes,
            footer=f"{CONFIDENTIAL} · {document.provenance.short_fingerprint}",
            landscape=True,
            wrap=True,
        )
        for name, columns, lines in (("培训场次", _SESSIONS, sessions), ("人员学时", _STAFF, staff))
    ]
    return render_workbook(
        sheets, title=document.title, author=document.organisation, created_at=document.provenance.printed_at
    )

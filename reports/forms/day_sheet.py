"""日程单: the worklist on paper, by village, with short codes and room to write down what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from reports.forms.flow import Blank
from reports.forms.grid import Table
from reports.forms.sheet import Gap, Imprint, Part, Prose, Sheet, Together, render_sheets
from reports.page import A4_LANDSCAPE, Align
from reports.wording import SHANGHAI, chinese_date

TITLE = "随访日程单"
OUTCOMES = (
    ("见", "见到本人"),
    ("属", "只见到家属"),
    ("未", "未遇"),
    ("拒", "拒绝"),
    ("迁", "已搬走"),
    ("错", "号码不对"),
    ("住", "住院"),
)


@dataclass(frozen=True, slots=True)
class DaySheetRow:
    """One person to see. `name` is printed as given, so the caller decides whether it is masked."""

    village: str
    name: str
    tasks: tuple[str, ...] = ()
    """Short codes of what is to be done, explained by the document's legend."""
    due_on: date | None = None
    lateness: str = ""
    """For example 逾期3天."""
    level: int | None = None
    last_seen: str = ""
    """Day and class of the last visit, in short."""
    phone: str = ""
    address: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class DaySheetDocument:
    """A day's list. Neighbouring rows of one village stand under its name."""

    imprint: Imprint
    on: date
    doctor: str = ""
    area: str = ""
    rows: tuple[DaySheetRow, ...] = ()
    legend: tuple[tuple[str, str], ...] = ()
    """Short code and what it means."""
    outcomes: tuple[tuple[str, str], ...] = OUTCOMES


def render_day_sheet(document: DaySheetDocument) -> bytes:
    printed = document.imprint.printed_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    sheet = Sheet(
        TITLE,
        document.imprint,
        (*_villages(document.rows), *_closing(document)),
        head=(
            "日期：",
            Blank(chinese_date(document.on), 38),
            "　医生：",
            Blank(document.doctor, 34),
            "　范围：",
            Blank(document.area, 60),
            f"　共 {len(document.rows)} 人",
        ),
        reminder=f"{chinese_date(document.on)} {document.doctor}",
        watermark=f"{document.imprint.printed_by} {printed}",
        size=9.5,
        leading=1.35,
        least=11,
        margin=12,
        top=10,
        title_size=16,
    )
    return render_sheets((sheet,), TITLE, A4_LANDSCAPE)


def _villages(rows: Iterable[DaySheetRow]) -> list[Part]:
    parts: list[Part] = []
    count = 0
    for village, group in groupby(rows, key=lambda row: row.village):
        people = list(group)
        heading = f"{village}（{len(people)}人）" if village else f"{len(people)}人"
        parts.append(Prose((heading,), size=11, bold=True, leading=1.4, after=0.4, keep=True))
        parts += [_table(village, people, count), Gap(2)]
        count += len(people)
    return parts


def _table(village: str, people: list[DaySheetRow], before: int) -> Table:
    center, left = Align.CENTER, Align.LEFT
    return Table(
        (
            "序号",
            # the head comes again on every page, and with it the village
            f"姓名（{village}）" if village else "姓名",
            "事项",
            "应办日期",
            "级",
            "上次",
            "电话",
            "住址和提示",
            "方式",
            "结果",
            "危险性",
            "用药",
            "记事",
        ),
        (10, 31, 18, 22, 8, 24, 27, 0, 11, 12, 15, 12, 46),
        tuple(
            (
                str(number),
                row.name,
                "·".join(row.tasks),
                _due(row),
                "" if row.level is None else str(row.level),
                row.last_seen,
                row.phone,
                "\n".join(part for part in (row.address, row.remark) if part),
                *("", "", "", "", ""),
            )
            for number, row in enumerate(people, start=before + 1)
        ),
        (center, left, center, center, center, center, center, left, center, center, center, center, left),
    )


def _due(row: DaySheetRow) -> str:
    day = f"{row.due_on.month}月{row.due_on.day}日" if row.due_on else ""
    return "\n".join(part for part in (day, row.lateness) if part)


def _closing(document: DaySheetDocument) -> tuple[Part, ...]:
    def said(pairs: Iterable[tuple[str, str]]) -> str:
        return "　".join(f"{code} {meaning}" for code, meaning in pairs)

    lines: list[Prose] = []
    if document.legend:
        lines.append(Prose((f"事项：{said(document.legend)}",), size=9, leading=1.4, after=0))
    lines.append(
        Prose((f"方式：1 门诊　2 家庭访视　3 电话　　结果：{said(document.outcomes)}",), size=9, leading=1.4, after=0)
    )
    lines.append(
        Prose(
            (
                "危险性：0–5级　　用药：1 规律　2 间断　3 不用药　4 勿需用药　　用后请录入系统并交回销毁，不得拍照外传。",
            ),
            size=9,
            leading=1.4,
            after=1,
        )
    )
    return (Together(tuple(lines)),)

"""集中摸排: how far a screening round has come, place by place, and a village's signed zero report."""

from dataclasses import dataclass
from datetime import date

from reports.forms.flow import Blank
from reports.forms.grid import Row, Table, cell, label
from reports.forms.sheet import Gap, Imprint, Part, Prose, Sheet, Together, render_sheets
from reports.forms.values import day, number
from reports.page import A4, A4_LANDSCAPE, Align
from reports.wording import chinese_period

PROGRESS_TITLE = "集中摸排进度表"
ZERO_TITLE = "集中摸排零报告"
BLANK_ROWS = 14


@dataclass(frozen=True, slots=True)
class SweepRow:
    """A town's or a village's state. Counts that are not known are None."""

    place: str
    villages: int | None = None
    reported: int | None = None
    """Villages that have reported, with clues or with a zero report."""
    zero_reports: int | None = None
    clues: int | None = None
    looked_at: int | None = None
    suspected: int | None = None
    confirmed: int | None = None
    reporter: str = ""
    reported_on: date | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class SweepProgressDocument:
    imprint: Imprint
    area: str = ""
    round_label: str = ""
    """For example 2026年第四季度."""
    from_on: date | None = None
    to_on: date | None = None
    cut_off: date | None = None
    rows: tuple[SweepRow, ...] = ()
    place_title: str = "乡镇（街道）"
    responsible: str = ""

    @property
    def title(self) -> str:
        return f"{self.area}{self.round_label}{PROGRESS_TITLE}"


@dataclass(frozen=True, slots=True)
class ZeroReportDocument:
    """A village says in writing that it looked and found nobody new."""

    imprint: Imprint
    village: str = ""
    round_label: str = ""
    from_on: date | None = None
    to_on: date | None = None
    households: int | None = None
    residents: int | None = None
    ways: str = ""
    """How it was looked, for example 入户走访、网格员日常巡查."""
    reporter: str = ""
    responsible: str = ""
    reported_on: date | None = None


def render_sweep_progress(document: SweepProgressDocument) -> bytes:
    """The progress sheet, A4 across; its last row adds up the rows above."""
    sheet = Sheet(
        document.title,
        document.imprint,
        (_table(document), Gap(3), *_notes(), _signatures(document)),
        head=(
            "摸排时间：",
            Blank(_period(document.from_on, document.to_on), 70),
            "　　统计截止日：",
            day(document.cut_off),
        ),
        size=10,
        leading=1.4,
        least=8,
        margin=14,
        top=11,
    )
    return render_sheets((sheet,), document.title, A4_LANDSCAPE)


def _period(first: date | None, last: date | None) -> str:
    return chinese_period(first, last) if first and last else ""


_COUNTS = ("villages", "reported", "zero_reports", "clues", "looked_at", "suspected", "confirmed")


def _counts(row: SweepRow) -> tuple[str, ...]:
    return tuple(number(getattr(row, name)) for name in _COUNTS)


def _sums(rows: tuple[SweepRow, ...]) -> tuple[str, ...]:
    return tuple(number(sum(getattr(row, name) or 0 for row in rows)) for name in _COUNTS)


def _table(document: SweepProgressDocument) -> Table:
    center, left = Align.CENTER, Align.LEFT
    rows = [
        (
            str(index),
            row.place,
            *_counts(row),
            row.reporter,
            f"{row.reported_on.month}月{row.reported_on.day}日" if row.reported_on else "",
            row.remark,
        )
        for index, row in enumerate(document.rows, start=1)
    ]
    if rows:
        rows.append(("", "合计", *_sums(document.rows), "", "", ""))
    else:
        rows = [("",) * 12] * BLANK_ROWS
    return Table(
        (
            "序号",
            document.place_title,
            "应报村数",
            "已报村数",
            "零报告",
            "线索数",
            "已调查",
            "疑似",
            "确诊",
            "报告人",
            "报告日期",
            "备注",
        ),
        (12, 40, 18, 18, 18, 18, 18, 18, 18, 28, 22, 0),
        tuple(rows),
        (center, left, *(center,) * 7, left, center, left),
    )


def _notes() -> tuple[Part, ...]:
    words = "没有发现线索的村（社区）须签字零报告；已报村数等于有线索的村数加零报告数。表中只填人数，不填姓名。"
    return (Prose((words,), size=9, leading=1.4, after=2),)


def _signatures(document: SweepProgressDocument) -> Together:
    return Together(
        (
            Row(
                (
                    label("填表人签名", 28),
                    cell(least=11),
                    label("负责人签名", 28),
                    cell(document.responsible),
                    label("单位（盖章）", 28),
                    cell(document.imprint.organisation, width=62),
                    label("日期", 16),
                    cell(day(None), width=40),
                )
            ),
        )
    )


def render_zero_report(document: ZeroReportDocument) -> bytes:
    period = _period(document.from_on, document.to_on)
    body = (
        "　　在",
        Blank(document.round_label, 36),
        "集中摸排中，本村（社区）于",
        Blank(period, 44),
        "对辖区常住居民进行了摸排，共走访",
        Blank(number(document.households), 18),
        "户、",
        Blank(number(document.residents), 18),
        "人，摸排方式为",
        Blank(document.ways, 60),
        "，未发现新的精神行为异常线索。",
    )
    sheet = Sheet(
        ZERO_TITLE,
        document.imprint,
        (
            Prose(body, leading=2.1, after=3),
            Prose(("　　今后发现线索的，我们随时报告。",), leading=2.1, after=8),
            Together(
                (
                    Row((label("报告人签名", 34), cell(document.reporter, least=14))),
                    Row((label("负责人签名", 34), cell(document.responsible, least=14))),
                    Row((label("单位（盖章）", 34), cell(document.village, least=18))),
                    Row((label("报告日期", 34), cell(day(document.reported_on)))),
                )
            ),
        ),
        head=("村（社区）：", Blank(document.village, 70)),
        size=13,
        least=11,
        margin=24,
        title_size=20,
    )
    return render_sheets((sheet,), ZERO_TITLE, A4)

"""理赔卷宗封面: what a claim is about, when what was due, and which papers lie inside."""

from dataclasses import dataclass
from datetime import date, datetime

from reports.forms.grid import Columns, Table, cell
from reports.forms.sheet import Gap, Imprint, Part, Prose, Sheet, Together, render_sheets
from reports.forms.values import day, moment
from reports.page import A4, Align
from reports.wording import yuan

TITLE = "理赔卷宗"
_COLUMNS = Columns(34, 52)


@dataclass(frozen=True, slots=True)
class CoverPaper:
    name: str
    received_on: date | None = None


@dataclass(frozen=True, slots=True)
class CoverStep:
    on_day: date
    what: str
    by: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class ClaimCoverDocument:
    """Names the insured guardian, and the patient by a masked number alone: the file goes to the insurer."""

    imprint: Imprint
    number: str
    insurer: str
    policy_number: str
    kind: str
    guardian: str
    masked_number: str
    happened_at: datetime
    reported_at: datetime
    report_due_at: datetime
    is_late: bool
    cover: str
    """Whether the day was covered, in one sentence."""
    harm: str
    asked_fen: int
    reference: str = ""
    papers: tuple[CoverPaper, ...] = ()
    papers_on: date | None = None
    settle_by: date | None = None
    agreed_fen: int | None = None
    paid_fen: int | None = None
    steps: tuple[CoverStep, ...] = ()


def render_claim_cover(document: ClaimCoverDocument) -> bytes:
    """One A4 sheet, more where the steps are many."""
    sheet = Sheet(
        TITLE,
        document.imprint,
        (*_facts(document), Gap(3), *_papers(document), Gap(3), *_steps(document), _signatures()),
        head=(f"案号 {document.number}",),
        reminder=document.number,
        size=10.5,
        least=8.2,
        title_size=20,
    )
    return render_sheets((sheet,), f"{TITLE} {document.number}", A4)


def _facts(document: ClaimCoverDocument) -> tuple[Part, ...]:
    in_time = "超过时限" if document.is_late else "在时限内"
    return (
        _COLUMNS.pair("保险公司", cell(document.insurer), "险种", cell(document.kind)),
        _COLUMNS.pair("保单号", cell(document.policy_number), "报案号", cell(document.reference)),
        _COLUMNS.pair("监护人", cell(document.guardian), "患者证件号", cell(document.masked_number)),
        _COLUMNS.pair("出险时间", cell(moment(document.happened_at)), "损害", cell(document.harm)),
        _COLUMNS.pair("报案时间", cell(moment(document.reported_at)), "报案时限", cell(moment(document.report_due_at))),
        _COLUMNS.pair("是否按时报案", cell(in_time), "索赔金额（元）", cell(yuan(document.asked_fen))),
        _COLUMNS.line("出险日保障", cell(document.cover)),
        _COLUMNS.pair("材料齐全", cell(day(document.papers_on)), "理赔期限", cell(day(document.settle_by))),
        _COLUMNS.pair(
            "核定金额（元）", cell(_sum(document.agreed_fen)), "赔付金额（元）", cell(_sum(document.paid_fen))
        ),
    )


def _sum(fen: int | None) -> str:
    return "" if fen is None else yuan(fen)


def _papers(document: ClaimCoverDocument) -> tuple[Part, ...]:
    rows = tuple(
        (str(place), one.name, "√" if one.received_on else "缺", _day(one.received_on), "")
        for place, one in enumerate(document.papers, start=1)
    )
    center = Align.CENTER
    missing = [one.name for one in document.papers if not one.received_on]
    return (
        _heading("卷内材料"),
        Table(
            ("序号", "材料", "收到", "收到日期", "页数"),
            (14, 0, 18, 38, 20),
            rows,
            (center, Align.LEFT, center, center, center),
        ),
        *(
            (
                Gap(1.5),
                Prose((f"尚缺 {len(missing)} 份：{'、'.join(missing)}。",), size=10.5),
            )
            if missing
            else ()
        ),
    )


def _steps(document: ClaimCoverDocument) -> tuple[Part, ...]:
    rows = tuple((_day(one.on_day), one.what, one.words, one.by) for one in document.steps)
    return (
        _heading("办理经过"),
        Table(
            ("日期", "事项", "说明", "经办人"),
            (36, 30, 0, 28),
            rows,
            (Align.CENTER, Align.CENTER, Align.LEFT, Align.CENTER),
        ),
    )


def _day(value: date | None) -> str:
    return f"{value.year}年{value.month}月{value.day}日" if value else ""


def _heading(text: str) -> Prose:
    return Prose((text,), size=12, bold=True, leading=1.5, after=0.6, keep=True)


def _signatures() -> Together:
    return Together(
        (
            Gap(6),
            Prose(
                ("经办人：　　　　　　　　复核人：　　　　　　　　单位（盖章）　　　　　　年　　月　　日",), size=10.5
            ),
        )
    )

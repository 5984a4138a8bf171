"""督办单: what a unit is asked to put right and by when, the cases it is about, and the slip on which it replies."""

from dataclasses import dataclass
from datetime import date

from reports.forms.grid import Columns, Row, Table, cell, label
from reports.forms.sheet import Gap, Imprint, Part, Prose, Sheet, Together, render_sheets
from reports.forms.values import day
from reports.page import A4, Align

TITLE, SLIP_TITLE = "督办单", "督办事项回复单"
BLANK_SPACE = 70.0
_COLUMNS = Columns(30, 56)


@dataclass(frozen=True, slots=True)
class OrderCase:
    """`who` is a name, a record number, or empty where whoever prints may read neither."""

    who: str
    place: str
    because: str = ""
    outcome: str = ""
    since: str = ""


@dataclass(frozen=True, slots=True)
class SupervisionOrderDocument:
    imprint: Imprint
    county: str = ""
    number: str = ""
    unit: str = ""
    matter: str = ""
    text: str = ""
    demand: str = ""
    issued_on: date | None = None
    reply_by: date | None = None
    issued_by: str = ""
    sender: str = ""
    cases: tuple[OrderCase, ...] = ()
    list_note: str = ""
    """Why the list names nobody, where it does not."""
    reply: str = ""
    replied_by: str = ""
    replied_on: date | None = None
    mark: str = ""
    is_withdrawn: bool = False


def render_supervision_order(document: SupervisionOrderDocument) -> bytes:
    """A4 upright: the order with its list, and the slip as a sheet of its own, to be stamped and sent back."""
    return render_sheets((_order(document), _slip(document)), f"{document.number}{TITLE}", A4)


def _order(document: SupervisionOrderDocument) -> Sheet:
    return _sheet(
        document,
        f"{document.county}严重精神障碍服务管理工作{TITLE}",
        (
            _COLUMNS.line("主送单位", cell(document.unit)),
            _COLUMNS.line("督办事项", cell(document.matter)),
            _COLUMNS.line("督办内容", cell(document.text, least=24)),
            _COLUMNS.line("督办要求", cell(document.demand, least=12)),
            _COLUMNS.pair("督办件数", cell(f"{len(document.cases)} 例"), "回复期限", cell(day(document.reply_by))),
            Gap(3),
            _heading("督办名单"),
            *((Prose((document.list_note,), size=9, after=0.8),) if document.list_note else ()),
            _table(document),
            Gap(3),
            Together(
                (
                    Row(
                        (
                            label("签发单位\n（盖章）", 30),
                            cell(document.sender, width=56, least=24),
                            label("签发人", 30),
                            cell(document.issued_by),
                        )
                    ),
                )
            ),
        ),
    )


def _slip(document: SupervisionOrderDocument) -> Sheet:
    return _sheet(
        document,
        SLIP_TITLE,
        (
            _COLUMNS.line("回复单位", cell(document.unit)),
            _COLUMNS.line("督办事项", cell(document.matter)),
            _COLUMNS.pair("督办件数", cell(f"{len(document.cases)} 例"), "回复期限", cell(day(document.reply_by))),
            _COLUMNS.line(
                "办理结果", cell("已完成　　　例；已约定时间　　　例；\n暂不能办理　　　例；其他　　　例", least=16)
            )
            if not document.reply
            else _COLUMNS.line("办理结果", cell(_counted(document))),
            _COLUMNS.line("整改情况\n和原因说明", cell(document.reply, least=BLANK_SPACE)),
            _COLUMNS.pair("经办人", cell(document.replied_by), "负责人", cell()),
            _COLUMNS.pair("回复单位\n（盖章）", cell(least=24), "回复日期", cell(day(document.replied_on))),
            Gap(2),
            _COLUMNS.line("督办单位\n核销意见", cell(least=20)),
        ),
    )


def _sheet(document: SupervisionOrderDocument, title: str, parts: tuple[Part, ...]) -> Sheet:
    return Sheet(
        title,
        document.imprint,
        parts,
        head=("编号：", document.number),
        head_right=("签发日期：", day(document.issued_on)),
        corner=document.mark,
        reminder=document.number,
        watermark="已撤销" if document.is_withdrawn else "",
        size=10.5,
        leading=1.5,
        least=9,
        margin=20,
        top=18,
        title_size=16,
    )


def _heading(text: str) -> Prose:
    return Prose((text,), size=12, bold=True, leading=1.5, after=0.6, keep=True)


def _table(document: SupervisionOrderDocument) -> Table:
    rows = tuple(
        (str(number), one.who, one.place, one.because, one.outcome, one.since)
        for number, one in enumerate(document.cases, start=1)
    )
    center, left = Align.CENTER, Align.LEFT
    return Table(
        ("序号", "姓名或编号", "乡镇·村", "督办事由", "单位办理情况", "核查"),
        (11, 27, 34, 0, 34, 17),
        rows,
        (center, left, left, left, left, center),
    )


def _counted(document: SupervisionOrderDocument) -> str:
    counts: dict[str, int] = {}
    for one in document.cases:
        counts[one.outcome] = counts.get(one.outcome, 0) + 1
    return "；".join(f"{outcome} {count} 例" for outcome, count in counts.items() if outcome)

"""出院对接的五张单与回执单: what a unit is told, what it is asked for, the slip that it stamps and sends back; who knew what when."""

from dataclasses import dataclass
from datetime import datetime

from reports.forms.grid import Columns, Row, Table, cell
from reports.forms.sheet import FOR_THE_FAMILY, Gap, Imprint, Part, Prose, Sheet, Together, render_sheets
from reports.forms.values import day, moment
from reports.page import A4, Align
from reports.wording import CONFIDENTIAL, SHANGHAI

RECEIPT_TITLE = "出院对接回执单"
_COLUMNS = Columns(34, 60)
_CUT = "－ － － － － － － － － －　回执（%s后交回）　－ － － － － － － － － －"


@dataclass(frozen=True, slots=True)
class HandoverDocument:
    """One form. `rows` are its fields in order, each with its words; empty words are left to be filled by hand."""

    imprint: Imprint
    title: str
    number: str
    addressee: str
    dispatched_at: datetime
    rows: tuple[tuple[str, str], ...]
    request: str
    notes: tuple[str, ...] = ()
    is_for_family: bool = False
    """Then the slip is the guardian's signature, without a stamp."""


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    at: datetime
    form: str
    what: str
    who: str
    paper: str = ""
    """The stamped paper that it was entered from, by whom (代录)."""


@dataclass(frozen=True, slots=True)
class ReceiptSheetDocument:
    """Who knew what when, of one discharge. `forms` are (form, unit, state, received, closed)."""

    imprint: Imprint
    number: str
    name: str
    place: str
    state: str
    forms: tuple[tuple[str, str, str, str, str], ...]
    lines: tuple[ReceiptLine, ...]
    escalations: tuple[tuple[str, str, str], ...] = ()
    """(form, step, who was told)."""


def render_handover(document: HandoverDocument) -> bytes:
    """One A4 sheet: the form above, the slip below."""
    parts: tuple[Part, ...] = (
        Prose((f"{document.addressee or '监护人'}：",), size=11, after=1, keep=True),
        *(_COLUMNS.line(label, cell(text)) for label, text in document.rows),
        Gap(2),
        Prose((document.request,), indent=2, after=0.8),
        *(Prose((note,), indent=2, after=0.5) for note in document.notes),
        Gap(3),
        Together(
            (
                Prose((_CUT % ("签字" if document.is_for_family else "盖章"),), size=8, align=Align.CENTER, after=1.5),
                *_slip(document),
            )
        ),
    )
    return render_sheets(
        (_sheet(document.title, document.imprint, parts, document.number, document.is_for_family),), document.title, A4
    )


def render_receipt_sheet(document: ReceiptSheetDocument) -> bytes:
    """As many pages as the loop has lines; heads repeat."""
    lines = tuple(
        (
            f"{one.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
            one.form,
            one.what,
            one.who + (f"（代录：{one.paper}）" if one.paper else ""),
        )
        for one in document.lines
    )
    parts: list[Part] = [
        _COLUMNS.pair("姓名", cell(document.name), "居住地", cell(document.place)),
        _COLUMNS.pair("编号", cell(document.number), "办理状态", cell(document.state)),
        Gap(2),
        Table(("单据", "单位", "状态", "接收时间", "办结时间"), (34, 46, 22, 36, 36), document.forms),
        Gap(2),
        Prose(("谁在什么时候知道了什么",), bold=True, keep=True),
        Table(("时间", "单据", "事项", "单位和经办人"), (36, 34, 28, 76), lines),
    ]
    if document.escalations:
        parts += [
            Gap(2),
            Prose(("超时未接收的提级",), bold=True, keep=True),
            Table(("单据", "时限和步骤", "告知何人"), (44, 60, 70), document.escalations),
        ]
    sheet = _sheet(RECEIPT_TITLE, document.imprint, tuple(parts), document.number, is_for_family=False)
    return render_sheets((sheet,), RECEIPT_TITLE, A4)


def _sheet(title: str, imprint: Imprint, parts: tuple[Part, ...], number: str, is_for_family: bool) -> Sheet:
    return Sheet(
        title,
        imprint,
        parts,
        corner=f"单号 {number}",
        notice=FOR_THE_FAMILY if is_for_family else CONFIDENTIAL,
        size=10,
        leading=1.45,
        least=7.4,
        margin=18,
        top=13,
        title_size=17,
    )


def _slip(document: HandoverDocument) -> tuple[Row | Prose, ...]:
    if document.is_for_family:
        return (
            Prose(("通知单已收到，用药、复诊和注意事项已经讲明。",), after=1),
            _COLUMNS.pair("签收人（签名）", cell(least=10), "与患者关系", cell()),
            _COLUMNS.pair("联系电话", cell(), "签收日期", cell(day(None))),
        )
    return (
        Prose((f"单号 {document.number} 的《{document.title}》已收到，办理情况如下。",), after=1),
        _COLUMNS.pair("接收人（签名）", cell(least=9), "职务", cell()),
        _COLUMNS.pair("接收时间", cell(moment(None)), "办理日期", cell(day(None))),
        _COLUMNS.line("办理情况", cell(least=16)),
        _COLUMNS.pair("单位（盖章）", cell(least=12), "日期", cell(day(None))),
    )

"""案（事）件记录: what happened, who was hurt, and what people decided (domain 3.4)."""

from dataclasses import dataclass
from datetime import date, datetime

from reports.forms.grid import Columns, Table, cell, label
from reports.forms.grid import Row as GridRow
from reports.forms.sheet import Gap, Imprint, Part, Prose, Sheet, Together, render_sheets
from reports.forms.values import day, moment, name_head, one_box, options
from reports.page import A4, Align
from reports.wording import CONFIDENTIAL

TITLE = "案（事）件记录"
HARM_ROWS, FINDING_ROWS = 3, 5
_COLUMNS = Columns(32, 56)


@dataclass(frozen=True, slots=True)
class HarmedPerson:
    who: str
    harm: str = ""
    name: str = ""
    phone: str = ""
    medical: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    matter: str
    outcome: str = ""
    because: str = ""
    by: str = ""
    decided_on: date | None = None


@dataclass(frozen=True, slots=True)
class IncidentRecordDocument:
    """One incident by the printed codes. Instants are aware; empty values are left to be filled by hand."""

    imprint: Imprint
    name: str = ""
    serial: str = ""
    village: str = ""
    kind: int | None = None
    """1 minor disturbance, 2 public order, 3 criminal."""
    happened_at: datetime | None = None
    place: str = ""
    what: str = ""
    trigger: str = ""
    reporter: str = ""
    reported_at: datetime | None = None
    managed: int | None = None
    """1 managed on that day, 2 not."""
    managed_since: date | None = None
    whereabouts: str = ""
    loss: str = ""
    insurance: str = ""
    police_case: str = ""
    sought_help: int | None = None
    """1 the guardian had reported and sought help, 2 not."""
    state: str = ""
    harms: tuple[HarmedPerson, ...] = ()
    findings: tuple[Finding, ...] = ()
    mark: str = ""
    """Number and check code of the print."""


def render_incident_record(document: IncidentRecordDocument) -> bytes:
    sheet = Sheet(
        TITLE,
        document.imprint,
        (*_event(document), *_after(document), *_harms(document), *_findings(document), _signatures()),
        head=name_head(document.name),
        corner=document.serial,
        reminder=document.name,
        notice=f"{CONFIDENTIAL} · {document.mark}" if document.mark else CONFIDENTIAL,
        size=10,
        leading=1.5,
        least=7.4,
        margin=16,
        top=13,
    )
    return render_sheets((sheet,), TITLE, A4)


def _event(document: IncidentRecordDocument) -> tuple[Part, ...]:
    kinds = options("1 轻度滋事", "2 肇事", "3 肇祸")
    return (
        _COLUMNS.pair("所在村（社区）", cell(document.village), "类别", cell(*kinds, boxes=one_box(document.kind))),
        _COLUMNS.pair("发生时间", cell(moment(document.happened_at)), "发生地点", cell(document.place)),
        _COLUMNS.line("经过", cell(document.what, least=20)),
        _COLUMNS.line("起因", cell(document.trigger, least=10)),
        _COLUMNS.pair("报告人", cell(document.reporter), "报告时间", cell(moment(document.reported_at))),
    )


def _after(document: IncidentRecordDocument) -> tuple[Part, ...]:
    managed = (*options("1 是", "2 否"), "  自 ", day(document.managed_since))
    helped = options("1 已报告求助", "2 未报告求助")
    return (
        _COLUMNS.pair(
            "当时是否在管", cell(*managed, boxes=one_box(document.managed)), "目前去向", cell(document.whereabouts)
        ),
        _COLUMNS.pair("财物损失", cell(document.loss), "保险报销情况", cell(document.insurance)),
        _COLUMNS.pair("公安机关案件编号", cell(document.police_case), "办理状态", cell(document.state)),
        _COLUMNS.line("监护人事前", cell(*helped, boxes=one_box(document.sought_help))),
        Gap(2),
    )


def _harms(document: IncidentRecordDocument) -> tuple[Part, ...]:
    harms = document.harms or (HarmedPerson(""),) * HARM_ROWS
    rows = tuple((one.who, one.harm, one.name, one.phone, one.medical) for one in harms)
    center = Align.CENTER
    table = Table(
        ("受害的是", "伤情", "姓名", "联系电话", "已发生医疗费（元）"), (0, 24, 34, 36, 36), rows, (center, center, center, center, Align.RIGHT)
    )  # fmt: skip
    return (_heading("受害情况"), table, Gap(2))


def _findings(document: IncidentRecordDocument) -> tuple[Part, ...]:
    findings = document.findings or (Finding(""),) * FINDING_ROWS
    rows = tuple(
        (one.matter, one.outcome, one.because, one.by, (day(one.decided_on),) if one.decided_on else "")
        for one in findings
    )
    center, left = Align.CENTER, Align.LEFT
    table = Table(
        ("事项", "决定", "依据", "决定人", "日期"), (28, 30, 0, 40, 30), rows, (center, left, left, left, center)
    )
    note = Prose(("监护人是否尽责由县级协调小组集体认定，该患者的监护人不参加。",), size=8.5, after=1)
    return (_heading("后续决定"), table, note, Gap(2))


def _heading(text: str) -> Prose:
    return Prose((text,), size=11.5, bold=True, leading=1.5, after=0.6, keep=True)


def _signatures() -> Together:
    return Together(
        (GridRow((label("填表人签名", 30), cell(width=56, least=13), label("审核人签名", 30), cell())),)
    )  # fmt: skip

"""迁移交接单: one person's move from one responsible office to another."""

from dataclasses import dataclass
from datetime import date

from reports.forms.flow import Blank, Whole
from reports.forms.grid import Columns, Group, Row, Table, cell, label
from reports.forms.person import NOBODY, Person, person_rows
from reports.forms.sheet import Gap, Imprint, Part, Prose, Sheet, Together, render_sheets
from reports.forms.values import day, name_head, number, one_box, options, record_number_boxes
from reports.page import A4, Align

TITLE = "严重精神障碍患者迁移交接单"
TASK_ROWS = 2
ITEM_ROWS = 3

_COLUMNS = Columns(34)


@dataclass(frozen=True, slots=True)
class OpenTask:
    """Work that moves along."""

    what: str
    due_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class HandedItem:
    """A paper or file that is handed over."""

    what: str
    pages: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class TransferSheetDocument:
    """A transfer between two offices; empty values are left to be filled by hand."""

    imprint: Imprint
    person: Person = NOBODY
    serial: str = ""
    sender: str = ""
    sender_contact: str = ""
    receiver: str = ""
    receiver_contact: str = ""
    old_address: str = ""
    new_address: str = ""
    new_area_code: str = ""
    moved_on: date | None = None
    reason: str = ""
    consent: int | None = None
    """1 has agreed to the transfer, 2 has not."""
    diagnosis: str = ""
    risk_level: int | None = None
    last_visit_on: date | None = None
    visit_class: int | None = None
    next_visit_on: date | None = None
    medicines: str = ""
    cautions: str = ""
    tasks: tuple[OpenTask, ...] = ()
    subsidy: str = ""
    """How the quarter's subsidy is split, in words."""
    items: tuple[HandedItem, ...] = ()
    proposed_by: str = ""
    proposed_on: date | None = None
    answer_by: date | None = None
    """The fifth working day, by which the receiver answers."""
    is_answer_provisional: bool = False
    """The year's holidays are not known yet, so that the day may move."""
    answer: int | None = None
    """1 accepted, 2 refused."""
    refusal_reason: str = ""
    answered_by: str = ""
    answered_on: date | None = None
    first_visit_by: date | None = None


def render_transfer_sheet(document: TransferSheetDocument) -> bytes:
    sheet = Sheet(
        TITLE,
        document.imprint,
        (
            *_person(document),
            *_way(document),
            *_state(document),
            *_handed(document),
            *_answer(document),
        ),
        head=name_head(document.person.name),
        head_right=record_number_boxes(document.person.record_number),
        corner=document.serial,
        reminder=document.person.name,
        size=9.5,
        leading=1.45,
        least=7,
        margin=16,
        top=12,
    )
    return render_sheets((sheet,), TITLE, A4)


def _person(document: TransferSheetDocument) -> tuple[Part, ...]:
    number_row = _COLUMNS.line("身份证件号码", cell(document.person.id_number))
    return person_rows(_COLUMNS, document.person, number_row)


def _way(document: TransferSheetDocument) -> tuple[Part, ...]:
    return (
        _COLUMNS.pair("迁出单位", cell(document.sender), "联系人、电话", cell(document.sender_contact)),
        _COLUMNS.pair("接收单位", cell(document.receiver), "联系人、电话", cell(document.receiver_contact)),
        _COLUMNS.line("原住址", cell(document.old_address)),
        _COLUMNS.line("新住址", cell(document.new_address)),
        _COLUMNS.pair("新区划代码", cell(document.new_area_code), "迁居日期", cell(day(document.moved_on))),
        _COLUMNS.line("迁移原因", cell(document.reason, least=10)),
        _COLUMNS.line(
            "转介知情同意",
            cell(*options("1 已签署", "2 未签署"), boxes=one_box(document.consent)),
        ),
    )


def _state(document: TransferSheetDocument) -> tuple[Part, ...]:
    level = (Blank(number(document.risk_level), 10), Whole("级", is_glued=True))
    classes = options("1 不稳定", "2 基本稳定", "3 稳定")
    return (
        _COLUMNS.pair("诊断", cell(document.diagnosis), "危险性等级", cell(*level)),
        _COLUMNS.pair(
            "末次随访日期",
            cell(day(document.last_visit_on)),
            "下次随访日期",
            cell(day(document.next_visit_on)),
        ),
        _COLUMNS.line("末次随访分类", cell(*classes, boxes=one_box(document.visit_class))),
        _COLUMNS.line("目前用药", cell(document.medicines, least=12)),
        _COLUMNS.line("需要注意的情况", cell(document.cautions, least=12)),
    )


def _handed(document: TransferSheetDocument) -> tuple[Part, ...]:
    center = Align.CENTER
    tasks = document.tasks + (OpenTask(""),) * (TASK_ROWS - len(document.tasks))
    task_rows = tuple((task.what, (day(task.due_on),), task.note) for task in tasks)
    return (
        Table(("一并移交的未办事项", "应办日期", "说明"), (0, 40, 56), task_rows, (Align.LEFT, center, Align.LEFT)),
        _COLUMNS.line("监护补贴划分", cell(document.subsidy, least=9)),
        items_table(document.items),
    )


def items_table(items: tuple[HandedItem, ...]) -> Table:
    """What is handed over, with room for a few more lines."""
    items = items + (HandedItem(""),) * (ITEM_ROWS - len(items))
    center = Align.CENTER
    return Table(
        ("序号", "移交的档案材料", "页数", "说明"),
        (14, 0, 20, 56),
        tuple((str(index), item.what, number(item.pages), item.note) for index, item in enumerate(items, start=1)),
        (center, Align.LEFT, center, Align.LEFT),
    )


def _within(document: TransferSheetDocument) -> str:
    return "（5个工作日内；放假安排未公布，暂定）" if document.is_answer_provisional else "（5个工作日内）"


def _answer(document: TransferSheetDocument) -> tuple[Part, ...]:
    choices = options("1 接收", "2 不接收")
    answer = cell(
        *choices,
        "  不接收原因：",
        Blank(document.refusal_reason, 62),
        boxes=one_box(document.answer),
    )
    note = "接收单位应在5个工作日内答复；答复接收之前，由迁出单位继续负责随访。双方均可撤回。"
    return (
        Together(
            (
                _COLUMNS.pair(
                    "迁出单位经办人",
                    cell(document.proposed_by, least=10),
                    "提出日期",
                    cell(day(document.proposed_on)),
                ),
                _COLUMNS.line("答复期限", cell(day(document.answer_by), _within(document))),
                _COLUMNS.line("接收单位答复", answer),
                _COLUMNS.pair(
                    "接收单位经办人",
                    cell(document.answered_by, least=10),
                    "答复日期",
                    cell(day(document.answered_on)),
                ),
                Group(
                    label("盖章", _COLUMNS.label),
                    (Row((cell("迁出单位：", width=71, least=14), cell("接收单位："))),),
                ),
                _COLUMNS.line("接收后首次随访期限", cell(day(document.first_visit_by))),
                Gap(1),
                Prose((note,), size=8.5, leading=1.4, after=0),
            )
        ),
    )

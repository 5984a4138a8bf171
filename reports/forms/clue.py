"""线索调查复核登记表: what was heard of a person, the nine questions, and what the psychiatrist found (domain 1.2)."""

from dataclasses import dataclass
from datetime import date, datetime

from reports.forms.flow import Blank, Piece, Tick
from reports.forms.grid import Cell, Row, Table, cell, label
from reports.forms.sheet import Gap, Imprint, Part, Prose, Sheet, Together, render_sheets
from reports.forms.values import day, moment, one_box, options, other
from reports.page import A4, Align

TITLE = "线索调查复核登记表"
QUESTIONS = (
    "曾在精神科住院治疗。",
    "因精神异常而被家人关锁。",
    "无故冲动，伤人、毁物，或无故离家出走。",
    "行为举止古怪，在公共场合蓬头垢面或赤身露体。",
    "经常自语自笑，或说一些不合常理的话。",
    "变得疑心大，认为周围人都针对他或者迫害他。",
    "变得过分兴奋话多、躁动不安、好管闲事、到处乱跑。",
    "变得冷淡、孤僻、懒散，无法正常学习、工作和生活。",
    "有过自杀行为或自杀的企图。",
)

_LABEL = 32.0
_HALF = 56.0


@dataclass(frozen=True, slots=True)
class ClueDocument:
    """One clue from report to review; empty values are left to be filled by hand."""

    imprint: Imprint
    serial: str = ""
    name: str = ""
    sex: str = ""
    born_on: date | None = None
    age: str = ""
    """As far as known, where the day of birth is not."""
    id_number: str = ""
    address: str = ""
    contact_name: str = ""
    contact_relation: str = ""
    contact_phone: str = ""
    source: int | None = None
    """1 town office, 2 committee, 3 political-legal office, 4 police, 5 civil affairs, 6 federation, 7 family, 8 other."""
    source_other: str = ""
    reporter: str = ""
    reported_at: datetime | None = None
    is_danger_now: bool | None = None
    danger: str = ""
    answers: tuple[bool | None, ...] = ()
    """To the nine questions in their order."""
    remarks: str = ""
    is_suspected: bool | None = None
    investigator: str = ""
    investigated_on: date | None = None
    review_result: int | None = None
    """1 confirmed, 2 not confirmed, 3 cannot decide yet."""
    diagnosis: str = ""
    hospital: str = ""
    psychiatrist: str = ""
    reviewed_on: date | None = None
    disposal: str = ""
    filled_by: str = ""
    filled_on: date | None = None


def render_clue(document: ClueDocument) -> bytes:
    sheet = Sheet(
        TITLE,
        document.imprint,
        (*_person(document), *_questions(document), *_review(document)),
        head=("姓名：", Blank(document.name, 40)),
        head_right=("线索编号：", Blank(document.serial, 40)),
        reminder=document.name or document.serial,
        least=8,
        margin=16,
        top=12,
    )
    return render_sheets((sheet,), TITLE, A4)


def _line(name: str, answer: Cell) -> Row:
    return Row((label(name, _LABEL), answer))


def _pair(first: str, value: Cell, second: str, answer: Cell) -> Row:
    return Row((label(first, _LABEL), value, label(second, _LABEL), answer))


def _person(document: ClueDocument) -> tuple[Part, ...]:
    sources = options("1 乡镇（街道）", "2 村（居）委会", "3 政法委", "4 公安", "5 民政", "6 残联", "7 家属", "8 其他")
    born: tuple[Piece, ...] = (day(document.born_on),)
    if document.born_on is None:
        born = (*born, "  约 ", Blank(document.age, 12), "岁")
    return (
        _pair("性别", cell(document.sex, width=_HALF), "出生日期（年龄）", cell(*born)),
        _line("身份证件号码", cell(document.id_number)),
        _line("现住址", cell(document.address)),
        _pair(
            "家属或知情人",
            cell(_with_relation(document), width=_HALF),
            "联系电话",
            cell(document.contact_phone),
        ),
        _line("线索来源", cell(*sources, " ", other(document.source_other), boxes=one_box(document.source))),
        _pair("报告人", cell(document.reporter, width=_HALF), "报告时间", cell(moment(document.reported_at))),
        _line(
            "目前有无危险",
            cell(
                *_yes_no(document.is_danger_now, "有", "无"),
                "　情况：",
                Blank(document.danger, 70),
            ),
        ),
        Gap(2),
    )


def _with_relation(document: ClueDocument) -> str:
    if document.contact_relation:
        return f"{document.contact_name}（{document.contact_relation}）"
    return document.contact_name


def _yes_no(answer: bool | None, yes: str = "是", no: str = "否") -> tuple[Piece, ...]:
    return Tick(yes, answer is True), "　", Tick(no, answer is False)


def _questions(document: ClueDocument) -> tuple[Part, ...]:
    answers = document.answers + (None,) * (len(QUESTIONS) - len(document.answers))
    table = Table(
        ("序号", "从过去到现在，是否有过下列情形", "回答"),
        (14, 0, 40),
        tuple(
            (str(index), question, _yes_no(answer))
            for index, (question, answer) in enumerate(zip(QUESTIONS, answers, strict=True), start=1)
        ),
        (Align.CENTER, Align.LEFT, Align.CENTER),
    )
    result = None if document.is_suspected is None else (1 if document.is_suspected else 2)
    return (
        Prose(("精神行为异常识别清单",), size=11, bold=True, after=0.6, keep=True),
        table,
        _line("补充情况", cell(document.remarks, least=14)),
        _line(
            "调查结果",
            cell(*options("1 疑似（任一项为“是”）", "2 不是疑似"), boxes=one_box(result)),
        ),
        _pair(
            "调查人签名",
            cell(document.investigator, width=_HALF, least=9),
            "调查日期",
            cell(day(document.investigated_on)),
        ),
        Gap(2),
    )


def _review(document: ClueDocument) -> tuple[Part, ...]:
    results = options("1 确诊", "2 排除", "3 暂不能确定")
    return (
        Together(
            (
                Prose(("精神科执业医师诊断复核",), size=11, bold=True, after=0.6, keep=True),
                _line("复核结果", cell(*results, boxes=one_box(document.review_result))),
                _pair("诊断", cell(document.diagnosis, width=_HALF), "诊断医院", cell(document.hospital)),
                _pair(
                    "复核医师签名",
                    cell(document.psychiatrist, width=_HALF, least=9),
                    "复核日期",
                    cell(day(document.reviewed_on)),
                ),
                _line("处理意见", cell(document.disposal, least=14)),
                _pair(
                    "填表人签名",
                    cell(document.filled_by, width=_HALF, least=9),
                    "填表日期",
                    cell(day(document.filled_on)),
                ),
            )
        ),
    )

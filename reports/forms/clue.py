"""线索调查复核登记表: what was heard of a person, the nine questions, and what the psychiatrist found (domain 1.2)."""

from dataclasses import dataclass
from datetime import date, datetime

from reports.forms.flow import Blank, Piece, Tick
from reports.forms.grid import Columns, Table, cell
from reports.forms.person import NOBODY, Person, person_rows
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

_COLUMNS = Columns(32, 56)


@dataclass(frozen=True, slots=True)
class ClueDocument:
    """One clue from report to review; empty values are left to be filled by hand."""

    imprint: Imprint
    person: Person = NOBODY
    """Who looks after the person is whoever knows something: family or others."""
    serial: str = ""
    age: str = ""
    """As far as known, where the day of birth is not."""
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
        head=("姓名：", Blank(document.person.name, 40)),
        head_right=("线索编号：", Blank(document.serial, 40)),
        reminder=document.person.name or document.serial,
        least=8,
        margin=16,
        top=12,
    )
    return render_sheets((sheet,), TITLE, A4)


def _person(document: ClueDocument) -> tuple[Part, ...]:
    sources = options("1 乡镇（街道）", "2 村（居）委会", "3 政法委", "4 公安", "5 民政", "6 残联", "7 家属", "8 其他")
    person = document.person
    born: tuple[Piece, ...] = (day(person.born_on),)
    if person.born_on is None:
        born = (*born, "  约 ", Blank(document.age, 12), "岁")
    return (
        *person_rows(
            _COLUMNS,
            person,
            _COLUMNS.line("身份证件号码", cell(person.id_number)),
            _COLUMNS.line("现住址", cell(person.address)),
            born=("出生日期（年龄）", born),
            kin=("家属或知情人", "联系电话"),
        ),
        _COLUMNS.line("线索来源", cell(*sources, " ", other(document.source_other), boxes=one_box(document.source))),
        _COLUMNS.pair("报告人", cell(document.reporter), "报告时间", cell(moment(document.reported_at))),
        _COLUMNS.line(
            "目前有无危险",
            cell(
                *_yes_no(document.is_danger_now, "有", "无"),
                "　情况：",
                Blank(document.danger, 70),
            ),
        ),
        Gap(2),
    )


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
        _COLUMNS.line("补充情况", cell(document.remarks, least=14)),
        _COLUMNS.line(
            "调查结果",
            cell(*options("1 疑似（任一项为“是”）", "2 不是疑似"), boxes=one_box(result)),
        ),
        _COLUMNS.pair(
            "调查人签名",
            cell(document.investigator, least=9),
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
                _COLUMNS.line("复核结果", cell(*results, boxes=one_box(document.review_result))),
                _COLUMNS.pair("诊断", cell(document.diagnosis), "诊断医院", cell(document.hospital)),
                _COLUMNS.pair(
                    "复核医师签名",
                    cell(document.psychiatrist, least=9),
                    "复核日期",
                    cell(day(document.reviewed_on)),
                ),
                _COLUMNS.line("处理意见", cell(document.disposal, least=14)),
                _COLUMNS.pair(
                    "填表人签名",
                    cell(document.filled_by, least=9),
                    "填表日期",
                    cell(day(document.filled_on)),
                ),
            )
        ),
    )

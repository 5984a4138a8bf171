"""危险性季度评估表: the reassessment of one person whose level is looked at singly (domain 2.1)."""

from dataclasses import dataclass
from datetime import date

from reports.forms import codes
from reports.forms.codes import Behaviour
from reports.forms.flow import Blank, Whole
from reports.forms.grid import Columns, Group, Row, Table, cell, label
from reports.forms.person import NOBODY, Person, person_rows
from reports.forms.sheet import Gap, Imprint, Part, Sheet, Together, render_sheets
from reports.forms.values import boxes, day, name_head, number, one_box, record_number_boxes
from reports.page import A4, Align

TITLE = "严重精神障碍患者危险性季度评估表"
LEVELS = (
    "0级：无以下1至5级中的任何行为。",
    "1级：口头威胁，喊叫，但没有打砸行为。",
    "2级：打砸行为，局限在家里，针对财物，能被劝说制止。",
    "3级：明显打砸行为，不分场合，针对财物，不能接受劝说而停止。",
    "4级：持续的打砸行为，不分场合，针对财物或人，不能接受劝说而停止；包括自伤、自杀。",
    "5级：持管制性危险武器的针对人的任何暴力行为，或者纵火、爆炸等行为，无论在家里还是公共场合。",
)
VISIT_ROWS = 3

_COLUMNS = Columns(34)


@dataclass(frozen=True, slots=True)
class QuarterVisit:
    on: date
    form: str
    """门诊, 家庭访视 or 电话."""
    level: int | None = None
    visit_class: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class RiskAssessmentDocument:
    """One reassessment; levels are 0–5, empty values are left to be filled by hand."""

    imprint: Imprint
    person: Person = NOBODY
    quarter: str = ""
    """For example 2026年第四季度."""
    care_setting: str = ""
    previous_level: int | None = None
    previous_on: date | None = None
    visits: tuple[QuarterVisit, ...] = ()
    behaviours: tuple[Behaviour, ...] = ()
    symptoms: tuple[int, ...] = ()
    symptoms_other: str = ""
    adherence: int | None = None
    proposed_level: int | None = None
    proposed_because: str = ""
    decided_level: int | None = None
    reason: str = ""
    measures: str = ""
    assessed_on: date | None = None
    members: tuple[str, ...] = ()
    """Who assessed, by name and institution; room for at least three signatures is printed."""


def render_risk_assessment(document: RiskAssessmentDocument) -> bytes:
    sheet = Sheet(
        TITLE,
        document.imprint,
        (*_person(document), *_findings(document), *_decision(document)),
        head=(*name_head(document.person.name), "　", Blank(document.quarter, 34)),
        head_right=record_number_boxes(document.person.record_number),
        reminder=document.person.name,
        least=7.6,
        margin=16,
        top=12,
    )
    return render_sheets((sheet,), TITLE, A4)


def _person(document: RiskAssessmentDocument) -> tuple[Part, ...]:
    previous = cell(Blank(number(document.previous_level), 10), Whole("级", is_glued=True))
    return (
        *person_rows(_COLUMNS, document.person, _COLUMNS.line("现住址", cell(document.person.address))),
        _COLUMNS.line("目前居住状态", cell(document.care_setting)),
        _COLUMNS.pair("上次评估等级", previous, "上次评估日期", cell(day(document.previous_on))),
    )


def _findings(document: RiskAssessmentDocument) -> tuple[Part, ...]:
    center = Align.CENTER
    rows = [
        ((day(visit.on),), visit.form, "" if visit.level is None else f"{visit.level}级", visit.visit_class, visit.note)
        for visit in document.visits
    ]
    rows += [((day(None),), "", "", "", "")] * (VISIT_ROWS - len(rows))
    return (
        Table(
            ("本季随访日期", "方式", "危险性", "分类", "主要情况"),
            (38, 24, 18, 24, 0),
            tuple(rows),
            (center, center, center, center, Align.LEFT),
        ),
        _COLUMNS.line(
            "本季危险行为",
            cell(
                *codes.behaviours(document.behaviours),
                boxes=boxes((seen.code for seen in document.behaviours), codes.BEHAVIOUR_BOXES),
            ),
        ),
        _COLUMNS.line(
            "目前症状",
            cell(*codes.symptoms(document.symptoms_other), boxes=boxes(document.symptoms, codes.SYMPTOM_BOXES)),
        ),
        _COLUMNS.line("用药依从性", cell(*codes.ADHERENCES, boxes=one_box(document.adherence))),
    )


def _decision(document: RiskAssessmentDocument) -> tuple[Part, ...]:
    levels = "\n".join(LEVELS)
    members = document.members + ("",) * (3 - len(document.members))
    signatures = tuple(Row((cell(member), cell("签名：", width=62, least=9))) for member in members)
    return (
        _COLUMNS.line("等级说明", cell(levels)),
        _COLUMNS.line(
            "建议等级及依据",
            cell(document.proposed_because, least=12, boxes=one_box(document.proposed_level)),
        ),
        _COLUMNS.line("评定等级", cell(*codes.RISK_LEVELS, boxes=one_box(document.decided_level))),
        _COLUMNS.line("评定理由", cell(document.reason, least=16)),
        _COLUMNS.line("处置和管理措施", cell(document.measures, least=14)),
        Together(
            (
                Group(label("评估人员\n（姓名、单位）", _COLUMNS.label), signatures),
                _COLUMNS.line("评估日期", cell(day(document.assessed_on))),
                Gap(0.5),
            )
        ),
    )

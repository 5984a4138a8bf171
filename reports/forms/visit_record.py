"""严重精神障碍患者随访服务记录表: the official follow-up form (domain 3.1), one visit a page."""

from dataclasses import dataclass
from datetime import date

from reports.forms import codes
from reports.forms.codes import Behaviour
from reports.forms.flow import Blank, Boxes, Whole
from reports.forms.grid import Columns, Group, Row, cell, label
from reports.forms.sheet import Imprint, Part, Sheet, render_sheets
from reports.forms.values import boxes, day, name_head, number, one_box, options, other, record_number_boxes
from reports.page import A4

TITLE = "严重精神障碍患者随访服务记录表"
DRUG_LINES = 3

_COLUMNS = Columns(31)
_INNER = 27.0


@dataclass(frozen=True, slots=True)
class DrugLine:
    """A medicine as it is taken: milligrams as written. A long-acting injection has weeks and dose instead."""

    name: str = ""
    morning_mg: str = ""
    noon_mg: str = ""
    night_mg: str = ""
    every_weeks: str = ""
    each_mg: str = ""


@dataclass(frozen=True, slots=True)
class VisitRecord:
    """One visit by the printed codes; what is None or empty is left to be filled by hand.

    The form has no code for *no symptoms*: that is 12 其他 with 无 (domain 3.1).
    """

    visited_on: date | None = None
    form: int | None = None
    objects: tuple[int, ...] = ()
    lost_reason: int | None = None
    died_on: date | None = None
    death_cause: int | None = None
    death_physical_cause: int | None = None
    risk_level: int | None = None
    symptoms: tuple[int, ...] = ()
    symptoms_other: str = ""
    insight: int | None = None
    sleep: int | None = None
    diet: int | None = None
    self_care: int | None = None
    housework: int | None = None
    work: int | None = None
    learning: int | None = None
    social: int | None = None
    behaviours: tuple[Behaviour, ...] = ()
    locked_up: int | None = None
    hospitalisation: int | None = None
    last_discharge_on: date | None = None
    lab_test: int | None = None
    lab_text: str = ""
    adherence: int | None = None
    adverse_reaction: int | None = None
    adverse_text: str = ""
    treatment_effect: int | None = None
    referral: int | None = None
    referral_reason: str = ""
    referral_to: str = ""
    """Institution and department."""
    drugs: tuple[DrugLine, ...] = ()
    guidance: tuple[DrugLine, ...] = ()
    rehab_measures: tuple[int, ...] = ()
    rehab_other: str = ""
    visit_class: int | None = None
    next_visit_on: date | None = None
    doctor: str = ""
    remark: str = ""
    """Stands beside the title: what the reader must know of this form as a whole."""
    is_void: bool = False
    """Another form has taken its place: drawn through with the remark."""


@dataclass(frozen=True, slots=True)
class VisitRecordsDocument:
    name: str
    record_number: str
    """The last eight places of the health record number; they are printed in boxes."""
    visits: tuple[VisitRecord, ...]
    imprint: Imprint


def render_visit_records(document: VisitRecordsDocument) -> bytes:
    """Each visit on its form; a document without visits prints the empty form."""
    sheets = [_sheet(document, visit) for visit in document.visits or (VisitRecord(),)]
    return render_sheets(sheets, TITLE, A4)


def _sheet(document: VisitRecordsDocument, visit: VisitRecord) -> Sheet:
    return Sheet(
        TITLE,
        document.imprint,
        (*_contact(visit), *_state(visit), *_treatment(visit), *_medicines(visit), *_closing(visit)),
        head=name_head(document.name),
        head_right=record_number_boxes(document.record_number),
        corner=visit.remark,
        watermark=visit.remark if visit.is_void else "",
        reminder=document.name,
        size=9.5,
        leading=1.42,
        least=6.15,
        margin=15,
        top=11,
        title_size=16,
    )


def _contact(visit: VisitRecord) -> tuple[Part, ...]:
    physical = codes.CIRCLED[visit.death_physical_cause or 0]
    return (
        Row(
            (
                label("随访日期", _COLUMNS.label),
                cell(day(visit.visited_on), width=38),
                label("本次随访形式", 27),
                cell(*codes.VISIT_FORMS, boxes=one_box(visit.form)),
            )
        ),
        _COLUMNS.line("本次随访对象", cell(*codes.VISIT_OBJECTS, boxes=boxes(visit.objects, 3))),
        _COLUMNS.line("若失访，原因", cell(*codes.LOST_REASONS, boxes=one_box(visit.lost_reason))),
        Group(
            label("如死亡，\n日期和原因", _COLUMNS.label),
            (
                Row((label("死亡日期", _INNER), cell(day(visit.died_on)))),
                Row(
                    (
                        label("死亡原因", _INNER),
                        cell(
                            Whole("1 躯体疾病"),
                            " ",
                            *codes.PHYSICAL_CAUSES,
                            "\n",
                            *codes.DEATH_CAUSES,
                            boxes=Boxes((number(visit.death_cause), physical)),
                        ),
                    )
                ),
            ),
        ),
    )


def _state(visit: VisitRecord) -> tuple[Part, ...]:
    functions = (
        ("个人生活料理", codes.QUALITIES, visit.self_care),
        ("家务劳动", codes.QUALITIES, visit.housework),
        ("生产劳动及工作", codes.WORK_QUALITIES, visit.work),
        ("学习能力", codes.QUALITIES, visit.learning),
        ("社会人际交往", codes.QUALITIES, visit.social),
    )
    return (
        _COLUMNS.line("危险性评估", cell(*codes.RISK_LEVELS, boxes=one_box(visit.risk_level))),
        _COLUMNS.line(
            "目前症状", cell(*codes.symptoms(visit.symptoms_other), boxes=boxes(visit.symptoms, codes.SYMPTOM_BOXES))
        ),
        _COLUMNS.line("自知力", cell(*codes.INSIGHTS, boxes=one_box(visit.insight))),
        Row(
            (
                label("睡眠情况", _COLUMNS.label),
                cell(*codes.QUALITIES, boxes=one_box(visit.sleep), width=57),
                label("饮食情况", 24),
                cell(*codes.QUALITIES, boxes=one_box(visit.diet)),
            )
        ),
        Group(
            label("社会功能情况", _COLUMNS.label),
            tuple(
                Row((label(name, _INNER), cell(*choices, boxes=one_box(answer)))) for name, choices, answer in functions
            ),
        ),
        _COLUMNS.line(
            "危险行为",
            cell(
                *codes.behaviours(visit.behaviours),
                boxes=boxes((seen.code for seen in visit.behaviours), codes.BEHAVIOUR_BOXES),
            ),
        ),
    )


def _treatment(visit: VisitRecord) -> tuple[Part, ...]:
    return (
        _COLUMNS.line("两次随访期间\n关锁情况", cell(*codes.LOCKED_UP, boxes=one_box(visit.locked_up))),
        _COLUMNS.line(
            "两次随访期间\n住院情况",
            cell(
                *options("0 未住院", "1 目前正在住院", "2 曾住院，现未住院"),
                "\n末次出院时间 ",
                day(visit.last_discharge_on),
                boxes=one_box(visit.hospitalisation),
            ),
        ),
        _COLUMNS.line(
            "实验室检查", cell(*options("1 无", "2 有"), " ", other(visit.lab_text, 60), boxes=one_box(visit.lab_test))
        ),
        _COLUMNS.line("用药依从性", cell(*codes.ADHERENCES, boxes=one_box(visit.adherence))),
        _COLUMNS.line(
            "药物不良反应",
            cell(
                *options("1 无", "2 有"),
                " ",
                other(visit.adverse_text, 60),
                "  ",
                Whole("9 此项不适用"),
                boxes=one_box(visit.adverse_reaction),
            ),
        ),
        _COLUMNS.line("治疗效果", cell(*codes.VISIT_EFFECTS, boxes=one_box(visit.treatment_effect))),
        _COLUMNS.line(
            "是否转诊",
            cell(
                *options("1 否", "2 是"),
                "  转诊原因：",
                Blank(visit.referral_reason, 62),
                "\n转诊至机构及科室：",
                Blank(visit.referral_to, 78),
                boxes=one_box(visit.referral),
            ),
        ),
    )


def _medicines(visit: VisitRecord) -> tuple[Part, ...]:
    return (
        Group(label("用药情况", _COLUMNS.label), _drug_rows(visit.drugs)),
        Group(label("用药指导", _COLUMNS.label), _drug_rows(visit.guidance)),
    )


def _drug_rows(drugs: tuple[DrugLine, ...]) -> tuple[Row, ...]:
    lines = drugs + (DrugLine(),) * (DRUG_LINES - len(drugs))
    return tuple(
        Row(
            (
                cell(Whole(f"药物{index}："), drug.name, width=46),
                cell(
                    *("早", Blank(drug.morning_mg, 8), Whole("mg", is_glued=True), " "),
                    *("中", Blank(drug.noon_mg, 8), Whole("mg"), " "),
                    *("晚", Blank(drug.night_mg, 8), Whole("mg")),
                    width=56,
                ),
                cell("每", Blank(drug.every_weeks, 7), Whole("周，"), "每次", Blank(drug.each_mg, 9), Whole("mg")),
            )
        )
        for index, drug in enumerate(lines, start=1)
    )


def _closing(visit: VisitRecord) -> tuple[Part, ...]:
    measures = options("1 生活劳动能力", "2 职业训练", "3 学习能力", "4 社会交往", "5 其他")
    return (
        _COLUMNS.line(
            "康复措施", cell(*measures, " ", other(visit.rehab_other, 14), boxes=boxes(visit.rehab_measures, 4))
        ),
        _COLUMNS.line("本次随访分类", cell(*codes.VISIT_CLASSES, boxes=one_box(visit.visit_class))),
        Row(
            (
                label("下次随访日期", _COLUMNS.label),
                cell(day(visit.next_visit_on), width=57, least=8),
                label("随访医生签名", 27),
                cell(visit.doctor),
            )
        ),
    )

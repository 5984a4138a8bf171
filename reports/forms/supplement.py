"""严重精神障碍患者个人信息补充表: what the mental-health file adds to a resident's basic information (domain 3.2)."""

from dataclasses import dataclass
from datetime import date

from reports.forms import codes
from reports.forms.codes import Behaviour
from reports.forms.flow import Blank, Whole
from reports.forms.grid import Columns, Group, Row, cell, label
from reports.forms.person import NOBODY, Person
from reports.forms.sheet import Imprint, Part, Sheet, render_sheets
from reports.forms.values import (
    RoughDate,
    boxes,
    day,
    name_head,
    number,
    one_box,
    options,
    record_number_boxes,
)
from reports.page import A4

TITLE = "严重精神障碍患者个人信息补充表"

_COLUMNS = Columns(33)
_INNER = 24.0
_EMPLOYMENTS = options(
    "1 在岗工人",
    "2 在岗管理者",
    "3 农民",
    "4 下岗或无业",
    "5 在校学生",
    "6 退休",
    "7 专业技术人员",
    "8 其他",
    "9 不详",
)


@dataclass(frozen=True, slots=True)
class SupplementDocument:
    """The supplement by its printed codes; what is None or empty is left to be filled by hand."""

    imprint: Imprint
    person: Person = NOBODY
    guardian_address: str = ""
    committee_contact: str = ""
    committee_phone: str = ""
    household_type: int | None = None
    employment: int | None = None
    consent: bool | None = None
    refusal_code: int = 0
    """What the county's edition prints for 不同意参加管理: 0 or 2."""
    consent_signer: str = ""
    consent_on: date | None = None
    first_onset: RoughDate | None = None
    past_symptoms: tuple[int, ...] = ()
    past_symptoms_other: str = ""
    past_locked_up: int | None = None
    outpatient_history: int | None = None
    first_antipsychotic: RoughDate | None = None
    psychiatric_admissions: int | None = None
    diagnosis: str = ""
    diagnosis_hospital: str = ""
    diagnosed_on: RoughDate | None = None
    last_treatment_effect: int | None = None
    past_behaviours: tuple[Behaviour, ...] = ()
    economic_status: int | None = None
    specialist_advice: str = ""
    filled_on: date | None = None
    doctor: str = ""


def render_supplement(document: SupplementDocument) -> bytes:
    """The form; empty values print blanks."""
    sheet = Sheet(
        TITLE,
        document.imprint,
        (*_people(document), *_past(document), *_closing(document)),
        head=name_head(document.person.name),
        head_right=record_number_boxes(document.person.record_number),
        reminder=document.person.name,
        size=10.5,
        least=9.2,
        margin=16,
    )
    return render_sheets((sheet,), TITLE, A4)


def _people(document: SupplementDocument) -> tuple[Part, ...]:
    agreed = None
    if document.consent is not None:
        agreed = 1 if document.consent else document.refusal_code
    person = document.person
    return (
        _COLUMNS.pair("监护人姓名", cell(person.guardian_name), "与患者关系", cell(person.guardian_relation)),
        _COLUMNS.pair("监护人住址", cell(document.guardian_address), "监护人电话", cell(person.guardian_phone)),
        _COLUMNS.pair(
            "辖区村（居）委会\n联系人",
            cell(document.committee_contact),
            "辖区村（居）委会\n联系电话",
            cell(document.committee_phone),
        ),
        _COLUMNS.line("户别", cell(*options("1 城镇", "2 农村"), boxes=one_box(document.household_type))),
        _COLUMNS.line("就业情况", cell(*_EMPLOYMENTS, boxes=one_box(document.employment))),
        _COLUMNS.line(
            "知情同意",
            cell(
                *options("1 同意参加管理", f"{document.refusal_code} 不同意参加管理"),
                "\n签字：",
                Blank(document.consent_signer, 42),
                "  签字时间：",
                day(document.consent_on),
                boxes=one_box(agreed),
                least=17,
            ),
        ),
    )


def _past(document: SupplementDocument) -> tuple[Part, ...]:
    return (
        _COLUMNS.line("初次发病时间", cell(day(document.first_onset))),
        _COLUMNS.line(
            "既往主要症状",
            cell(
                *codes.symptoms(document.past_symptoms_other),
                boxes=boxes(document.past_symptoms, codes.SYMPTOM_BOXES),
            ),
        ),
        _COLUMNS.line("既往关锁情况", cell(*codes.LOCKED_UP, boxes=one_box(document.past_locked_up))),
        Group(
            label("既往治疗情况", _COLUMNS.label),
            (
                Row(
                    (
                        label("门诊", _INNER),
                        cell(
                            *options("1 未治", "2 间断门诊治疗", "3 连续门诊治疗"),
                            "\n首次抗精神病药治疗时间 ",
                            day(document.first_antipsychotic),
                            boxes=one_box(document.outpatient_history),
                        ),
                    )
                ),
                Row(
                    (
                        label("住院", _INNER),
                        cell(
                            "曾住精神专科医院/综合医院精神专科 ",
                            Blank(number(document.psychiatric_admissions), 12),
                            Whole("次", is_glued=True),
                        ),
                    )
                ),
            ),
        ),
        _COLUMNS.line(
            "目前诊断情况",
            cell(
                "诊断 ",
                Blank(document.diagnosis, 48),
                "  确诊医院 ",
                Blank(document.diagnosis_hospital, 46),
                "\n确诊日期 ",
                day(document.diagnosed_on),
            ),
        ),
        _COLUMNS.line(
            "最近一次治疗效果",
            cell(*options("1 临床痊愈", "2 好转", "3 无变化", "4 加重"), boxes=one_box(document.last_treatment_effect)),
        ),
        _COLUMNS.line(
            "危险行为",
            cell(
                *codes.behaviours(document.past_behaviours),
                boxes=boxes((seen.code for seen in document.past_behaviours), codes.BEHAVIOUR_BOXES),
            ),
        ),
    )


def _closing(document: SupplementDocument) -> tuple[Part, ...]:
    economy = options("1 贫困，在当地贫困线标准以下", "2 非贫困", "3 不详")
    return (
        _COLUMNS.line("经济状况", cell(*economy, boxes=one_box(document.economic_status))),
        _COLUMNS.line("专科医生的意见\n（如果有请记录）", cell(document.specialist_advice, least=26)),
        Row(
            (
                label("填表日期", _COLUMNS.label),
                cell(day(document.filled_on), width=_COLUMNS.half, least=10),
                label("医生签字", _COLUMNS.label),
                cell(document.doctor),
            )
        ),
    )

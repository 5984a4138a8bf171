"""双向转诊单: the counterfoil that stays, the sheet that goes along, and the receipt that the receiving institution sends back."""

from dataclasses import dataclass
from datetime import date

from reports.forms.flow import Blank
from reports.forms.grid import Columns, cell
from reports.forms.person import NOBODY, Person, with_relation
from reports.forms.sheet import Gap, Imprint, Part, Prose, Sheet, render_sheets
from reports.forms.values import day, name_head, options, record_number_boxes
from reports.page import A4, Align

TITLE = "双向转诊单"
_COLUMNS = Columns(31, 56)
_CUT = "－ － － － － － － － － － －　沿此线撕开 · 骑缝盖章　－ － － － － － － － － － －"


@dataclass(frozen=True, slots=True)
class ReferralDocument:
    """One referral; empty values are left to be filled by hand."""

    imprint: Imprint
    person: Person = NOBODY
    phone: str = ""
    referred_on: date | None = None
    org: str = ""
    dept: str = ""
    reason: str = ""
    impression: str = ""
    """The diagnosis under which the person is followed."""
    condition: str = ""
    """How the last visit found the person."""
    medicines: str = ""
    doctor: str = ""
    doctor_phone: str = ""
    receipt_by: date | None = None


def render_referral(document: ReferralDocument) -> bytes:
    """One A4 sheet in three parts, to be cut."""
    sheet = Sheet(
        TITLE,
        document.imprint,
        (*_counterfoil(document), *_cut(), *_outward(document), *_cut(), *_receipt(document)),
        head=name_head(document.person.name),
        head_right=record_number_boxes(document.person.record_number),
        reminder=document.person.name,
        size=9.5,
        leading=1.4,
        least=6.8,
        margin=18,
        top=11,
        title_size=16,
    )
    return render_sheets((sheet,), TITLE, A4)


def _heading(text: str) -> Prose:
    return Prose((text,), size=11.5, bold=True, leading=1.5, after=0.6, keep=True)


def _cut() -> tuple[Part, ...]:
    return (Gap(1.5), Prose((_CUT,), size=8, align=Align.CENTER, after=1.2))


def _who(document: ReferralDocument) -> tuple[Part, ...]:
    person = document.person
    return (
        _COLUMNS.pair("性别", cell(person.sex), "出生日期", cell(day(person.born_on))),
        _COLUMNS.line("身份证件号码", cell(person.id_number)),
        _COLUMNS.line("家庭住址", cell(person.address)),
        _COLUMNS.pair("联系电话", cell(document.phone), "监护人", cell(_guardian(person))),
    )


def _guardian(person: Person) -> str:
    return "　".join(filter(None, (with_relation(person), person.guardian_phone)))


def _counterfoil(document: ReferralDocument) -> tuple[Part, ...]:
    return (
        _heading("一、存根（转出机构留存）"),
        *_who(document),
        _COLUMNS.pair("转入机构", cell(document.org), "转入科室", cell(document.dept)),
        _COLUMNS.pair("转诊医生", cell(document.doctor), "转诊日期", cell(day(document.referred_on))),
        _COLUMNS.line("转诊原因", cell(document.reason, least=9)),
    )


def _outward(document: ReferralDocument) -> tuple[Part, ...]:
    return (
        _heading("二、双向转诊（转出）单"),
        Prose(
            (
                Blank(document.org, 46),
                "（机构）：现有患者",
                Blank(document.person.name, 26),
                "因病情需要转入贵单位诊治，请予接诊。",
            ),
            size=10,
            after=1,
        ),
        _COLUMNS.line("初步印象", cell(document.impression)),
        _COLUMNS.line("转诊原因", cell(document.reason, least=10)),
        _COLUMNS.line("近期情况", cell(document.condition, least=10)),
        _COLUMNS.line("目前用药", cell(document.medicines, least=9)),
        _COLUMNS.pair("转诊医生", cell(document.doctor, least=9), "联系电话", cell(document.doctor_phone)),
        _COLUMNS.pair("转出机构（盖章）", cell(document.imprint.organisation), "日期", cell(day(document.referred_on))),
    )


def _receipt(document: ReferralDocument) -> tuple[Part, ...]:
    return (
        _heading("三、回执（接诊机构填写，交回转出机构）"),
        Prose(
            (
                Blank(document.imprint.organisation, 46),
                "：患者",
                Blank(document.person.name, 26),
                "的就诊情况回复如下，请于",
                day(document.receipt_by),
                "前送回。",
            ),
            size=10,
            after=1,
        ),
        _COLUMNS.line("结果", cell(*options("□ 已就诊，未住院", "□ 已住院", "□ 没有来院", gap="　　"))),
        _COLUMNS.pair("就诊或入院日期", cell(day(None)), "接诊科室", cell()),
        _COLUMNS.line("诊断和处理", cell(least=11)),
        _COLUMNS.line("今后治疗和随访建议", cell(least=11)),
        _COLUMNS.pair("接诊医生（签名）", cell(least=9), "联系电话", cell()),
        _COLUMNS.pair("接诊机构（盖章）", cell(least=9), "日期", cell(day(None))),
    )

"""社区康复转介单: the sheet that goes to the place, with the receipt that the place sends back."""

from dataclasses import dataclass
from datetime import date

from reports.forms.flow import Blank
from reports.forms.grid import Columns, cell
from reports.forms.person import NOBODY, Person, with_relation
from reports.forms.sheet import Gap, Imprint, Part, Prose, Sheet, render_sheets
from reports.forms.values import day, options
from reports.page import A4, Align

TITLE = "社区康复转介单"
_COLUMNS = Columns(31, 56)
_CUT = "－ － － － － － － － － －　沿此线撕开 · 骑缝盖章　－ － － － － － － － － －"


@dataclass(frozen=True, slots=True)
class RehabReferralDocument:
    """Carries no diagnosis and no medicine: the place learns what the person wants to do there."""

    imprint: Imprint
    person: Person = NOBODY
    phone: str = ""
    place: str = ""
    address: str = ""
    place_phone: str = ""
    source: str = ""
    consent: str = ""
    consented_on: date | None = None
    referred_on: date | None = None
    answer_by: date | None = None
    aims: str = ""
    doctor: str = ""
    doctor_phone: str = ""


def render_rehab_referral(document: RehabReferralDocument) -> bytes:
    """One A4 sheet in two parts, to be cut."""
    sheet = Sheet(
        TITLE,
        document.imprint,
        (*_outward(document), Gap(4), Prose((_CUT,), size=8, align=Align.CENTER, after=2), *_receipt(document)),
        reminder=document.person.name,
        size=10.5,
        least=9.5,
        title_size=18,
    )
    return render_sheets((sheet,), TITLE, A4)


def _heading(text: str) -> Prose:
    return Prose((text,), size=12, bold=True, leading=1.5, after=0.8, keep=True)


def _outward(document: RehabReferralDocument) -> tuple[Part, ...]:
    person = document.person
    guardian = "　".join(filter(None, (with_relation(person), person.guardian_phone)))
    return (
        _heading("一、转介"),
        Prose((Blank(document.place, 60), "：现转介以下人员到贵处参加社区康复，请予接洽。"), after=1.5),
        _COLUMNS.pair("姓名", cell(person.name), "性别", cell(person.sex)),
        _COLUMNS.pair("出生日期", cell(day(person.born_on)), "联系电话", cell(document.phone)),
        _COLUMNS.line("家庭住址", cell(person.address)),
        _COLUMNS.line("监护人", cell(guardian)),
        _COLUMNS.pair("转介来源", cell(document.source), "转介日期", cell(day(document.referred_on))),
        _COLUMNS.line("希望参加", cell(document.aims, least=12)),
        _COLUMNS.pair("同意人", cell(document.consent), "同意日期", cell(day(document.consented_on))),
        _COLUMNS.pair("转介人", cell(document.doctor, least=10), "联系电话", cell(document.doctor_phone)),
        _COLUMNS.line("转介单位（盖章）", cell(document.imprint.organisation, least=12)),
    )


def _receipt(document: RehabReferralDocument) -> tuple[Part, ...]:
    return (
        _heading("二、回执（康复机构填写，交回转介单位）"),
        Prose(
            (Blank(document.person.name, 30), "的转介结果如下，请于", day(document.answer_by), "前送回。"), after=1.5
        ),
        _COLUMNS.line("结果", cell(*options("□ 接收", "□ 名额已满，轮候", "□ 不接收", gap="　　"))),
        _COLUMNS.line("不接收的理由", cell(least=11)),
        _COLUMNS.pair("开始日期", cell(day(None)), "每周天数", cell()),
        _COLUMNS.pair("经办人（签名）", cell(least=10), "联系电话", cell()),
        _COLUMNS.pair("机构（盖章）", cell(document.place, least=10), "日期", cell(day(None))),
    )

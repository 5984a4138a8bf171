"""失访/死亡登记表: why a person cannot be followed any longer, what was tried and who was told (domain 3.5)."""

from dataclasses import dataclass
from datetime import date, datetime

from reports.forms import codes
from reports.forms.flow import Blank, Boxes, Whole
from reports.forms.grid import Columns, Group, Row, Table, cell, label
from reports.forms.person import NOBODY, Person, person_rows
from reports.forms.sheet import Gap, Imprint, Part, Prose, Sheet, Together, render_sheets
from reports.forms.values import (
    RoughDate,
    day,
    moment,
    name_head,
    number,
    one_box,
    options,
    other,
    record_number_boxes,
)
from reports.page import A4, Align

TITLE = "严重精神障碍患者失访/死亡登记表"
ATTEMPT_ROWS = 3
TOLD_ROWS = 3

_COLUMNS = Columns(34)


@dataclass(frozen=True, slots=True)
class ContactAttempt:
    on: date | None = None
    way: str = ""
    """门诊, 家庭访视, 电话 …"""
    by: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True)
class ToldOffice:
    """Who was told of the loss, when and how."""

    office: str = ""
    person: str = ""
    told_at: datetime | None = None
    way: str = ""


@dataclass(frozen=True, slots=True)
class LostOrDeadDocument:
    """One registration by the printed codes; the part that does not apply stays empty."""

    imprint: Imprint
    person: Person = NOBODY
    risk_level: int | None = None
    lost_reason: int | None = None
    lost_other: str = ""
    lost_on: date | None = None
    last_contact_on: date | None = None
    last_known_place: str = ""
    attempts: tuple[ContactAttempt, ...] = ()
    told: tuple[ToldOffice, ...] = ()
    confirmed_by: str = ""
    found_on: date | None = None
    found_how: str = ""
    died_on: RoughDate | None = None
    is_death_date_estimated: bool = False
    death_cause: int | None = None
    death_physical_cause: int | None = None
    death_other: str = ""
    news_from: int | None = None
    """1 family, 2 hospital, 3 police, 4 registry, 5 committee."""
    evidence: int | None = None
    """1 death certificate, 2 cremation proof, 3 statement."""
    evidence_number: str = ""
    remarks: str = ""
    filled_by: str = ""
    filled_on: date | None = None
    reviewed_by: str = ""


def render_lost_or_dead(document: LostOrDeadDocument) -> bytes:
    sheet = Sheet(
        TITLE,
        document.imprint,
        (*_person(document), *_lost(document), *_dead(document), *_closing(document)),
        head=name_head(document.person.name),
        head_right=record_number_boxes(document.person.record_number),
        reminder=document.person.name,
        size=9.5,
        leading=1.45,
        least=7.2,
        margin=16,
        top=12,
    )
    return render_sheets((sheet,), TITLE, A4)


def _person(document: LostOrDeadDocument) -> tuple[Part, ...]:
    person = document.person
    level = cell(Blank(number(document.risk_level), 12), Whole("级", is_glued=True))
    return (
        *person_rows(
            _COLUMNS,
            person,
            _COLUMNS.pair("身份证件号码", cell(person.id_number), "最近一次危险性评估", level),
            _COLUMNS.line("现住址", cell(person.address)),
        ),
        Gap(1.5),
    )


def _section(text: str) -> Prose:
    return Prose((text,), size=11, bold=True, leading=1.5, after=0.5, keep=True)


def _lost(document: LostOrDeadDocument) -> tuple[Part, ...]:
    attempts = document.attempts + (ContactAttempt(),) * (ATTEMPT_ROWS - len(document.attempts))
    told = document.told + (ToldOffice(),) * (TOLD_ROWS - len(document.told))
    center = Align.CENTER
    return (
        _section("一、失访"),
        _COLUMNS.line(
            "失访原因",
            cell(*codes.LOST_REASONS, " ", other(document.lost_other), boxes=one_box(document.lost_reason)),
        ),
        _COLUMNS.pair(
            "确认失访日期",
            cell(day(document.lost_on)),
            "最后联系日期",
            cell(day(document.last_contact_on)),
        ),
        _COLUMNS.line("最后所在地点", cell(document.last_known_place)),
        Table(
            ("次", "日期", "方式", "访视人", "经过和结果"),
            (10, 36, 26, 28, 0),
            tuple(
                (str(index), (day(attempt.on),), attempt.way, attempt.by, attempt.result)
                for index, attempt in enumerate(attempts, start=1)
            ),
            (center, center, center, center, Align.LEFT),
        ),
        Table(
            ("报告单位（政法委、派出所、精防机构等）", "接报人", "报告时间", "方式"),
            (0, 26, 56, 28),
            tuple((office.office, office.person, (moment(office.told_at),), office.way) for office in told),
            (Align.LEFT, center, center, center),
        ),
        _COLUMNS.pair("确认人签名", cell(document.confirmed_by), "找到日期", cell(day(document.found_on))),
        _COLUMNS.line("找到经过及处置", cell(document.found_how, least=11)),
        Gap(1.5),
    )


def _dead(document: LostOrDeadDocument) -> tuple[Part, ...]:
    estimated = "　（日期为推定）" if document.is_death_date_estimated else "　（不能确定到日的，写到月）"
    physical = codes.CIRCLED[document.death_physical_cause or 0]
    news = options("1 家属", "2 医院", "3 公安", "4 户籍或民政登记", "5 村（居）委会")
    evidence = options("1 死亡医学证明", "2 火化证明", "3 情况说明")
    return (
        _section("二、死亡"),
        _COLUMNS.line("死亡日期", cell(day(document.died_on), estimated)),
        Group(
            label("死亡原因", _COLUMNS.label),
            (
                Row(
                    (
                        cell(
                            Whole("1 躯体疾病"),
                            " ",
                            *codes.PHYSICAL_CAUSES,
                            "\n",
                            *codes.DEATH_CAUSES,
                            " ",
                            other(document.death_other),
                            boxes=Boxes((number(document.death_cause), physical)),
                        ),
                    )
                ),
            ),
        ),
        _COLUMNS.line("信息来源", cell(*news, boxes=one_box(document.news_from))),
        _COLUMNS.line(
            "证明材料",
            cell(*evidence, "  编号 ", Blank(document.evidence_number, 34), boxes=one_box(document.evidence)),
        ),
        Gap(1.5),
    )


def _closing(document: LostOrDeadDocument) -> tuple[Part, ...]:
    return (
        Together(
            (
                _COLUMNS.line("备注", cell(document.remarks, least=11)),
                Row(
                    (
                        label("填表人签名", _COLUMNS.label),
                        cell(document.filled_by, least=9),
                        label("审核人签名", 24),
                        cell(document.reviewed_by),
                        label("填表日期", 20),
                        cell(day(document.filled_on), width=38),
                    )
                ),
            )
        ),
    )

"""应急处置记录单: what happened, what was done, by whom (domain 3.4), with the 24-hour clock and the 4-hourly checks.

It leaves the house in three copies: the prevention office's own, one with the case papers, one for the emergency team's file.
"""

from dataclasses import dataclass
from datetime import datetime

from reports.forms.codes import RISK_LEVELS
from reports.forms.flow import Blank, Whole
from reports.forms.grid import Columns, Row, Table, cell, label
from reports.forms.person import NOBODY, Person, with_relation
from reports.forms.sheet import Gap, Imprint, Part, Prose, Sheet, Together, render_sheets
from reports.forms.values import boxes, day, moment, name_head, one_box, options, other, record_number_boxes
from reports.page import A4, Align
from reports.wording import SHANGHAI

TITLE = "应急处置记录单"
COPIES = ("第一联 精防机构留存", "第二联 随病历交接收科室", "第三联 应急处置队存档")
CHECK_ROWS = 6

_COLUMNS = Columns(32, 56)
_CHECKS = (
    "处置后由基层医生或护士每4小时核查一次，连续两次平稳后可以停止。",
    "本单应在处置结束后24小时内完成。",
)


@dataclass(frozen=True, slots=True)
class EmergencyCheck:
    """One of the checks every four hours. `is_stable` None: not yet judged."""

    due_at: datetime | None = None
    checked_at: datetime | None = None
    state: str = ""
    is_stable: bool | None = None
    checked_by: str = ""


@dataclass(frozen=True, slots=True)
class TeamMember:
    name: str
    institution: str = ""


@dataclass(frozen=True, slots=True)
class Reception:
    """A hospital that was asked to receive: how, when, what it said, who there. Instants are aware."""

    hospital: str
    transport: str = ""
    asked_at: datetime | None = None
    answered_at: datetime | None = None
    arrived_at: datetime | None = None
    answer: str = ""
    who: str = ""

    @property
    def line(self) -> str:
        times = ((self.asked_at, "提出"), (self.answered_at, "答复"), (self.arrived_at, "送达"))
        told = [f"{at.astimezone(SHANGHAI):%m-%d %H:%M}{word}" for at, word in times if at is not None]
        return "，".join(part for part in (self.hospital, self.transport, *told, self.answer, self.who) if part)


@dataclass(frozen=True, slots=True)
class EmergencyRecordDocument:
    """One emergency by the printed codes. Instants are aware; empty values are left to be filled by hand."""

    imprint: Imprint
    person: Person = NOBODY
    """Without a name where it is not known."""
    serial: str = ""
    category: int | None = None
    """1 managed resident … 5 identity unknown."""
    reporter_kind: int | None = None
    reporter: str = ""
    reported_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    place: str = ""
    reason: int | None = None
    reason_other: str = ""
    scene: str = ""
    risk_level: int | None = None
    diagnosis: str = ""
    measures: tuple[int, ...] = ()
    measures_text: str = ""
    effect: int | None = None
    effect_other: str = ""
    outcome: int | None = None
    """1 handled on the spot, 2 out-patient observation, 3 emergency admission."""
    hospital: str = ""
    consent_signer: int | None = None
    """1 guardian, 2 relative, 3 police or committee as witness, 4 none."""
    consent_name: str = ""
    consent_reason: str = ""
    receptions: tuple[Reception, ...] = ()
    police_told_at: datetime | None = None
    police_told_how: str = ""
    team: tuple[TeamMember, ...] = ()
    due_at: datetime | None = None
    """By when the record must be finished: 24 hours after the end."""
    finished_at: datetime | None = None
    is_late: bool | None = None
    checks: tuple[EmergencyCheck, ...] = ()
    recorded_by: str = ""
    reviewed_by: str = ""
    copies: tuple[str, ...] = COPIES


def render_emergency_record(document: EmergencyRecordDocument) -> bytes:
    """The record, once for each of `copies`, each with pages of its own."""
    return render_sheets([_sheet(document, copy) for copy in document.copies], TITLE, A4)


def _sheet(document: EmergencyRecordDocument, copy: str) -> Sheet:
    return Sheet(
        TITLE,
        document.imprint,
        (
            *_person(document),
            *_event(document),
            *_measures(document),
            *_who_knew(document),
            *_clock(document),
            *_checks(document),
        ),
        head=name_head(document.person.name),
        head_right=record_number_boxes(document.person.record_number),
        corner=copy,
        reminder=f"{document.person.name} {copy}".strip(),
        size=9.5,
        leading=1.45,
        least=6.6,
        margin=16,
        top=12,
    )


def _person(document: EmergencyRecordDocument) -> tuple[Part, ...]:
    categories = options("1 在册在管居民", "2 在册未管居民", "3 未在册居民", "4 非本地居民", "5 身份不明")
    reporters = options("1 家属", "2 精防医生", "3 民警", "4 村（居）委会", "5 其他")
    return (
        Row(
            (
                label("性别", _COLUMNS.label),
                cell(document.person.sex, width=14),
                label("出生日期", 20),
                cell(day(document.person.born_on)),
                label("单号", 14),
                cell(document.serial, width=46),
            )
        ),
        _COLUMNS.line("现住址", cell(document.person.address)),
        _COLUMNS.pair("联系人", cell(with_relation(document.person)), "联系电话", cell(document.person.guardian_phone)),
        _COLUMNS.line("对象类别", cell(*categories, boxes=one_box(document.category))),
        _COLUMNS.line(
            "报告人",
            cell(
                *reporters,
                "\n姓名 ",
                Blank(document.reporter, 40),
                "  报告时间 ",
                moment(document.reported_at),
                boxes=one_box(document.reporter_kind),
            ),
        ),
    )


def _event(document: EmergencyRecordDocument) -> tuple[Part, ...]:
    reasons = options(
        "1 自伤自杀行为或危险",
        "2 危害公共安全或他人的行为或危险",
        "3 病情复发、明显加重",
        "4 急性药物不良反应",
        "5 其他",
    )
    return (
        _COLUMNS.pair("开始时间", cell(moment(document.started_at)), "结束时间", cell(moment(document.ended_at))),
        _COLUMNS.line("处置地点", cell(document.place)),
        _COLUMNS.line("处置缘由", cell(*reasons, " ", other(document.reason_other), boxes=one_box(document.reason))),
        _COLUMNS.line("现场情况", cell(document.scene, least=18)),
        _COLUMNS.pair(
            "危险性评估",
            cell(*RISK_LEVELS, boxes=one_box(document.risk_level)),
            "诊断或初步判断",
            cell(document.diagnosis),
        ),
    )


def _measures(document: EmergencyRecordDocument) -> tuple[Part, ...]:
    measures = options(
        "1 现场临时处置",
        "2 由有资质人员保护性约束",
        "3 应急用药",
        "4 门诊或急诊留观",
        "5 紧急住院",
        "6 会诊",
        "7 转诊",
        "8 其他",
    )
    return (
        _COLUMNS.line(
            "主要处置措施\n（可多选）",
            cell(*measures, "\n说明：", other(document.measures_text, 80), boxes=boxes(document.measures, 4)),
        ),
        _COLUMNS.line(
            "处置效果",
            cell(
                *options("1 已控制", "2 部分控制", "3 未控制", "4 其他"),
                " ",
                other(document.effect_other),
                boxes=one_box(document.effect),
            ),
        ),
        _COLUMNS.line(
            "去向",
            cell(
                *options("1 现场处置", "2 门诊或急诊留观", "3 紧急住院"),
                "  医院 ",
                other(document.hospital, 40),
                boxes=one_box(document.outcome),
            ),
        ),
        *(
            (_COLUMNS.line("转送与接收", cell("\n".join(one.line for one in document.receptions))),)
            if document.receptions
            else ()
        ),
    )


def _who_knew(document: EmergencyRecordDocument) -> tuple[Part, ...]:
    """Who agreed, who was told and who took part."""
    signers = options("1 监护人", "2 近亲属", "3 在场民警或村（居）委会人员见证", "4 未能取得")
    return (
        _COLUMNS.line(
            "知情同意签署",
            cell(
                *signers,
                "\n姓名 ",
                Blank(document.consent_name, 36),
                "  原因 ",
                Blank(document.consent_reason, 46),
                boxes=one_box(document.consent_signer),
            ),
        ),
        _COLUMNS.line(
            "告知公安机关时间",
            cell(
                moment(document.police_told_at),
                "  ",
                other(document.police_told_how, 24),
                "  （危险性3级及以上须告知）",
            ),
        ),
        _COLUMNS.line("参加人员及单位", cell(_team(document.team), least=10)),
    )


def _team(team: tuple[TeamMember, ...]) -> str:
    return "；".join(f"{member.name}（{member.institution}）" if member.institution else member.name for member in team)


def _clock(document: EmergencyRecordDocument) -> tuple[Part, ...]:
    timely = None if document.is_late is None else (2 if document.is_late else 1)
    return (
        _COLUMNS.pair(
            "应完成时间\n（结束后24小时）",
            cell(moment(document.due_at)),
            "实际完成时间",
            cell(moment(document.finished_at), "\n", *options("1 按时", "2 超时"), boxes=one_box(timely)),
        ),
        _COLUMNS.pair(
            "填表人签名",
            cell(document.recorded_by, least=9),
            "审核人签名",
            cell(document.reviewed_by),
        ),
        Gap(1.5),
    )


def _checks(document: EmergencyRecordDocument) -> tuple[Part, ...]:
    checks = document.checks + (EmergencyCheck(),) * (CHECK_ROWS - len(document.checks))
    rows = tuple(
        (
            str(index),
            (_short_moment(check.due_at),),
            (_short_moment(check.checked_at),),
            check.state,
            "平稳/不平稳" if check.is_stable is None else ("平稳" if check.is_stable else "不平稳"),
            check.checked_by,
        )
        for index, check in enumerate(checks, start=1)
    )
    center = Align.CENTER
    table = Table(
        ("次", "应核查时间", "实际核查时间", "精神状态、生命体征及用药反应", "结果", "核查人签名"),
        (8, 34, 34, 0, 24, 24),
        rows,
        (center, center, center, Align.LEFT, center, center),
    )
    title = Prose(("处置后核查记录",), size=11, bold=True, after=0.6, keep=True)
    notes = tuple(Prose((note,), size=8.5, leading=1.4, after=0) for note in _CHECKS)
    return (Together((title, table, Gap(1), *notes)),)


def _short_moment(value: datetime | None) -> Whole:
    """Day and time without the year, as it fits the check table."""
    if value is None:
        return Whole("　月　日　时　分")
    return Whole(moment(value).text.split("年", 1)[1])

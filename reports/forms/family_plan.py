"""一人一策: a person's plan for the family, in plain words: aims, who does what by when, and when it is looked at again."""

from dataclasses import dataclass
from datetime import date

from reports.forms.grid import Row, Table, cell, label
from reports.forms.sheet import FOR_THE_FAMILY, Gap, Imprint, Part, Prose, Sheet, Together, render_sheets
from reports.forms.values import day
from reports.page import A4, Align

TITLE = "关爱帮扶计划"
BODY = 12.5
AIM_ROWS = 3
STEP_ROWS = 6

_LABEL = 38.0


@dataclass(frozen=True, slots=True)
class PlanStep:
    what: str
    who: str = ""
    by: str = ""
    """By when or how often, in words: 每天, 12月5日前."""


@dataclass(frozen=True, slots=True)
class PlanContact:
    role: str
    name: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class FamilyPlanDocument:
    """The plan that the family keeps. No diagnosis and no level is printed, because it may lie open at home."""

    imprint: Imprint
    name: str = ""
    village: str = ""
    made_on: date | None = None
    valid_to: date | None = None
    review_on: date | None = None
    wishes: str = ""
    """What matters most to the person and the family, in their own words."""
    aims: tuple[str, ...] = ()
    steps: tuple[PlanStep, ...] = ()
    warning_signs: tuple[str, ...] = ()
    contacts: tuple[PlanContact, ...] = ()
    family_name: str = ""
    doctor: str = ""


def render_family_plan(document: FamilyPlanDocument) -> bytes:
    sheet = Sheet(
        f"{TITLE}（一人一策）",
        document.imprint,
        (
            *_facts(document),
            Gap(2),
            *_aims(document),
            *_steps(document),
            *_warnings(document),
            *_contacts(document),
            _signatures(document),
        ),
        reminder=document.name,
        notice=FOR_THE_FAMILY,
        size=BODY,
        leading=1.5,
        least=9.5,
        margin=20,
        title_size=20,
    )
    return render_sheets((sheet,), f"{TITLE}（一人一策）", A4)


def _facts(document: FamilyPlanDocument) -> tuple[Row, ...]:
    return (
        Row((label("姓名", _LABEL), cell(document.name))),
        Row(
            (
                label("村（社区）", _LABEL),
                cell(document.village),
                label("制定日期", 26),
                cell(day(document.made_on), width=48),
            )
        ),
        *((Row((label("我们最在意的", _LABEL), cell(document.wishes))),) if document.wishes else ()),
    )


def _heading(text: str) -> Prose:
    return Prose((text,), size=14, bold=True, leading=1.6, after=0.5, keep=True)


def _aims(document: FamilyPlanDocument) -> tuple[Part, ...]:
    aims = document.aims or ("",) * AIM_ROWS
    rows = tuple(Row((label(str(index), 12), cell(aim))) for index, aim in enumerate(aims, start=1))
    return (_heading("我们一起要做到的"), *rows, Gap(2))


def _steps(document: FamilyPlanDocument) -> tuple[Part, ...]:
    steps = document.steps or (PlanStep(""),) * STEP_ROWS
    center = Align.CENTER
    table = Table(
        ("做什么", "谁来做", "什么时候", "做到打“√”"),
        (0, 44, 34, 30),
        tuple((step.what, step.who, step.by, "") for step in steps),
        (Align.LEFT, center, center, center),
    )
    return (_heading("谁做什么、什么时候做"), table, Gap(2))


def _warnings(document: FamilyPlanDocument) -> tuple[Part, ...]:
    if not document.warning_signs:
        return ()
    lines = tuple(
        Prose((f"{index}. {sign}",), indent=0.8, leading=1.5, after=0.4)
        for index, sign in enumerate(document.warning_signs, start=1)
    )
    return (_heading("出现下面的情况，请马上给我们打电话"), *lines, Gap(1.5))


def _contacts(document: FamilyPlanDocument) -> tuple[Part, ...]:
    contacts = document.contacts or (PlanContact("", ""),) * 3
    table = Table(
        ("身份", "姓名", "电话"),
        (46, 0, 56),
        tuple((contact.role, contact.name, contact.phone) for contact in contacts),
        (Align.CENTER,) * 3,
    )
    return (Together((_heading("有事找谁"), table, Gap(2))),)


def _signatures(document: FamilyPlanDocument) -> Together:
    return Together(
        (
            Row(
                (
                    label("下次一起查看", _LABEL),
                    cell(day(document.review_on)),
                    label("计划到期", 26),
                    cell(day(document.valid_to), width=48),
                )
            ),
            Row(
                (
                    label("本人或家属签名", _LABEL),
                    cell(document.family_name, least=14),
                    label("医生签名", 26),
                    cell(document.doctor, width=48),
                )
            ),
        )
    )

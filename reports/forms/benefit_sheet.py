"""家庭待遇告知单: what a family receives and may apply for, in plain words, for the family to keep."""

from dataclasses import dataclass
from datetime import date

from reports.forms.grid import Row, Table, cell, label
from reports.forms.sheet import FOR_THE_FAMILY, Gap, Imprint, Part, Prose, Sheet, render_sheets
from reports.forms.values import day
from reports.page import A4, Align

TITLE = "惠民待遇告知单"
_LABEL = 34.0


@dataclass(frozen=True, slots=True)
class SheetLine:
    """`name` of the benefit, `state` in everyday words, `todo` what the family does next and by when."""

    name: str
    state: str
    todo: str = ""


@dataclass(frozen=True, slots=True)
class SheetOffice:
    what: str
    name: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class BenefitSheetDocument:
    """No illness, level or drug is named, because it may lie open at home."""

    imprint: Imprint
    name: str
    village: str
    made_on: date
    guardian: str = ""
    """To whom it is handed: an office that may not write the name out writes this one."""
    receiving: tuple[SheetLine, ...] = ()
    to_apply: tuple[SheetLine, ...] = ()
    to_check: tuple[SheetLine, ...] = ()
    offices: tuple[SheetOffice, ...] = ()


def render_benefit_sheet(document: BenefitSheetDocument) -> bytes:
    """One A4 sheet in large type."""
    sheet = Sheet(
        TITLE,
        document.imprint,
        (
            Row(
                (
                    label("姓名", _LABEL),
                    cell(document.name),
                    label("填写日期", 28),
                    cell(day(document.made_on), width=48),
                )
            ),
            Row(
                (
                    label("交给", _LABEL),
                    cell(document.guardian),
                    label("村（社区）", 28),
                    cell(document.village, width=48),
                )
            ),
            Gap(3),
            *_part("一、现在已经享受的", ("待遇", "情况", "要记得的"), document.receiving, "目前没有登记。"),
            *_part("二、可以申请、还没有享受的", ("待遇", "现在的情况", "怎么办"), document.to_apply, "目前没有。"),
            *_part("三、还要核实的", ("待遇", "要核实什么", "怎么办"), document.to_check, "目前没有。"),
            *_offices(document),
            Gap(2),
            Prose(
                ("以上是根据登记情况填写的，是否享受由主管部门审核决定。情况有变化，请告诉村（社区）或上面的单位。",),
                size=11,
            ),
        ),
        reminder=document.guardian or document.name,
        notice=FOR_THE_FAMILY,
        size=12,
        leading=1.5,
        least=9.5,
        margin=20,
        title_size=20,
    )
    return render_sheets((sheet,), TITLE, A4)


def _part(heading: str, titles: tuple[str, str, str], lines: tuple[SheetLine, ...], nothing: str) -> tuple[Part, ...]:
    head = Prose((heading,), size=13.5, bold=True, leading=1.6, after=0.5, keep=True)
    if not lines:
        return (head, Prose((nothing,), size=12, after=2.5))
    rows = tuple((one.name, one.state, one.todo) for one in lines)
    return (head, Table(titles, (46, 52, 0), rows, (Align.LEFT, Align.LEFT, Align.LEFT)), Gap(2.5))


def _offices(document: BenefitSheetDocument) -> tuple[Part, ...]:
    if not document.offices:
        return ()
    head = Prose(("四、找谁办",), size=13.5, bold=True, leading=1.6, after=0.5, keep=True)
    rows = tuple((one.what, one.name, one.phone) for one in document.offices)
    return (head, Table(("事项", "单位", "电话"), (62, 0, 44), rows, (Align.LEFT, Align.LEFT, Align.LEFT)), Gap(2))

"""集中购药清单 (what is bought of which hospital for which town) and 送药签收单 (who received what, signed line by line)."""

from dataclasses import dataclass
from datetime import date

from reports.forms.grid import Columns, Row, Table, cell, label
from reports.forms.sheet import Gap, Imprint, Prose, Sheet, Together, render_sheets
from reports.forms.values import day
from reports.page import A4, Align
from reports.wording import CONFIDENTIAL, chinese_date

PURCHASES, DELIVERY = "集中购药清单", "送药签收单"
BLANK_ROWS = 8
_COLUMNS = Columns(28, 56)


@dataclass(frozen=True, slots=True)
class Purchase:
    hospital: str
    drug: str = ""
    town: str = ""
    patients: int | None = None
    days: int | None = None
    quantity: str = ""
    """Milligrams, and for how many patients no dose is known."""
    first_out_on: date | None = None
    on_round: int = 0
    """How many of the patients a round is to bring it already."""


@dataclass(frozen=True, slots=True)
class PurchaseListDocument:
    imprint: Imprint
    place: str = ""
    until: date | None = None
    lines: tuple[Purchase, ...] = ()
    mark: str = ""
    """Number and check code of the print."""


@dataclass(frozen=True, slots=True)
class Delivered:
    name: str
    village: str = ""
    drug: str = ""
    days: int | None = None
    result: str = ""
    receiver: str = ""


@dataclass(frozen=True, slots=True)
class DeliverySheetDocument:
    imprint: Imprint
    town: str = ""
    source: str = ""
    planned_on: date | None = None
    lines: tuple[Delivered, ...] = ()
    mark: str = ""


def render_purchase_list(document: PurchaseListDocument) -> bytes:
    """A4 upright; it names no patient, for it goes to a hospital's pharmacy."""
    lines = document.lines or (Purchase(""),) * BLANK_ROWS
    center, left, right = Align.CENTER, Align.LEFT, Align.RIGHT
    table = Table(
        ("医院", "药品", "乡镇（街道）", "患者人数", "用药天数合计", "用量合计（毫克）", "最早用完日期", "购药人签字"),
        (0, 32, 20, 20, 16, 26, 22, 20),
        tuple(
            (
                one.hospital,
                one.drug,
                one.town,
                _number(one.patients) + (f"（已安排送药 {one.on_round}）" if one.on_round else ""),
                _number(one.days),
                one.quantity,
                (day(one.first_out_on),) if one.first_out_on else "",
                "",
            )
            for one in lines
        ),
        (left, left, left, right, right, right, center, center),
    )
    title = f"{document.place}{PURCHASES}"
    until = (
        f"{chinese_date(document.until)}前用完的药品，按最近一次配药登记汇总；用量按最近一次随访的每日剂量计算"
        if document.until
        else ""
    )
    return _render(
        title,
        document.imprint,
        document.mark,
        (Prose((until,), size=9.5, after=1), table, Gap(3), _signed("制表人签名")),
    )


def render_delivery_sheet(document: DeliverySheetDocument) -> bytes:
    """A4 upright, a line to sign for each drug of each patient."""
    lines = document.lines or (Delivered(""),) * BLANK_ROWS
    center, left, right = Align.CENTER, Align.LEFT, Align.RIGHT
    table = Table(
        ("序号", "姓名", "村（社区）", "药品", "天数", "结果", "签收人", "签名", "日期"),
        (10, 20, 0, 30, 12, 18, 20, 26, 20),
        tuple(
            (
                str(number) if one.name else "",
                one.name,
                one.village,
                one.drug,
                _number(one.days),
                one.result,
                one.receiver,
                "",
                "",
            )
            for number, one in enumerate(lines, start=1)
        ),
        (center, center, left, left, right, center, center, center, center),
    )
    head = (
        _COLUMNS.pair("乡镇（街道）", cell(document.town), "送药日期", cell(day(document.planned_on))),
        _COLUMNS.line("取药医院", cell(document.source)),
        Gap(2),
    )
    return _render(DELIVERY, document.imprint, document.mark, (*head, table, Gap(3), _signed("送药人签名")))


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _signed(who: str) -> Together:
    return Together((Row((label(who, 28), cell(width=56, least=13), label("核对人签名", 28), cell())),))


def _render(title: str, imprint: Imprint, mark: str, parts: tuple[Row | Table | Prose | Gap | Together, ...]) -> bytes:
    notice = f"{CONFIDENTIAL} · {mark}" if mark else CONFIDENTIAL
    sheet = Sheet(
        title, imprint, parts, notice=notice, size=9.5, leading=1.45, least=8, margin=14, top=14, title_size=16
    )
    return render_sheets((sheet,), title, A4)

"""督导抽查现场核查表: a page a drawn record, what the register says of it item by item, and room for what was found on site."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reports.forms.grid import Columns, Row, Table, cell, label
from reports.forms.sheet import Gap, Imprint, Prose, Sheet, Together, render_sheets
from reports.forms.values import day
from reports.page import A4, Align

TITLE = "督导抽查现场核查表"
_COLUMNS = Columns(26, 61)
_TICK, _BOX = "√", "□"


@dataclass(frozen=True, slots=True)
class CheckItem:
    """`said` is what the register has; `verdict` is 0, 1 or 2 for the three columns where it was entered already."""

    name: str
    how: str
    said: str
    verdict: int | None = None


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """One drawn record. `who` is a name, or what stands for one."""

    serial: int
    who: str
    place: str
    items: tuple[CheckItem, ...]
    stratum: str = ""
    note: str = ""
    unable: str = ""


@dataclass(frozen=True, slots=True)
class SampleCheckDocument:
    imprint: Imprint
    county: str
    number: str
    unit: str
    subject: str
    drawn_on: date
    records: tuple[CheckRecord, ...]
    verdicts: tuple[str, str, str]
    unable: tuple[str, ...]
    """Why nothing can be checked, to be ticked."""
    remark: str = ""
    """What the reader may not see and somebody else checks."""
    proof: str = ""
    """Seed and digest of the frame."""


def render_sample_check(documents: Sequence[SampleCheckDocument]) -> bytes:
    """A4 upright, a sheet a record; those of several institutions one after the other."""
    sheets = [_sheet(document, one) for document in documents for one in document.records]
    return render_sheets(sheets, f"{documents[0].number}{TITLE}", A4)


def _sheet(document: SampleCheckDocument, record: CheckRecord) -> Sheet:
    return Sheet(
        f"{document.county}严重精神障碍服务管理{TITLE}",
        document.imprint,
        (
            _COLUMNS.pair("被查机构", cell(document.unit), "抽查内容", cell(document.subject)),
            _COLUMNS.pair("姓名", cell(record.who), "乡镇·村", cell(record.place)),
            Gap(2),
            _table(document, record),
            *((Prose((document.remark,), size=9, after=0.5),) if document.remark else ()),
            Gap(2),
            _COLUMNS.line("整份无法\n核查的原因", cell(_unable(document, record), least=12)),
            _COLUMNS.line("核查说明", cell(record.note, least=24)),
            Gap(2),
            Together(
                (
                    Row((label("核查人签名", 26), cell(width=61, least=12), label("核查人签名", 26), cell())),
                    Row(
                        (
                            label("被查机构\n负责人签名", 26),
                            cell(width=61, least=20),
                            label("被查机构\n（盖章）", 26),
                            cell(),
                        )
                    ),
                    Row(
                        (
                            label("核查方式", 26),
                            cell("□查阅档案　□电话　□入户", width=61),
                            label("核查日期", 26),
                            cell(day(None)),
                        )
                    ),
                )
            ),
            Prose((document.proof,), size=8, after=0),
        ),
        head=("编号：", document.number, "　抽取日期：", day(document.drawn_on)),
        head_right=(f"第 {record.serial} 份，共 {len(document.records)} 份{record.stratum}",),
        reminder=f"{document.number} 第 {record.serial} 份",
        size=10,
        leading=1.35,
        least=8.5,
        margin=18,
        top=15,
        title_size=15,
    )


def _table(document: SampleCheckDocument, record: CheckRecord) -> Table:
    center, left = Align.CENTER, Align.LEFT
    rows = tuple(
        (str(number), f"{one.name}\n{one.how}", one.said, *_ticks(one), "")
        for number, one in enumerate(record.items, start=1)
    )
    return Table(
        ("序号", "核查项目和办法", "系统登记内容", *document.verdicts, "现场情况"),
        (10, 40, 0, 13, 13, 17, 31),
        rows,
        (center, left, left, center, center, center, left),
        least=11,
    )


def _ticks(item: CheckItem) -> tuple[str, str, str]:
    first, second, third = (_TICK if item.verdict == at else _BOX for at in range(3))
    return first, second, third


def _unable(document: SampleCheckDocument, record: CheckRecord) -> str:
    return "　".join(f"{_TICK if one == record.unable else _BOX}{one}" for one in document.unable)

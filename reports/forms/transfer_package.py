"""健康档案移交函: the letter on top of what is sent to another county, and the receipt that comes back."""

from dataclasses import dataclass
from datetime import date

from reports.forms.flow import Blank
from reports.forms.grid import Columns, cell
from reports.forms.sheet import Gap, Imprint, Prose, Sheet, Together, render_sheets
from reports.forms.transfer import HandedItem, items_table
from reports.forms.values import day, one_box, options
from reports.page import A4
from reports.wording import chinese_date

COVER_TITLE = "健康档案移交函"
RECEIPT_TITLE = "接收回执"

_COLUMNS = Columns(34)


@dataclass(frozen=True, slots=True)
class TransferPackageDocument:
    """The cover of a package for another county. It names the person and the papers, never the illness."""

    imprint: Imprint
    serial: str = ""
    receiver: str = ""
    receiver_address: str = ""
    sender: str = ""
    sender_contact: str = ""
    sender_phone: str = ""
    name: str = ""
    born_on: date | None = None
    new_address: str = ""
    items: tuple[HandedItem, ...] = ()
    fingerprint: str = ""
    """Digest of the file that travels along, if one does."""
    answer_by: date | None = None
    is_answer_provisional: bool = False
    """The year's holidays are not known yet, so that the day may move."""
    sent_on: date | None = None


def render_transfer_package(document: TransferPackageDocument) -> bytes:
    """The letter on the package and, on a page of its own, the receipt that the receiver sends back."""
    return render_sheets((_letter(document), _receipt(document)), COVER_TITLE, A4)


def _letter(document: TransferPackageDocument) -> Sheet:
    body = (
        "　　因居住地变更，现将",
        Blank(document.name, 36),
        "（出生日期：",
        day(document.born_on),
        "，现住址：",
        Blank(document.new_address, 60),
        "）的健康档案移交你单位。请核对下列材料，于",
        day(document.answer_by),
        "（暂定）" if document.is_answer_provisional else "",
        "前将接收回执寄回。接收之前，由我单位继续负责。",
    )
    digest = (Prose(("随附电子文件校验值：", document.fingerprint), size=10, after=2),) if document.fingerprint else ()
    return Sheet(
        COVER_TITLE,
        document.imprint,
        (
            Prose((Blank(document.receiver, 80), "："), after=0.5),
            Prose((document.receiver_address,), size=10.5, after=2),
            Prose(body, leading=1.9, after=3),
            items_table(document.items),
            Gap(2),
            *digest,
            Prose(("　　材料含个人敏感信息，请专人拆封、专人保管，不得转交他人。",), leading=1.8, after=3),
            Together(
                (
                    _COLUMNS.pair(
                        "移交单位\n（盖章）",
                        cell(document.sender, least=18),
                        "移交日期",
                        cell(day(document.sent_on)),
                    ),
                    _COLUMNS.pair(
                        "联系人",
                        cell(document.sender_contact),
                        "联系电话",
                        cell(document.sender_phone),
                    ),
                )
            ),
        ),
        corner=document.serial,
        reminder=document.serial,
        size=12,
        least=9.5,
        margin=20,
        title_size=20,
    )


def _receipt(document: TransferPackageDocument) -> Sheet:
    choices = options("1 材料齐全，同意接收", "2 材料不齐", "3 不接收")
    sent = chinese_date(document.sent_on) if document.sent_on else ""
    body = (
        "　　你单位",
        Blank(sent, 40),
        "移交的健康档案（编号：",
        Blank(document.serial, 44),
        "，姓名：",
        Blank(document.name, 36),
        "）已收到。",
    )
    return Sheet(
        RECEIPT_TITLE,
        document.imprint,
        (
            Prose((Blank(document.sender, 80), "："), after=2),
            Prose(body, leading=1.9, after=3),
            _COLUMNS.line("核对结果", cell(*choices, boxes=one_box(None))),
            _COLUMNS.line("缺少的材料或\n不接收的原因", cell(least=28)),
            _COLUMNS.line("首次随访安排", cell(day(None))),
            Together(
                (
                    _COLUMNS.pair(
                        "接收单位\n（盖章）",
                        cell(document.receiver, least=22),
                        "接收日期",
                        cell(day(None)),
                    ),
                    _COLUMNS.pair("接收人签名", cell(least=12), "联系电话", cell()),
                )
            ),
        ),
        corner=document.serial,
        reminder=document.serial,
        size=12,
        least=10,
        margin=20,
        title_size=20,
    )

"""有奖监护协议: between the town, the first guardian and the second, with the eight duties (domain 5.4, 5.7). Filled or blank.

The words are plain, because the guardian signs what is read out at the village; what is not known is left to be written by hand.
"""

from dataclasses import dataclass
from datetime import date

from reports.forms.flow import Blank, Piece
from reports.forms.grid import Row, cell, label
from reports.forms.sheet import FOR_THE_FAMILY, Gap, Imprint, Part, Prose, Sheet, Together, render_sheets
from reports.page import A4
from reports.wording import chinese_date, yuan

TITLE = "有奖监护协议书"
DUTIES = (
    "照料被监护人的日常生活，不虐待、不遗弃，不非法限制人身自由，不关锁。",
    "督促按医嘱服药，妥善保管药品，不自行停药、减药。",
    "按时陪同复诊、复查。",
    "配合村（社区）、卫生院、派出所等上门随访，保持电话畅通。",
    "发现病情变化，当日报告精防医生或村（居）委会。",
    "被监护人外出、走失或者搬离住处的，二十四小时内报告村（居）委会和派出所。",
    "需要住院治疗时及时送医；有危险时立即拨打 110、120，并报告第二监护人。",
    "如实填写看护管理记录手册，供季度核查时查看。",
)
SECOND_DUTIES = (
    "每月至少联系一次，每季度查看看护管理记录手册；第一监护人外出、患病时代为照看；发现紧急情况先行报警、报告。"
)
WITHHELD = (
    "被监护人肇事肇祸，且经认定第一监护人未履行监护职责的；",
    "季度履责核查不合格的，当期不予发放，改正后重新核查；",
    "被监护人住院、被羁押、在机构托养的天数，按县级文件规定计算；",
    "被监护人死亡、迁出、走失或者不再纳入社区管理的，计算到当日；",
    "弄虚作假领取的，停止发放并追回。",
)
ENDING = (
    "协议期满，或者监护人更换、去世、无力继续履行的，协议终止；更换监护人须重新签订。",
    "任何一方可以提前提出解除，由乡镇（街道）登记后自登记之日起终止，已经履行的天数照常计算。",
    "期满前三十日内可以申请续签。",
)
DATA = (
    "甲方只为办理监护补贴和履行法定职责收集、使用本协议所列信息，加密保存，只由经办岗位查看，每次查看都有记录；"
    "不公示姓名，不向无关单位和个人提供。乙方有权查询、更正本人的信息。"
)


@dataclass(frozen=True, slots=True)
class GuardianParty:
    """A guardian as the paper names them; empty texts are left to be written by hand."""

    name: str = ""
    standing: str = ""
    """Relation to the patient, or office and post."""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class AgreementDocument:
    imprint: Imprint
    town: str = ""
    """The town or street by its name."""
    number: str = ""
    patient_name: str = ""
    village: str = ""
    first: GuardianParty = GuardianParty()
    second: GuardianParty = GuardianParty()
    from_on: date | None = None
    to_on: date | None = None
    signed_on: date | None = None
    annual_fen: int | None = None
    """By the county's policy in force, the least where it sets several; None leaves the sum to be written."""
    most_fen: int | None = None
    """The highest of several sums. Which of them is a family's follows from what an agreement does not tell."""
    first_share: int = 100
    """The first guardian's part in per cent; the second guardian gets the rest."""
    rhythm: str = ""
    """How often it is paid, as the policy says: 按季度."""
    policy_number: str = ""
    account_tail: str = ""
    """Last four places."""
    is_renewal: bool = False
    serial: str = ""
    """Number of the print; with the code it is looked up in the product."""
    code: str = ""

    @property
    def town_office(self) -> str:
        """Whose seal stands under it."""
        if not self.town:
            return ""
        return f"{self.town}{'办事处' if self.town.endswith('街道') else '人民政府'}"

    @property
    def notice(self) -> str:
        return f"{FOR_THE_FAMILY} · 编号 {self.serial} 校验码 {self.code}" if self.serial else FOR_THE_FAMILY


def render_agreement(document: AgreementDocument) -> bytes:
    sheet = Sheet(
        TITLE,
        document.imprint,
        (
            *_parties(document),
            *_numbered("一、第一监护人的职责", DUTIES),
            _heading("二、第二监护人的职责"),
            _paragraph(SECOND_DUTIES),
            *_money(document),
            *_numbered("四、有下列情形之一的，暂缓、减发或者停发", WITHHELD),
            *_numbered("五、终止和续签", ENDING),
            _heading("六、个人信息"),
            _paragraph(DATA),
            _signatures(document),
        ),
        head=("协议编号：", Blank(document.number, 46)),
        head_right=(("续签　" if document.is_renewal else "") + "一式三份",),
        reminder=document.number,
        notice=document.notice,
        size=11.0,
        leading=1.4,
        least=8,
        margin=20,
        top=11,
        title_size=18,
    )
    return render_sheets((sheet,), TITLE, A4)


def _parties(document: AgreementDocument) -> tuple[Part, ...]:
    return (
        Row((label("甲方", 30), cell(document.town_office), label("所在村（社区）", 32), cell(document.village, width=46))),
        Row((label("被监护人", 30), cell(document.patient_name))),
        *_party("乙方（第一监护人）", "与被监护人关系", document.first),
        *_party("丙方（第二监护人）", "单位职务", document.second),
        Row(
            (
                label("协议期限", 30),
                cell(
                    "自 ", Blank(_day(document.from_on), 36), " 起至 ", Blank(_day(document.to_on), 36), " 止（含首尾两天）"
                ),
            )
        ),
        Gap(2),
    )  # fmt: skip


def _party(title: str, standing: str, party: GuardianParty) -> tuple[Part, ...]:
    return (
        Row((label(title, 40), cell(party.name), label(standing, 32), cell(party.standing, width=46))),
        Row((label("身份证号", 40), cell(""), label("联系电话", 32), cell(party.phone, width=46))),
    )


def _money(document: AgreementDocument) -> tuple[Part, ...]:
    account = f"尾号 {document.account_tail}" if document.account_tail else ""
    number = f"{document.policy_number}文件" if document.policy_number else "县级文件"
    return (
        _heading("三、补贴标准和发放"),
        _paragraph(
            "按", number, "规定，", "乙方认真履行职责的，" if document.first_share == 100 else "乙方、丙方认真履行职责的，",
            *_sum(document), Blank(document.rhythm, 20), " 发放，不满一月的按实际天数计算；标准调整的，按调整后的文件执行。",
        ),
        _paragraph("补贴只转入乙方本人的社会保障卡或银行账户：", Blank(account, 40), "。账户变更须由乙方本人到场办理。")
        if document.first_share == 100
        else _paragraph(
            "补贴分别转入乙方、丙方本人的社会保障卡或银行账户，乙方账户：", Blank(account, 40), "。账户变更须由本人到场办理。"
        ),
    )  # fmt: skip


def _sum(document: AgreementDocument) -> tuple[str | Blank, ...]:
    annual = yuan(document.annual_fen) if document.annual_fen is not None else ""
    share = (
        f"其中乙方 {document.first_share}%、丙方 {100 - document.first_share}%，" if document.first_share < 100 else ""
    )
    if document.most_fen is None or document.most_fen == document.annual_fen:
        return ("补贴标准为每年人民币 ", Blank(annual, 30), f" 元，{share}")
    return (
        "补贴标准按文件所列档次确定，为每年人民币 ",
        Blank(f"{annual} 至 {yuan(document.most_fen)}", 46),
        f" 元，{share}",
    )


def _numbered(heading: str, items: tuple[str, ...]) -> tuple[Part, ...]:
    return (
        _heading(heading),
        *(
            Prose((f"{number}. {item}",), leading=1.38, indent=0.8, after=0.4)
            for number, item in enumerate(items, start=1)
        ),
    )


def _signatures(document: AgreementDocument) -> Together:
    signed = _day(document.signed_on)
    return Together(
        (
            Gap(2),
            _signer("甲方（盖章）", signed),
            _signer("乙方签名、按手印", signed),
            _signer("丙方签名", signed),
            _signer("见证人签名", ""),
        )
    )


def _signer(title: str, on: str) -> Row:
    return Row((label(title, 40), cell("", least=11), label("日期", 16), cell(on, width=44)))


def _heading(text: str) -> Prose:
    return Prose((text,), size=12, bold=True, leading=1.38, after=0.4, keep=True)


def _paragraph(*pieces: Piece) -> Prose:
    return Prose(("　　", *pieces), leading=1.38, after=1.0)


def _day(on: date | None) -> str:
    return chinese_date(on) if on else ""

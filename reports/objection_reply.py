"""异议处理答复书: what was objected to, what was found, by which paper. Names nobody but the office."""

from dataclasses import dataclass
from datetime import date

from reports.page import LABEL_GREY, Align, Paper, mm, page_footer
from reports.wording import Provenance, chinese_date

_MARGIN = mm(24)


@dataclass(frozen=True, slots=True)
class ObjectionReply:
    county: str
    organisation: str
    period_label: str
    received_on: date
    source: str
    ground: str
    is_upheld: bool
    reference: str
    decided_on: date
    working_days: int
    """From receipt to decision."""
    phone: str
    provenance: Provenance

    @property
    def title(self) -> str:
        return f"{self.county}监护补贴发放异议处理答复书"

    @property
    def paragraphs(self) -> tuple[str, ...]:
        found = (
            "经核查，所反映的情况成立。有关发放已经撤回，更正并重新审批后再行发放。"
            if self.is_upheld
            else "经核查，所反映的情况不成立，本期发放按公示的内容办理。"
        )
        call = f"联系电话 {self.phone}。" if self.phone else ""
        return (
            f"{chinese_date(self.received_on)}收到对{self.period_label}监护补贴发放公示的异议"
            f"（{self.source}），反映的事项为：{self.ground}。",
            f"{found}处理依据：{self.reference}。自收到之日起 {self.working_days} 个工作日办结。",
            "为保护当事家庭的隐私，本答复不列具体人员和金额。",
            f"对本答复仍有意见的，可以自收到之日起 15 日内向{self.organisation}书面提出。{call}",
        )


def render_objection_reply(document: ObjectionReply) -> bytes:
    """The letter as PDF, one A4 page."""
    paper = Paper(document.title, document.organisation, document.provenance.printed_at)
    width = paper.width - 2 * _MARGIN
    paper.lines(
        paper.width / 2, paper.down(34), paper.wrapped(document.title, 20, width, 2, bold=True), 20, 28,
        bold=True, align=Align.CENTER,
    )  # fmt: skip
    paper.text(
        paper.width - _MARGIN, paper.down(46), f"编号 {document.provenance.serial}", 10, align=Align.RIGHT,
        grey=LABEL_GREY,
    )  # fmt: skip
    y = paper.down(62)
    for text in document.paragraphs:
        y = paper.lines(_MARGIN, y, paper.wrapped(f"　　{text}", 13, width, 8), 13, 24) - 8
    right = paper.width - _MARGIN
    paper.text(right, y - mm(18), f"{document.organisation}（盖章）", 13, align=Align.RIGHT)
    paper.text(right, y - mm(28), chinese_date(document.decided_on), 13, align=Align.RIGHT)
    page_footer(paper, document.provenance.line(), "第 1 页 共 1 页", margin=_MARGIN, y=mm(10))
    paper.next_page()
    return paper.finish()

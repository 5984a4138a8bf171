"""First page and last section of the report: whose it is, with its contents, and who stands for it."""

from __future__ import annotations

from collections.abc import Sequence

from reports.compliance import TITLE, ComplianceDocument
from reports.flow import Flow
from reports.page import LABEL_GREY, Align, Paper, mm
from reports.wording import CONFIDENTIAL, chinese_date, chinese_period


def draw_cover(paper: Paper, document: ComplianceDocument, contents: Sequence[tuple[str, int]]) -> None:
    middle, room = paper.width / 2, paper.width - mm(50)
    paper.text(paper.width - mm(20), paper.down(24), CONFIDENTIAL, 11, bold=True, align=Align.RIGHT)
    size = next((size for size in (24, 18) if paper.measure(document.place, size, bold=True) < 2 * room), 14)
    place = paper.wrapped(document.place, size, room, 4, bold=True)
    y = paper.lines(middle, paper.down(66), place, size, size * 1.4, bold=True, align=Align.CENTER)
    y = paper.lines(middle, y - 8, [document.period_label], 18, 30, align=Align.CENTER)
    paper.lines(middle, y - 6, [TITLE], 22, 30, bold=True, align=Align.CENTER)
    y = paper.down(132)
    for label, text in (
        ("统计区间", chinese_period(document.first_on, document.cut_off)),
        ("数据截止日", chinese_date(document.cut_off)),
        ("规则版本", document.rule_set),
        ("报告状态", document.status),
        ("编制单位", document.organisation),
        ("打印", f"{document.provenance.printed_by}　{document.provenance.local_time}"),
    ):
        paper.text(mm(52), y, label, 11, grey=LABEL_GREY)
        lines = paper.wrapped(text, 11, paper.width - mm(100), 3)
        y = paper.lines(mm(80), y, lines, 11, mm(5.5)) - mm(2.5)
    paper.text(mm(40), y - mm(8), "目　录", 13, bold=True)
    y -= mm(17)
    for title, page in contents:
        paper.text(mm(40), y, title, 10.5)
        end = mm(40) + paper.measure(title, 10.5) + 6
        paper.rules([(end, y + 2, paper.width - mm(48), y + 2)], 0.4, grey=0.7, dash="1 2.5")
        paper.text(paper.width - mm(40), y, str(page), 10.5, align=Align.RIGHT)
        y -= mm(5.9)


def sign(flow: Flow, document: ComplianceDocument, numeral: str) -> None:
    paper = flow.paper
    flow.section(f"{numeral}、签章")
    flow.paragraph("本报告所列数字由系统按上述口径从业务记录计算，每个数字与其名单一致。经核对无误，现予报送。")

    def draw(top: float) -> None:
        for index, (label, name) in enumerate(
            (("编制人：", document.prepared_by), ("审核人：", ""), ("单位负责人：", ""))
        ):
            y = top - mm(14) - index * mm(13)
            paper.signature(flow.left + mm(8), y, label, 11, mm(48))
            paper.text(flow.left + mm(36), y, name, 11, fit=mm(44))
        right = flow.left + mm(104)
        paper.text(right, top - mm(14), "单位（盖章）：", 11)
        lines = paper.wrapped(document.organisation, 11, mm(78), 3)
        paper.lines(right, top - mm(21), lines, 11, mm(6))
        paper.text(right, top - mm(40), "　　　　年　　　月　　　日", 11)

    flow.block(mm(50), draw)

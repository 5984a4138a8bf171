"""告知书送达清单: the letters of a bundle as a workbook, a row each, to be ticked off when the counterfoil has come back.

It says what the letters say and nothing more; who carries it through the village carries no reason in another's sight than the letter's.
"""

from collections.abc import Iterator

from reports.notice import NoticeBundle, NoticeKind
from reports.table_xlsx import Cell, Kind, Line, Sheet, render_workbook
from reports.table_xlsx import Column as SheetColumn
from reports.wording import CONFIDENTIAL, chinese_date

KINDS = {
    NoticeKind.PAY: "发放",
    NoticeKind.REDUCED: "发放（有扣减）",
    NoticeKind.CORRECTED: "更正",
    NoticeKind.REPAID: "再次发放",
    NoticeKind.HOLD: "暂缓",
    NoticeKind.RETURNED: "银行退回",
    NoticeKind.REFUSE: "不发",
}
# title, width in characters, what stands in it
_COLUMNS = (
    ("告知书编号", 20, Kind.TEXT),
    ("乡镇", 14, Kind.TEXT),
    ("村（社区）", 16, Kind.TEXT),
    ("监护人", 14, Kind.TEXT),
    ("协议编号", 20, Kind.TEXT),
    ("类别", 14, Kind.TEXT),
    ("金额（元）", 14, Kind.FEN),
    ("原因", 44, Kind.TEXT),
    ("请监护人办理", 44, Kind.TEXT),
    ("异议截止", 16, Kind.TEXT),
    ("送达日期", 14, Kind.TEXT),
    ("送达人", 12, Kind.TEXT),
    ("回执", 10, Kind.TEXT),
)


def render_notice_list_xlsx(bundle: NoticeBundle) -> bytes:
    """The letters in their own order, by town and village; empty columns are for whoever delivers them."""
    title = f"{bundle.period_label}{bundle.programme}告知书送达清单"
    sheet = Sheet(
        "送达清单",
        [SheetColumn(*column) for column in _COLUMNS],
        [Line(cells) for cells in _rows(bundle)],
        heading=title,
        notes=(
            f"{bundle.office} · 共 {len(bundle.notices)} 份 · {chinese_date(bundle.issued_on)}制",
            bundle.provenance.line(),
        ),
        footer=f"{CONFIDENTIAL} · {bundle.provenance.short_fingerprint}",
        landscape=True,
        wrap=True,
    )
    return render_workbook([sheet], title=title, author=bundle.office, created_at=bundle.provenance.printed_at)


def _rows(bundle: NoticeBundle) -> Iterator[tuple[Cell, ...]]:
    for one in bundle.notices:
        amount, why = one.amount_fen if one.kind.is_payment else None, "".join(one.reasons)
        yield (
            one.serial, one.town, one.village, one.guardian, one.agreement_number, KINDS[one.kind], amount,
            why, one.remedy, chinese_date(one.appeal_until) if one.appeal_until else None, "", "", "",
        )  # fmt: skip

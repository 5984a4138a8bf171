"""Papers about payees' accounts: the ranking of shared ones as a workbook, and the note that an account was changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from reports.page import LABEL_GREY, Align, Paper, mm, page_footer
from reports.table_xlsx import Column, Kind, Line, Sheet, render_workbook
from reports.wording import CONFIDENTIAL, Provenance, chinese_date

_LEFT, _ROOM = mm(24), mm(162)
_BODY, _LEADING = 13, 23


@dataclass(frozen=True, slots=True)
class SharedRow:
    """One payee of an account that several use; accounts by their last four."""

    rank: int
    tail: str
    users: int
    is_staff: bool
    payee: str
    place: str
    bank: str
    since: date
    agreed: str
    reference: str
    until: date | None


@dataclass(frozen=True, slots=True)
class SharedAccountsDocument:
    county: str
    organisation: str
    rows: tuple[SharedRow, ...]
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class AccountSlip:
    """To the payee and to the second guardian: an account was changed; who did not want it says so."""

    office: str
    phone: str
    payee: str
    place: str
    second_guardian: str
    before_tail: str
    bank: str
    tail: str
    from_on: date
    issued_on: date
    provenance: Provenance


def render_shared_accounts_xlsx(document: SharedAccountsDocument) -> bytes:
    """A row a payee, the most used account first."""
    columns = (
        Column("名次", 7, Kind.COUNT),
        Column("账户尾号", 11),
        Column("领款人数", 11, Kind.COUNT),
        Column("工作人员账户", 14),
        Column("领款人", 14),
        Column("村（社区）", 22),
        Column("开户行", 26),
        Column("自哪天起", 13),
        Column("同意情况", 12),
        Column("证明编号", 24),
        Column("期限", 13),
    )
    lines = [
        Line(
            (
                row.rank, row.tail, row.users, "是" if row.is_staff else "", row.payee, row.place, row.bank,
                row.since.isoformat(), row.agreed, row.reference, row.until.isoformat() if row.until else "",
            )
        )
        for row in document.rows
    ]  # fmt: skip
    title = f"{document.county}共用领款账户排行"
    sheet = Sheet(
        "共用账户",
        columns,
        lines,
        heading=title,
        notes=("账户只列后四位。", document.provenance.line()),
        footer=f"{CONFIDENTIAL} · {document.provenance.short_fingerprint}",
        landscape=True,
    )
    return render_workbook(
        [sheet], title=title, author=document.organisation, created_at=document.provenance.printed_at
    )


def render_account_slip(slip: AccountSlip) -> bytes:
    """One page, two parts to cut apart: the payee's with the accounts' last four, the second guardian's without."""
    paper = Paper("领款账户变更告知单", slip.office, slip.provenance.printed_at)
    changed = f"自{chinese_date(slip.from_on)}起"
    ask = f"如果这不是您本人要求的，请立即联系{slip.office}" + (f"，电话 {slip.phone}。" if slip.phone else "。")
    _part(
        paper,
        slip,
        24,
        f"{slip.payee}：",
        f"您登记的惠民补贴领款账户{changed}更换：原账户尾号 {slip.before_tail}，新账户为{slip.bank}尾号 {slip.tail}。",
        ask,
    )
    cut = paper.down(148.5)
    paper.rules([(_LEFT, cut, _LEFT + _ROOM, cut)], 0.4)
    paper.text(_LEFT + _ROOM, cut + 3, "沿此线裁开", 8, align=Align.RIGHT, grey=LABEL_GREY)
    to = f"{slip.second_guardian}：" if slip.second_guardian else "协助监护人："
    told = f"{slip.payee}（{slip.place}）登记的惠民补贴领款账户{changed}更换，请您向其本人核实是否知情。"
    _part(
        paper,
        slip,
        166,
        to,
        told,
        f"有疑问的，请联系{slip.office}" + (f"，电话 {slip.phone}。" if slip.phone else "。"),
    )
    page_footer(paper, f"{CONFIDENTIAL} · {slip.provenance.line()}", "", margin=mm(12), y=mm(9))
    paper.next_page()
    return paper.finish()


def _part(paper: Paper, slip: AccountSlip, top: float, to: str, told: str, ask: str) -> None:
    paper.text(paper.width / 2, paper.down(top), "领款账户变更告知单", 19, bold=True, align=Align.CENTER)
    y = paper.down(top + 16)
    paper.text(_LEFT, y, to, _BODY + 1, bold=True)
    y -= _LEADING + 4
    for text in (told, ask):
        lines = paper.wrapped("　　" + text, _BODY, _ROOM, 4)
        y = paper.lines(_LEFT, y, lines, _BODY, _LEADING)
    right = _LEFT + _ROOM
    paper.text(right, y - 14, slip.office, _BODY, align=Align.RIGHT)
    paper.text(right, y - 14 - _LEADING, chinese_date(slip.issued_on), _BODY, align=Align.RIGHT)
    paper.signature(_LEFT, y - 14 - _LEADING, "签收：", _BODY, mm(40))

"""The pay file's document: the only place where ID and account numbers of payees leave the vault."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.audit.prints import Print
from app.core.actor import Actor
from app.core.crypto import Keyring
from app.core.money import Money
from app.people.vault import Vault
from app.subsidies.models import SubsidyPolicy, SubsidyRun
from app.subsidies.papers.labels import paying_office, period_label
from app.subsidies.papers.marks import marked, print_of_run
from app.subsidies.queries.payments import PayableLine
from app.subsidies.queries.runs import area_name
from app.subsidies.rules.bank import PayLayout
from app.subsidies.rules.policy import PolicyTerms
from reports.pay_cover import PayCoverDocument, render_pay_cover
from reports.pay_file import PayFileDocument, PayFileLine, WithheldLine, render_pay_file
from reports.pay_layouts import LAYOUTS, XLSX

PAY_COVER = "发放文件封面"
# what the bank reads of a line that was kept back, whatever the reason; the board has the reason
WITHHELD = "登记信息需要核对"

Progress = Callable[[int, int], None]

__all__ = ["LAYOUTS", "PAY_COVER", "XLSX", "pay_file_document", "print_of_cover", "render_cover", "render_pay_file"]


def pay_file_document(
    session: Session,
    vault: Vault,
    actor: Actor,
    run: SubsidyRun,
    lines: Sequence[PayableLine],
    withheld: Sequence[PayableLine],
    layout: PayLayout,
    number: str,
    now: datetime,
    progress: Progress | None = None,
) -> PayFileDocument:
    """The file for the bank: every line with name, ID number and account opened for this one purpose. `progress` hears (lines opened,
    lines in all).
    """
    vault.warm({line.known.payee_id for line in lines})
    total = Money(sum(line.known.amount_fen for line in lines))
    remark = PolicyTerms.from_json(session.get_one(SubsidyPolicy, run.policy_id).terms).remark
    opened = []
    for line in lines:
        opened.append(_opened(vault, line, remark))
        if progress is not None:
            progress(len(opened), len(lines))
    return PayFileDocument(
        county=area_name(session, run.county_code),
        organisation=paying_office(session, run),
        period_label=period_label(run),
        file_number=number,
        run_digest=run.digest or "",
        total_fen=total.fen,
        total_capital=total.capital(),
        prepared_by=actor.name,
        created_at=now,
        lines=tuple(opened),
        withheld=tuple(WithheldLine(one.known.payee_name, one.known.amount_fen, WITHHELD) for one in withheld),
        layout=layout.value,
    )


def _opened(vault: Vault, line: PayableLine, remark: str) -> PayFileLine:
    known = line.known
    return PayFileLine(
        payee=known.holder_name,
        id_number=vault.open(known.payee_id, "people.id_number", known.id_number_sealed) or "",
        bank=known.bank_name,
        account=vault.open(known.payee_id, "payee_accounts.number", known.number_sealed) or "",
        amount_fen=known.amount_fen,
        remark=remark,
        standard=f"{Money(line.annual_fen).yuan}元/年",
    )


def print_of_cover(run: SubsidyRun, actor: Actor, now: datetime) -> Print:
    return print_of_run(run, "pay_cover", actor, now)


def render_cover(keyring: Keyring, actor: Actor, run: SubsidyRun, file: PayFileDocument, sha256: str) -> bytes:
    """The cover that is signed and goes to the bank with the file."""
    provenance = marked(keyring, actor, print_of_cover(run, actor, file.created_at))
    return render_pay_cover(PayCoverDocument(file, sha256, provenance))

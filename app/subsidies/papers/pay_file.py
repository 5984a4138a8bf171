"""The pay file's document: the only place where ID and account numbers of payees leave the vault."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.audit.prints import Print
from app.core.actor import Actor
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
) -> PayFileDocument:
    """The file for the bank: every line with name, ID number and account opened for this one purpose."""
    vault.warm({line.payee_id for line in lines})
    total = Money(sum(line.amount_fen for line in lines))
    policy = session.get_one(SubsidyPolicy, run.policy_id)
    remark = PolicyTerms.from_json(policy.terms).remark
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
        lines=tuple(
            PayFileLine(
                payee=line.holder_name,
                id_number=vault.open(line.payee_id, "people.id_number", line.id_number_sealed) or "",
                bank=line.bank_name,
                account=vault.open(line.payee_id, "payee_accounts.number", line.number_sealed) or "",
                amount_fen=line.amount_fen,
                remark=remark,
                standard=f"{Money(line.annual_fen).yuan}元/年",
            )
            for line in lines
        ),
        withheld=tuple(WithheldLine(line.payee_name, line.amount_fen, WITHHELD) for line in withheld),
        layout=layout.value,
    )


def print_of_cover(run: SubsidyRun, actor: Actor, now: datetime) -> Print:
    return print_of_run(run, "pay_cover", actor, now)


def render_cover(vault: Vault, actor: Actor, run: SubsidyRun, file: PayFileDocument, sha256: str) -> bytes:
    """The cover that is signed and goes to the bank with the file."""
    provenance = marked(vault.keyring, actor, print_of_cover(run, actor, file.created_at))
    return render_pay_cover(PayCoverDocument(file, sha256, provenance))

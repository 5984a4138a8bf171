"""The pay file of an approved run: what is paid is decided and drawn while nobody waits, then proved once more and stored in one short
transaction. What was learned in between is never paid: nothing is stored then, and the file is drawn again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.access import Action, require
from app.core.actor import Actor
from app.core.batches import insert_rows
from app.core.clock import business_day
from app.core.crypto import Keyring
from app.core.errors import Conflict
from app.core.models import WorkItem
from app.core.reasons import Reason, reason
from app.core.work import ask_for_work, find_live_work
from app.people.vault import Vault
from app.subsidies.models import PayFile, PayFileLine, SubsidyLine, SubsidyRun
from app.subsidies.papers.pay_file import Progress, pay_file_document
from app.subsidies.queries.payments import Known, PayableLine, payable_lines, what_is_known
from app.subsidies.rules.bank import PayLayout
from app.subsidies.rules.transitions import PaymentState, RunStep
from app.subsidies.service.own import refuse_own_run
from app.subsidies.service.pay_files import PayPapers, draw_papers, keep_papers, layout_of
from app.subsidies.service.publishing import refuse_unpublished
from app.subsidies.service.signing import check, keep_totals, refuse_changed, sign
from reports.pay_file import PayFileDocument

WORK = "subsidy_export"

Withheld = tuple[PayableLine, Reason]


@dataclass(frozen=True)
class Decided:
    """What a pay file pays and keeps back, all that this rests on, and the document to draw it from."""

    run_digest: str | None
    known: Sequence[Known]
    paid: Sequence[PayableLine]
    withheld: Sequence[Withheld]
    document: PayFileDocument


def ask_for_export(
    session: Session, actor: Actor, run: SubsidyRun, layout: PayLayout | None, today: date, now: datetime
) -> WorkItem:
    """Have the scheduler process make the pay file; what can be refused at once is."""
    check_export(session, actor, run, today)
    args = {"run": run.public_id, "layout": layout.value if layout else None}
    return ask_for_work(session, WORK, args, _live_key(run), actor, now)


def find_export(session: Session, run: SubsidyRun) -> WorkItem | None:
    """The making of the run's pay file, while it is under way."""
    return find_live_work(session, _live_key(run))


def export_run(
    session: Session,
    vault: Vault,
    actor: Actor,
    run: SubsidyRun,
    now: datetime,
    layout: PayLayout | None = None,
    *,
    today: date | None = None,
) -> PayFile:
    """Write the pay file of an approved run, once, with its cover, in the transaction that is open; the bytes of both are kept sealed with
    hash and control totals. Without `layout` the policy's holds.
    """
    today = today or business_day(now)
    decided = decide_export(session, vault, actor, run, today, now, layout)
    papers = draw_papers(vault.keyring, actor, run, decided.document)
    file = store_export(session, vault.keyring, actor, run, decided, papers, today, now)
    if file is None:
        raise Conflict(reason("subsidies.export.unsettled"))
    return file


def decide_export(
    session: Session,
    vault: Vault,
    actor: Actor,
    run: SubsidyRun,
    today: date,
    now: datetime,
    layout: PayLayout | None = None,
    progress: Progress | None = None,
) -> Decided:
    """Decide line by line what is paid, and open what the bank has to know of it. Reads only. `progress` hears (lines opened, lines in all).

    Death and account are checked at this last moment: a line that would pay a day after a known death, a dead payee, a closed account or
    one that the payee denies is withheld, whatever was approved, and stands in the file's record as withheld.
    """
    check_export(session, actor, run, today)
    lines = payable_lines(session, run)
    if not all(line.is_as_approved for line in lines) or len(lines) != run.pay_count:
        raise Conflict(reason("subsidies.step.changed"))
    paid, withheld = _divide(lines)
    if not paid:
        raise Conflict(reason("subsidies.export.nothing_left"))
    kept_back, layout = [line for line, _why in withheld], layout or layout_of(session, run)
    number = f"AH{run.county_code[:6]}-{run.short_name}"
    document = pay_file_document(session, vault, actor, run, paid, kept_back, layout, number, now, progress)
    return Decided(run.digest, [line.known for line in lines], paid, withheld, document)


def store_export(
    session: Session,
    keyring: Keyring,
    actor: Actor,
    run: SubsidyRun,
    decided: Decided,
    papers: PayPapers,
    today: date,
    now: datetime,
) -> PayFile | None:
    """Prove everything once more and store what was drawn, of a run that is locked. None, and nothing stored, where something was learned
    since.
    """
    check_export(session, actor, run, today)
    refuse_changed(session, run)
    if run.digest != decided.run_digest or what_is_known(session, run) != decided.known:
        return None
    file = _store_file(session, keyring, actor, run, decided, papers)
    _store_lines(session, file, decided)
    keep_totals(session, run)
    run.exported_by, run.exported_at = actor.user_id, now
    sign(session, actor, run, RunStep.EXPORTED, now)
    return file


def check_export(session: Session, actor: Actor, run: SubsidyRun, today: date) -> None:
    """Refuse whoever may not export this run, or may not yet."""
    require(actor, Action.PAY_SUBSIDY)
    check(session, actor, run, RunStep.EXPORTED)
    refuse_own_run(session, actor, run)
    refuse_unpublished(session, run, today)


def end_unpaid(session: Session, file: PayFile) -> None:
    """Lines that were withheld or returned paid nobody: their quarter may be paid by another line."""
    unpaid = select(PayFileLine.line_id).where(
        PayFileLine.pay_file_id == file.id,
        PayFileLine.state.in_((PaymentState.RETURNED, PaymentState.WITHHELD)),
    )
    session.execute(
        update(SubsidyLine)
        .where(SubsidyLine.id.in_(unpaid), SubsidyLine.is_live)
        .values(is_live=False)
        .execution_options(synchronize_session="fetch")
    )


def _live_key(run: SubsidyRun) -> str:
    return f"{WORK}:{run.public_id}"


def _divide(lines: Sequence[PayableLine]) -> tuple[list[PayableLine], list[Withheld]]:
    """What is paid, and what is kept back for which reason."""
    paid, withheld = list[PayableLine](), list[Withheld]()
    for line in lines:
        why = _why_withheld(line)
        if why is None:
            paid.append(line)
        else:
            withheld.append((line, why))
    return paid, withheld


def _why_withheld(line: PayableLine) -> Reason | None:
    known = line.known
    if known.payee_died_on is not None:
        return reason("subsidies.withheld.payee_dead")
    if (
        known.patient_died_on is not None
        and line.last_paid_day is not None
        and known.patient_died_on < line.last_paid_day
    ):
        return reason("subsidies.withheld.after_death")
    if known.is_listed_dead:
        return reason("subsidies.withheld.listed")
    if known.account_ended_on is not None:
        return reason("subsidies.withheld.account_closed")
    if known.is_denied:
        return reason("subsidies.withheld.account_denied")
    return None


def _store_file(
    session: Session, keyring: Keyring, actor: Actor, run: SubsidyRun, decided: Decided, papers: PayPapers
) -> PayFile:
    kept, cover = keep_papers(session, keyring, actor, run, papers)
    file = PayFile(
        run_id=run.id,
        file_id=kept.id,
        cover_file_id=cover.id,
        number=papers.number,
        layout=papers.layout,
        sha256=kept.sha256,
        run_digest=run.digest or "",
        count=len(decided.paid),
        total_fen=sum(line.known.amount_fen for line in decided.paid),
        withheld_count=len(decided.withheld),
        withheld_fen=sum(line.known.amount_fen for line, _why in decided.withheld),
        made_at=papers.drawn_at,
        made_by=actor.user_id or 0,
    )
    session.add(file)
    session.flush()
    return file


def _store_lines(session: Session, file: PayFile, decided: Decided) -> None:
    def row(line: PayableLine, sequence: int | None, why: Reason | None = None) -> dict[str, object]:
        return {
            "pay_file_id": file.id,
            "line_id": line.known.line_id,
            "sequence": sequence,
            "amount_fen": line.known.amount_fen,
            "state": PaymentState.WITHHELD if why else PaymentState.SENT,
            "settled_at": file.made_at if why else None,
            "why": why.to_json() if why else None,
        }

    sent = [row(line, sequence) for sequence, line in enumerate(decided.paid, start=1)]
    insert_rows(session, PayFileLine, [*sent, *(row(line, None, why) for line, why in decided.withheld)])
    end_unpaid(session, file)

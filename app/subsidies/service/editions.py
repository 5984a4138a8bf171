"""The ledger as it was approved, kept once for each approval: whatever happens to the run later, the first print can be made again.

Drawn outside any transaction, since twenty thousand lines take seconds: in the background after the approval, at the latest before a
reopening changes anything.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.actor import Actor
from app.core.crypto import Keyring
from app.core.errors import Conflict
from app.core.files import keep_file
from app.core.reasons import reason
from app.core.work import ask_for_work
from app.people.vault import Vault
from app.subsidies.models import RunApproval, RunEdition, SubsidyRun
from app.subsidies.papers.labels import LEDGER
from app.subsidies.papers.ledger import ledger_document
from app.subsidies.queries.runs import get_run
from app.subsidies.rules.transitions import RunState, RunStep
from app.subsidies.service.printing import LEDGER_PDF, note_print
from reports.ledger import LedgerDocument, render_ledger_pdf

WORK = "subsidy_edition"
_APPROVED = (RunState.APPROVED, RunState.EXPORTED, RunState.SETTLED)


@dataclass(frozen=True)
class Edition:
    """One approval's ledger, read and not yet drawn."""

    number: int
    digest: str
    document: LedgerDocument
    read_at: datetime


def ask_for_edition(session: Session, actor: Actor, run: SubsidyRun, now: datetime) -> None:
    """Have the ledger of this approval drawn and kept by the scheduler process."""
    number = count_approvals(session, run)
    args = {"run": run.public_id, "number": number}
    ask_for_work(session, WORK, args, f"{WORK}:{run.public_id}:{number}", actor, now)


def draw_edition(
    reading: Callable[[], AbstractContextManager[Session]],
    keyring: Keyring,
    actor: Actor,
    run_public_id: str,
    now: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Edition, bytes] | None:
    """The standing approval's ledger, drawn while nobody waits for a lock; None where it is kept already or nothing is approved."""
    with reading() as session:
        edition = read_edition(session, Vault(session, keyring), actor, get_run(session, actor, run_public_id), now)
    return (edition, render_ledger_pdf(edition.document, progress)) if edition else None


def read_edition(session: Session, vault: Vault, actor: Actor, run: SubsidyRun, now: datetime) -> Edition | None:
    """What is to be drawn; None where the standing approval's ledger is kept already, or nothing is approved."""
    number = count_approvals(session, run)
    if run.state not in _APPROVED or run.digest is None or _is_kept(session, run, number):
        return None
    return Edition(number, run.digest, ledger_document(session, vault, actor, run, now, as_approved=True), now)


def keep_edition(
    session: Session, keyring: Keyring, actor: Actor, run: SubsidyRun, edition: Edition, content: bytes
) -> None:
    """Keep what was drawn, as a voucher that never expires. Drawn twice it is kept once; drawn of other lines it is refused."""
    if run.digest != edition.digest or count_approvals(session, run) != edition.number:
        raise Conflict(reason("subsidies.step.changed"))
    if _is_kept(session, run, edition.number):
        return
    now = edition.read_at
    name = f"{LEDGER}{run.short_name}-{edition.number}.pdf"
    file = keep_file(
        session, keyring, "edition", name, LEDGER_PDF.media_type, content, run.county_code, actor, now
    )  # fmt: skip
    session.add(
        RunEdition(
            run_id=run.id,
            number=edition.number,
            digest=edition.digest,
            pay_count=sum(row.counted for row in edition.document.rows),
            total_fen=edition.document.total_fen,
            ledger_file_id=file.id,
            kept_at=now,
        )
    )
    note_print(session, keyring, actor, run, LEDGER_PDF, content, now)


def note_edition_fetched(session: Session, actor: Actor, run: SubsidyRun, sha256: str, now: datetime) -> None:
    """A kept ledger was handed out."""
    note(
        session, actor, "subsidies.edition_fetched", now=now, subject=("subsidy_run", run.public_id),
        area_code=run.county_code, detail={"sha256": sha256},
    )  # fmt: skip


def refuse_unkept(session: Session, run: SubsidyRun) -> None:
    """What was approved is kept before it is changed."""
    if run.state in _APPROVED and not _is_kept(session, run, count_approvals(session, run)):
        raise Conflict(reason("subsidies.edition.not_kept"))


def count_approvals(session: Session, run: SubsidyRun) -> int:
    own = (RunApproval.run_id == run.id) & (RunApproval.step == RunStep.APPROVED)
    return session.scalar(select(func.count()).select_from(RunApproval).where(own)) or 0


def _is_kept(session: Session, run: SubsidyRun, number: int) -> bool:
    kept = select(RunEdition.id).where(RunEdition.run_id == run.id, RunEdition.number == number)
    return session.scalar(kept) is not None

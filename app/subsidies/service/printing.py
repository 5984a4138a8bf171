"""Printing a run's papers: the rows are read in one transaction, drawn outside any, and the print is noted as a disclosure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.audit.prints import keep_print
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.crypto import Keyring
from app.core.errors import Conflict
from app.core.reasons import reason
from app.people.vault import Vault
from app.subsidies.models import SubsidyRun
from app.subsidies.papers.labels import LEDGER, NOTICES, SUMMARY
from app.subsidies.papers.ledger import ledger_document
from app.subsidies.papers.marks import print_of_run
from app.subsidies.papers.notices import notice_bundle
from app.subsidies.papers.pay_file import XLSX
from app.subsidies.papers.summary import summary_document
from app.subsidies.rules.transitions import RunState
from reports.ledger import render_ledger_pdf, render_ledger_xlsx
from reports.notice import render_notices
from reports.summary import render_summary_pdf, render_summary_xlsx

PDF = "application/pdf"

Progress = Callable[[int, int], None]
# Draws what was read; needs no session any more.
Draw = Callable[[Progress | None], bytes]
Read = Callable[[Session, Vault, Actor, SubsidyRun, date, datetime], Draw]

_ANY_LINES = frozenset(RunState) - {RunState.PREPARING}
# A guardian is told a sum only once two people have signed it.
_APPROVED = frozenset({RunState.APPROVED, RunState.EXPORTED, RunState.SETTLED})


@dataclass(frozen=True)
class Paper:
    """One kind of print. `kind` is the kept file's and the audit's word; `name` and `ending` are offered on download."""

    kind: str
    name: str
    ending: str
    media_type: str
    read: Read
    states: frozenset[RunState]
    permits: Action = Action.PRINT_SUBSIDY

    def file_name(self, run: SubsidyRun) -> str:
        """`发放台账2026Q3-R01.pdf`: whatever a program leaves of it when it knows no Chinese still names the run."""
        return f"{self.name}{run.short_name}.{self.ending}"


def start_print(
    session: Session, vault: Vault, actor: Actor, run: SubsidyRun, paper: Paper, today: date, now: datetime
) -> Draw:
    """Read everything that the paper shows; `Conflict` where the run is not so far yet."""
    require(actor, paper.permits)
    if run.state not in paper.states:
        raise Conflict(reason("subsidies.print.too_early"))
    return paper.read(session, vault, actor, run, today, now)


def note_print(
    session: Session, keyring: Keyring, actor: Actor, run: SubsidyRun, paper: Paper, content: bytes, now: datetime
) -> None:
    """Put a paper that was drawn on record, under the serial that it bears."""
    keep_print(session, keyring, actor, print_of_run(run, paper.kind, actor, now), content)


def _ledger_pdf(session: Session, vault: Vault, actor: Actor, run: SubsidyRun, _today: date, now: datetime) -> Draw:
    document = ledger_document(session, vault, actor, run, now)
    return lambda progress: render_ledger_pdf(document, progress)


def _ledger_xlsx(session: Session, vault: Vault, actor: Actor, run: SubsidyRun, _today: date, now: datetime) -> Draw:
    document = ledger_document(session, vault, actor, run, now)
    return lambda _progress: render_ledger_xlsx(document)


def _notices(session: Session, vault: Vault, actor: Actor, run: SubsidyRun, today: date, now: datetime) -> Draw:
    bundle = notice_bundle(session, vault, actor, run, today, now)
    return lambda progress: render_notices(bundle, progress)


def _summary_pdf(session: Session, vault: Vault, actor: Actor, run: SubsidyRun, _today: date, now: datetime) -> Draw:
    document = summary_document(session, vault.keyring, actor, run, now)
    return lambda _progress: render_summary_pdf(document)


def _summary_xlsx(session: Session, vault: Vault, actor: Actor, run: SubsidyRun, _today: date, now: datetime) -> Draw:
    document = summary_document(session, vault.keyring, actor, run, now)
    return lambda _progress: render_summary_xlsx(document)


LEDGER_PDF = Paper("ledger", LEDGER, "pdf", PDF, _ledger_pdf, _ANY_LINES)
LEDGER_XLSX = Paper("ledger", LEDGER, "xlsx", XLSX, _ledger_xlsx, _ANY_LINES)
NOTICES_PDF = Paper("notices", NOTICES, "pdf", PDF, _notices, _APPROVED)
SUMMARY_PDF = Paper("summary", SUMMARY, "pdf", PDF, _summary_pdf, _ANY_LINES, Action.PRINT_SUMMARY)
SUMMARY_XLSX = Paper("summary", SUMMARY, "xlsx", XLSX, _summary_xlsx, _ANY_LINES, Action.PRINT_SUMMARY)

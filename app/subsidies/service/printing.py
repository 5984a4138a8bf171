"""Printing a run's papers: the rows are read in one transaction, drawn outside any, and the print is noted as a disclosure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
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
from app.subsidies.papers.chain import approval_document, hold_list_document, public_notice_document
from app.subsidies.papers.home_checks import home_checks_document
from app.subsidies.papers.labels import (
    APPROVAL,
    CHANGED_NOTICES,
    HOLD_LIST,
    HOME_CHECKS,
    LEDGER,
    NOTICE_LIST,
    NOTICES,
    PAID_NOTICES,
    PUBLIC_NOTICE,
    SUMMARY,
    UNPAID_NOTICES,
)
from app.subsidies.papers.ledger import ledger_document
from app.subsidies.papers.marks import print_of_run
from app.subsidies.papers.notices import CHANGED, EVERY_KIND, UNPAID, notice_bundle
from app.subsidies.papers.pay_file import XLSX
from app.subsidies.papers.summary import summary_document
from app.subsidies.rules.transitions import RunState
from reports.approval_sheet import render_approval_pdf, render_approval_xlsx
from reports.hold_list import render_hold_list_pdf, render_hold_list_xlsx
from reports.home_checks import render_home_checks_pdf, render_home_checks_xlsx
from reports.ledger import render_ledger_pdf, render_ledger_xlsx
from reports.notice import NoticeKind, render_notices
from reports.notice_list import render_notice_list_xlsx
from reports.public_notice import render_public_notice_pdf, render_public_notice_xlsx
from reports.summary import render_summary_pdf, render_summary_xlsx

PDF = "application/pdf"

Progress = Callable[[int, int], None]
# Draws what was read; needs no session any more.
Draw = Callable[[Progress | None], bytes]
Read = Callable[[Session, Vault, Actor, SubsidyRun, date, datetime], Draw]

_ANY_LINES = frozenset(RunState) - {RunState.PREPARING}
# A guardian is told a sum only once two people have signed it.
_APPROVED = frozenset({RunState.APPROVED, RunState.EXPORTED, RunState.SETTLED})
# Offices seal what was submitted.
_SIGNED = _APPROVED | {RunState.SUBMITTED}


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


def _notices_of(kinds: frozenset[NoticeKind]) -> Read:
    def read(session: Session, vault: Vault, actor: Actor, run: SubsidyRun, today: date, now: datetime) -> Draw:
        bundle = notice_bundle(session, vault, actor, run, today, now, kinds)
        return lambda progress: render_notices(bundle, progress)

    return read


def _notice_list(session: Session, vault: Vault, actor: Actor, run: SubsidyRun, today: date, now: datetime) -> Draw:
    bundle = notice_bundle(session, vault, actor, run, today, now)
    return lambda _progress: render_notice_list_xlsx(bundle)


def _summary_pdf(session: Session, vault: Vault, actor: Actor, run: SubsidyRun, _today: date, now: datetime) -> Draw:
    document = summary_document(session, vault.keyring, actor, run, now)
    return lambda _progress: render_summary_pdf(document)


def _summary_xlsx(session: Session, vault: Vault, actor: Actor, run: SubsidyRun, _today: date, now: datetime) -> Draw:
    document = summary_document(session, vault.keyring, actor, run, now)
    return lambda _progress: render_summary_xlsx(document)


def _hold_list_pdf(session: Session, vault: Vault, actor: Actor, run: SubsidyRun, _today: date, now: datetime) -> Draw:
    document = hold_list_document(session, vault, actor, run, now)
    return lambda _progress: render_hold_list_pdf(document)


def _hold_list_xlsx(session: Session, vault: Vault, actor: Actor, run: SubsidyRun, _today: date, now: datetime) -> Draw:
    document = hold_list_document(session, vault, actor, run, now)
    return lambda _progress: render_hold_list_xlsx(document)


def _approval_pdf(session: Session, vault: Vault, actor: Actor, run: SubsidyRun, _today: date, now: datetime) -> Draw:
    document = approval_document(session, vault.keyring, actor, run, now)
    return lambda _progress: render_approval_pdf(document)


def _approval_xlsx(session: Session, vault: Vault, actor: Actor, run: SubsidyRun, _today: date, now: datetime) -> Draw:
    document = approval_document(session, vault.keyring, actor, run, now)
    return lambda _progress: render_approval_xlsx(document)


def _public_pdf(session: Session, vault: Vault, actor: Actor, run: SubsidyRun, _today: date, now: datetime) -> Draw:
    document = public_notice_document(session, vault.keyring, actor, run, now)
    return lambda _progress: render_public_notice_pdf(document)


def _public_xlsx(session: Session, vault: Vault, actor: Actor, run: SubsidyRun, _today: date, now: datetime) -> Draw:
    document = public_notice_document(session, vault.keyring, actor, run, now)
    return lambda _progress: render_public_notice_xlsx(document)


def _home_checks_pdf(
    session: Session, vault: Vault, actor: Actor, run: SubsidyRun, _today: date, now: datetime
) -> Draw:
    document = home_checks_document(session, vault.keyring, actor, run, now)
    return lambda _progress: render_home_checks_pdf(document)


def _home_checks_xlsx(
    session: Session, vault: Vault, actor: Actor, run: SubsidyRun, _today: date, now: datetime
) -> Draw:
    document = home_checks_document(session, vault.keyring, actor, run, now)
    return lambda _progress: render_home_checks_xlsx(document)


LEDGER_PDF = Paper("ledger", LEDGER, "pdf", PDF, _ledger_pdf, _ANY_LINES)
LEDGER_XLSX = Paper("ledger", LEDGER, "xlsx", XLSX, _ledger_xlsx, _ANY_LINES)
NOTICES_PDF = Paper("notices", NOTICES, "pdf", PDF, _notices_of(EVERY_KIND), _APPROVED)
PAID_NOTICES_PDF = replace(NOTICES_PDF, name=PAID_NOTICES, read=_notices_of(EVERY_KIND - UNPAID))
CHANGED_NOTICES_PDF = replace(NOTICES_PDF, name=CHANGED_NOTICES, read=_notices_of(CHANGED))
UNPAID_NOTICES_PDF = replace(NOTICES_PDF, name=UNPAID_NOTICES, read=_notices_of(UNPAID))
NOTICE_LIST_XLSX = Paper("notices", NOTICE_LIST, "xlsx", XLSX, _notice_list, _APPROVED)
SUMMARY_PDF = Paper("summary", SUMMARY, "pdf", PDF, _summary_pdf, _ANY_LINES, Action.PRINT_SUMMARY)
SUMMARY_XLSX = Paper("summary", SUMMARY, "xlsx", XLSX, _summary_xlsx, _ANY_LINES, Action.PRINT_SUMMARY)
HOLD_LIST_PDF = Paper("hold_list", HOLD_LIST, "pdf", PDF, _hold_list_pdf, _ANY_LINES, Action.PRINT_REASONS)
HOLD_LIST_XLSX = Paper("hold_list", HOLD_LIST, "xlsx", XLSX, _hold_list_xlsx, _ANY_LINES, Action.PRINT_REASONS)
APPROVAL_PDF = Paper("approval", APPROVAL, "pdf", PDF, _approval_pdf, _SIGNED)
APPROVAL_XLSX = Paper("approval", APPROVAL, "xlsx", XLSX, _approval_xlsx, _SIGNED)
PUBLIC_PDF = Paper("public_notice", PUBLIC_NOTICE, "pdf", PDF, _public_pdf, _APPROVED, Action.PRINT_SUMMARY)
PUBLIC_XLSX = Paper("public_notice", PUBLIC_NOTICE, "xlsx", XLSX, _public_xlsx, _APPROVED, Action.PRINT_SUMMARY)
HOME_CHECKS_PDF = Paper("home_checks", HOME_CHECKS, "pdf", PDF, _home_checks_pdf, _ANY_LINES)
HOME_CHECKS_XLSX = Paper("home_checks", HOME_CHECKS, "xlsx", XLSX, _home_checks_xlsx, _ANY_LINES)

"""Long work of this room, done by the scheduler process: preparing a run, drawing its papers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts.queries import get_actor_by_id
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.files import keep_file
from app.core.keys import current_keyring
from app.core.models import WorkItem
from app.core.quarter import Quarter
from app.core.work import Progress, Transactions, WorkDone
from app.people.vault import Vault
from app.subsidies.commands import PrepareRun
from app.subsidies.models import SubsidyRun
from app.subsidies.papers.ledger import ledger_document
from app.subsidies.papers.notices import notice_bundle
from app.subsidies.papers.pay_file import XLSX
from app.subsidies.queries.runs import get_run
from app.subsidies.service import prepare_run
from reports.ledger import render_ledger_pdf, render_ledger_xlsx
from reports.notice import render_notices

PDF = "application/pdf"
KEPT = timedelta(days=30)

# Draws the document outside any transaction: (content maker, file name ending, media type).
Draw = Callable[[Progress], bytes]
Gather = Callable[[Session, Vault, Actor, SubsidyRun, date, datetime], Draw]


def prepare(transactions: Transactions, item: WorkItem, progress: Progress) -> WorkDone:
    """Freeze a run's lines; goes on where a dead process stopped."""
    clock = current_clock()
    with transactions() as session:
        actor = get_actor_by_id(session, item.asked_by)
    command = PrepareRun(item.args["county"], Quarter.parse(item.args["quarter"]), bool(item.args["supplementary"]))
    public_id = prepare_run(transactions, actor, command, clock.today(), clock.now(), progress)
    return WorkDone(result={"run": public_id})


def ledger_pdf(transactions: Transactions, item: WorkItem, progress: Progress) -> WorkDone:
    return _paper(transactions, item, progress, _gather_ledger_pdf, "ledger", "台账.pdf", PDF)


def ledger_xlsx(transactions: Transactions, item: WorkItem, progress: Progress) -> WorkDone:
    return _paper(transactions, item, progress, _gather_ledger_xlsx, "ledger", "台账.xlsx", XLSX)


def notices(transactions: Transactions, item: WorkItem, progress: Progress) -> WorkDone:
    return _paper(transactions, item, progress, _gather_notices, "notices", "告知书.pdf", PDF)


def _gather_ledger_pdf(
    session: Session, vault: Vault, actor: Actor, run: SubsidyRun, _today: date, now: datetime
) -> Draw:
    document = ledger_document(session, vault, actor, run, now)
    return lambda progress: render_ledger_pdf(document, progress)


def _gather_ledger_xlsx(
    session: Session, vault: Vault, actor: Actor, run: SubsidyRun, _today: date, now: datetime
) -> Draw:
    document = ledger_document(session, vault, actor, run, now)
    return lambda _progress: render_ledger_xlsx(document)


def _gather_notices(session: Session, vault: Vault, actor: Actor, run: SubsidyRun, today: date, now: datetime) -> Draw:
    bundle = notice_bundle(session, vault, actor, run, today, now)
    return lambda progress: render_notices(bundle, progress)


def _paper(
    transactions: Transactions,
    item: WorkItem,
    progress: Progress,
    gather: Gather,
    kind: str,
    ending: str,
    media_type: str,
) -> WorkDone:
    """Read the rows, draw outside any transaction, keep the file; a print is noted as a disclosure."""
    clock, keyring = current_clock(), current_keyring()
    now = clock.now()
    with transactions() as session:
        actor = get_actor_by_id(session, item.asked_by)
        require(actor, Action.PRINT_SUBSIDY)
        run = get_run(session, actor, item.args["run"])
        draw = gather(session, Vault(session, keyring), actor, run, clock.today(), now)
        county, period, digest, run_id = run.county_code, run.period, run.digest or "", run.public_id
    content = draw(progress)
    with transactions() as session:
        file = keep_file(
            session, keyring, kind, f"{period}-{ending}", media_type, content, county, actor, now, now + KEPT
        )
        note(
            session,
            actor,
            f"subsidies.{kind}_printed",
            now=now,
            subject=("subsidy_run", run_id),
            area_code=county,
            detail={"sha256": file.sha256, "digest": digest},
        )
        return WorkDone(result={"run": run_id}, file_id=file.id)


HANDLERS = {
    "subsidy_prepare": prepare,
    "subsidy_ledger_pdf": ledger_pdf,
    "subsidy_ledger_xlsx": ledger_xlsx,
    "subsidy_notices": notices,
}

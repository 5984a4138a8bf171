"""Long work of this room, done by the scheduler process: preparing a run, making its pay file, drawing its papers."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from app.accounts.queries import get_actor_by_id
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import Database
from app.core.errors import Conflict
from app.core.files import keep_file
from app.core.keys import current_keyring
from app.core.models import WorkItem
from app.core.period import parse_period
from app.core.reasons import reason
from app.core.work import Handler, Progress, WorkDone
from app.people.vault import Vault
from app.subsidies.commands import PrepareRun
from app.subsidies.hands import require_person
from app.subsidies.models import PayFile
from app.subsidies.queries.preview import count_to_try, try_policy
from app.subsidies.queries.runs import find_pay_file, get_run
from app.subsidies.rules.bank import PayLayout
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.service import prepare_run
from app.subsidies.service.editions import WORK as EDITION
from app.subsidies.service.editions import count_approvals, draw_edition, keep_edition
from app.subsidies.service.exporting import WORK as EXPORT
from app.subsidies.service.exporting import decide_export, store_export
from app.subsidies.service.late_facts import WORK as LATE_FACTS
from app.subsidies.service.late_facts import find_late_facts
from app.subsidies.service.pay_files import draw_papers
from app.subsidies.service.printing import (
    CHANGED_NOTICES_PDF,
    HOLD_LIST_PDF,
    HOLD_LIST_XLSX,
    LEDGER_PDF,
    LEDGER_XLSX,
    NOTICE_LIST_XLSX,
    NOTICES_PDF,
    PAID_NOTICES_PDF,
    UNPAID_NOTICES_PDF,
    Paper,
    note_print,
    start_print,
)
from app.subsidies.service.refusals import note_refusal
from app.subsidies.service.watching import ask_to_watch, watch_run

KEPT = timedelta(days=30)
# how often a pay file is drawn where something was learned meanwhile
LOOKS = 3


def prepare(database: Database, item: WorkItem, progress: Progress) -> WorkDone:
    """Freeze a run's lines; goes on where a dead process stopped."""
    clock = current_clock()
    with database.reading() as session:
        actor = get_actor_by_id(session, item.asked_by)
    require_person(actor)
    command = PrepareRun(item.args["county"], parse_period(item.args["quarter"]), bool(item.args["supplementary"]))
    public_id = prepare_run(database.transaction, actor, command, clock.today(), clock.now(), progress)
    with database.transaction() as session:
        ask_to_watch(session, actor, get_run(session, actor, public_id), clock.now())
    return WorkDone(result={"run": public_id})


def export(database: Database, item: WorkItem, progress: Progress) -> WorkDone:
    """Make a run's pay file: drawn while nobody waits, stored in a short transaction. Done before, by whomever, it is done."""
    clock = current_clock()
    with database.reading() as session:
        actor = get_actor_by_id(session, item.asked_by)
    require_person(actor)
    try:
        file = _export(database, actor, item, progress)
    except Conflict as refused:
        with database.transaction() as session:
            note_refusal(session, actor, ("subsidy_run", item.args["run"]), refused, clock.now())
        raise
    return WorkDone(result={"run": item.args["run"], "sent": file.count, "withheld": file.withheld_count})


def _export(database: Database, actor: Actor, item: WorkItem, progress: Progress) -> PayFile:
    """What is learned between the look and the storing is looked at again; `Conflict` where it never comes to rest."""
    clock, keyring, chosen = current_clock(), current_keyring(), item.args["layout"]
    layout = PayLayout(chosen) if chosen else None
    opened, written = _third(progress, 0), _third(progress, 1)
    for _time in range(LOOKS):
        with database.reading() as session:
            run, now = get_run(session, actor, item.args["run"]), clock.now()
            if file := find_pay_file(session, run):
                return file
            decided = decide_export(session, Vault(session, keyring), actor, run, clock.today(), now, layout, opened)
        papers = draw_papers(keyring, actor, run, decided.document, written)
        with database.transaction() as session:
            run, now = get_run(session, actor, item.args["run"], lock=True), clock.now()
            file = find_pay_file(session, run)
            file = file or store_export(session, keyring, actor, run, decided, papers, clock.today(), now)
        if file is not None:
            return file
    raise Conflict(reason("subsidies.export.unsettled"))


def _third(progress: Progress, number: int) -> Progress:
    """Opening the lines is the first third of the way, writing them the second; packing, sealing and storing them the last."""
    return lambda done, total: progress((number * total + done) // 3, total)


def watch(database: Database, item: WorkItem, progress: Progress) -> WorkDone:
    """Look for patterns in a run that was drawn up or approved just now; every night they are looked for again."""
    clock = current_clock()
    with database.reading() as session:
        run = get_run(session, get_actor_by_id(session, item.asked_by), item.args["run"])
    seen = watch_run(
        database.reading, database.transaction, Actor.operator(), run, clock.today(), clock.now(), progress=progress
    )
    return WorkDone(result={"run": item.args["run"], "made": seen.made})


def look_again(database: Database, item: WorkItem, progress: Progress) -> WorkDone:
    """Look through what the county has paid with the facts of today."""
    clock = current_clock()
    with database.reading() as session:
        actor = get_actor_by_id(session, item.asked_by)
    require_person(actor)
    found = find_late_facts(
        database.reading, database.transaction, actor, item.args["county"], clock.today(), clock.now(), progress
    )
    return WorkDone(result={"made": found.made, "looked": found.looked})


def try_terms(database: Database, item: WorkItem, progress: Progress) -> WorkDone:
    """What a policy would have made of a period of many lines; reads, and stores nothing but the answer."""
    with database.reading() as session:
        actor = get_actor_by_id(session, item.asked_by)
        run = get_run(session, actor, item.args["run"])
        total = count_to_try(session, run)
        tried = try_policy(session, run, PolicyTerms.from_json(item.args["terms"]), lambda done: progress(done, total))
    return WorkDone(result={"preview": tried.to_json()})


def print_paper(paper: Paper, database: Database, item: WorkItem, progress: Progress) -> WorkDone:
    """Draw a paper of the run and keep it for its asker: a long look, then a short transaction."""
    clock, keyring = current_clock(), current_keyring()
    now = clock.now()
    with database.reading() as session:
        actor = get_actor_by_id(session, item.asked_by)
        run = get_run(session, actor, item.args["run"])
        draw = start_print(session, Vault(session, keyring), actor, run, paper, clock.today(), now)
    content = draw(progress)
    with database.transaction() as session:
        file = keep_file(
            session,
            keyring,
            paper.kind,
            paper.file_name(run),
            paper.media_type,
            content,
            run.county_code,
            actor,
            now,
            now + KEPT,
        )
        note_print(session, keyring, actor, run, paper, content, now)
        return WorkDone(result={"run": run.public_id}, file_id=file.id)


def keep_ledger(database: Database, item: WorkItem, progress: Progress) -> WorkDone:
    """Keep the ledger of an approval; nothing to do where that approval no longer stands or has kept it."""
    keyring, now = current_keyring(), current_clock().now()
    with database.reading() as session:
        actor = get_actor_by_id(session, item.asked_by)
        stands = count_approvals(session, get_run(session, actor, item.args["run"])) == item.args["number"]
    drawn = draw_edition(database.reading, keyring, actor, item.args["run"], now, progress) if stands else None
    if drawn is not None:
        with database.transaction() as session:
            keep_edition(session, keyring, actor, get_run(session, actor, item.args["run"], lock=True), *drawn)
    return WorkDone(result={"run": item.args["run"]})


HANDLERS: dict[str, Handler] = {
    EDITION: keep_ledger,
    EXPORT: export,
    "subsidy_prepare": prepare,
    "subsidy_preview": try_terms,
    "subsidy_watch": watch,
    LATE_FACTS: look_again,
    "subsidy_ledger_pdf": partial(print_paper, LEDGER_PDF),
    "subsidy_ledger_xlsx": partial(print_paper, LEDGER_XLSX),
    "subsidy_notices": partial(print_paper, NOTICES_PDF),
    "subsidy_notices_paid": partial(print_paper, PAID_NOTICES_PDF),
    "subsidy_notices_changed": partial(print_paper, CHANGED_NOTICES_PDF),
    "subsidy_notices_unpaid": partial(print_paper, UNPAID_NOTICES_PDF),
    "subsidy_notice_list": partial(print_paper, NOTICE_LIST_XLSX),
    "subsidy_hold_list_pdf": partial(print_paper, HOLD_LIST_PDF),
    "subsidy_hold_list_xlsx": partial(print_paper, HOLD_LIST_XLSX),
}

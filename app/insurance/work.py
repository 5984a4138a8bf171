"""Long work of this room, done by the scheduler process: reporting a large county's people, and the insurer's list of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from app.accounts.queries import get_actor_by_id
from app.audit.prints import keep_print
from app.core.clock import business_day, current_clock
from app.core.dates import parse_date
from app.core.db import Database
from app.core.errors import NotFound
from app.core.files import keep_file
from app.core.keys import current_keyring
from app.core.models import WorkItem
from app.core.work import Handler, Progress, WorkDone
from app.insurance.papers import insured_document, insured_lines, print_of_insured
from app.insurance.queries.enrolment import count_candidates, counts_of_day, find_batch
from app.insurance.queries.exports import exported_people
from app.insurance.queries.policies import get_policy
from app.insurance.service.enrolling import WORK as REPORT
from app.insurance.service.enrolling import report_changes
from app.people.vault import Vault
from app.subsidies.hands import require_person
from reports.insured_list import InsuredDocument, render_insured_pdf, render_insured_xlsx

KEPT = timedelta(days=1)


class ListPaper(NamedTuple):
    """One shape of the list: its kind of work, its media type, who draws it."""

    work: str
    media_type: str
    render: Callable[[InsuredDocument, Progress], bytes]


LISTS = {
    "pdf": ListPaper("insured_list_pdf", "application/pdf", render_insured_pdf),
    "xlsx": ListPaper(
        "insured_list_xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        render_insured_xlsx,
    ),
}


def print_list(ending: str, database: Database, item: WorkItem, progress: Progress) -> WorkDone:
    """Read and draw without holding anybody up, keep it for its asker: on record with number and check code, because it leaves the house."""
    clock, keyring, paper = current_clock(), current_keyring(), LISTS[ending]
    now, asked = clock.now(), item.args["batch"]
    with database.reading() as session:
        actor = get_actor_by_id(session, item.asked_by)
        policy = get_policy(session, actor, item.args["policy"])
        batch = find_batch(session, actor, policy, asked) if asked else None
        if asked and batch is None:
            raise NotFound
        lines = insured_lines(exported_people(session, Vault(session, keyring), actor, policy, batch, progress))
        document = insured_document(session, keyring, actor, policy, batch, lines, clock.today(), now)
        wanted = print_of_insured(policy, lines, actor, now)
        county = policy.county_code
    content = paper.render(document, progress)
    with database.transaction() as session:
        name = f"insured.{ending}"
        file = keep_file(session, keyring, paper.work, name, paper.media_type, content, county, actor, now, now + KEPT)
        keep_print(session, keyring, actor, wanted, content)
        return WorkDone(file_id=file.id)


def report(database: Database, item: WorkItem, progress: Progress) -> WorkDone:
    """Add and remove as of a day in one transaction: whoever begins again after a killed process finds nobody or everybody.

    "Today" is the day on which it was asked for, and what is told is what stands under the report's day, whichever process stored it.
    """
    public_id, on, asked_at = item.args["policy"], parse_date(item.args["on"]), item.asked_at
    with database.reading() as session:
        actor = get_actor_by_id(session, item.asked_by)
        count = count_candidates(session, actor, get_policy(session, actor, public_id), on)
    require_person(actor)
    progress(0, count)
    with database.transaction() as session:
        report_changes(session, actor, public_id, on, business_day(asked_at), current_clock().now())
        told = counts_of_day(session, actor, get_policy(session, actor, public_id), on)
    return WorkDone(told)


HANDLERS: dict[str, Handler] = {
    **{paper.work: partial(print_list, ending) for ending, paper in LISTS.items()},
    REPORT: report,
}

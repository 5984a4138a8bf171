"""Long work of this room, done by the scheduler process: storing an uploaded roster or list of visits, comparing an office's list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.queries import get_actor_by_id
from app.areas.queries import names_of, place_of
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.dates import parse_date
from app.core.db import Database
from app.core.errors import Conflict
from app.core.files import keep_file
from app.core.keys import current_keyring
from app.core.models import WorkItem
from app.core.reasons import reason
from app.core.work import Handler, Progress, WorkDone
from app.core.workbooks.sheet import Sheet
from app.people.vault import Vault
from app.roster.commands import ImportResult, Mode
from app.roster.forms import overrides_of
from app.roster.papers import REJECTS_NAME, XLSX, rejects_of
from app.roster.queries import ROSTER_KIND, VISITS_KIND, area_index, get_import
from app.roster.queries_national import find_comparison_of, newest_mapping
from app.roster.rules.book import ROSTER
from app.roster.rules.header import SheetMapping
from app.roster.rules.listed_columns import LISTED
from app.roster.rules.listed_mapping import mapping_to_remember, remembered
from app.roster.rules.listed_rows import read_listed
from app.roster.rules.national_columns import NATIONAL as NATIONAL_BOOK
from app.roster.rules.national_rows import read_national
from app.roster.rules.rows import read_roster
from app.roster.rules.visit_columns import VISITS as VISIT_BOOK
from app.roster.rules.visit_rows import read_visits
from app.roster.service import import_roster, import_visits
from app.roster.service.importing import counts_of
from app.roster.service.listing import ListFile, county_of_actor, list_counts, load_check_list
from app.roster.service.national import Export, compare_export
from app.roster.service.uploads import CHECK_LISTS, NATIONAL, ROSTERS, VISITS, forget_upload, get_upload
from app.roster.service.visiting import visit_counts
from app.subsidies.queries.hits import last_mapping
from app.subsidies.rules.checks import ListKind

IMPORT = "roster_import"
IMPORT_VISITS = "visits_import"
COMPARE = "check_list_load"
COMPARE_NATIONAL = "national_compare"
REJECTS_KEPT = timedelta(days=30)


def store(database: Database, item: WorkItem, progress: Progress) -> WorkDone:
    """Read the upload again and store it, in one transaction; a second time changes nothing."""
    clock = current_clock()
    today, now = clock.today(), clock.now()
    with database.reading() as session:
        actor = get_actor_by_id(session, item.asked_by)
        upload = get_upload(session, current_keyring(), actor, ROSTERS, item.args["file"], now)
        areas = area_index(session, actor)
    sheets = upload.sheets()
    reading = read_roster(sheets, areas, today, overrides_of(sheets, item.args["mapping"], ROSTER))
    progress(0, reading.count)
    with database.transaction() as session:
        vault = Vault(session, current_keyring())
        mode = Mode(item.args["mode"])
        result = import_roster(session, vault, actor, reading, upload.sha256, mode, today, now)
        if not result.is_stored:
            raise Conflict(reason("roster.import.refused", count=result.bad_rows))
        file_id = _keep_rejects(session, actor, sheets, reading.mappings, result, ROSTER_KIND, now)
    progress(reading.count, reading.count)
    told: Mapping[str, Any] = {"import": result.public_id, **counts_of(result)}
    return WorkDone(result=told, file_id=file_id)


def store_visits(database: Database, item: WorkItem, progress: Progress) -> WorkDone:
    """The same for a list of visits; what a person has said of namesakes comes along."""
    clock = current_clock()
    today, now = clock.today(), clock.now()
    with database.reading() as session:
        actor = get_actor_by_id(session, item.asked_by)
        upload = get_upload(session, current_keyring(), actor, VISITS, item.args["file"], now)
    sheets = upload.sheets()
    reading = read_visits(sheets, today, overrides_of(sheets, item.args["mapping"], VISIT_BOOK))
    progress(0, reading.count)
    with database.transaction() as session:
        vault, mode = Vault(session, current_keyring()), Mode(item.args["mode"])
        result = import_visits(session, vault, actor, reading, upload.sha256, mode, item.args["same"], now)
        if not result.is_stored:
            raise Conflict(reason("roster.import.refused", count=result.bad_rows))
        file_id = _keep_rejects(session, actor, sheets, reading.mappings, result, VISITS_KIND, now)
    progress(reading.count, reading.count)
    told: Mapping[str, Any] = {"import": result.public_id, **visit_counts(result)}
    return WorkDone(result=told, file_id=file_id)


def compare(database: Database, item: WorkItem, progress: Progress) -> WorkDone:
    """Compare another office's list and take the file away; the same list a second time adds whoever is concerned by now."""
    clock, keyring = current_clock(), current_keyring()
    today, now = clock.today(), clock.now()
    kind, as_of = ListKind(item.args["kind"]), parse_date(item.args["as_of"])
    with database.reading() as session:
        actor = get_actor_by_id(session, item.asked_by)
        upload = get_upload(session, keyring, actor, CHECK_LISTS, item.args["file"], now)
        known = last_mapping(session, county_of_actor(actor), kind)
    sheets = upload.sheets()
    overrides = {**remembered(sheets, known), **overrides_of(sheets, item.args["mapping"], LISTED)}
    file = ListFile(kind, as_of, upload.sha256, sheets, read_listed(sheets, today, overrides), overrides)
    done = load_check_list(database.reading, database.transaction, keyring, actor, file, today, clock.now, progress)
    with database.transaction() as session:
        forget_upload(session, actor, CHECK_LISTS, upload.public_id)
    return WorkDone(result={"import": done.kept.public_id, **list_counts(done.kept)})


def compare_national(database: Database, item: WorkItem, progress: Progress) -> WorkDone:
    """Compare an export of the national system and take the file away; an upload that has been compared is found again."""
    clock, keyring = current_clock(), current_keyring()
    today, now, name = clock.today(), clock.now(), item.args["file"]
    with database.reading() as session:
        actor = get_actor_by_id(session, item.asked_by)
        known = find_comparison_of(session, actor, name)
    if known:
        return _compared(database, actor, known.public_id, known.row_count, name)
    with database.reading() as session:
        upload, county = get_upload(session, keyring, actor, NATIONAL, name, now), county_of_actor(actor)
        areas, county_name = area_index(session, actor), names_of(session, [county])[county]
        mapped = newest_mapping(session, actor)
    progress(0, 0)
    sheets = upload.sheets()
    overrides = {
        **remembered(sheets, mapped, NATIONAL_BOOK),
        **overrides_of(sheets, item.args["mapping"], NATIONAL_BOOK),
    }
    found = read_national(sheets, areas, county_name, today, overrides)
    mapping = mapping_to_remember(sheets, found.mappings, overrides)
    export = Export(name, upload.sha256, parse_date(item.args["as_of"]), county, found, mapping)
    done = compare_export(database.reading, database.transaction, keyring, actor, export, now, progress)
    return _compared(database, actor, done, len(found.rows), name)


def _compared(database: Database, actor: Actor, comparison: str, rows: int, upload: str) -> WorkDone:
    """The file goes also where the process died between the comparison and this."""
    with database.transaction() as session:
        forget_upload(session, actor, NATIONAL, upload)
    return WorkDone(result={"import": comparison, "rows": rows})


def _keep_rejects(
    session: Session,
    actor: Actor,
    sheets: Sequence[Sheet],
    mappings: Sequence[SheetMapping],
    result: ImportResult,
    kind: str,
    now: datetime,
) -> int | None:
    """The refused rows as a workbook, if there are any."""
    if not result.errors:
        return None
    content = rejects_of(sheets, mappings, result.errors, now)
    place, until = place_of(actor), now + REJECTS_KEPT
    file = keep_file(
        session, current_keyring(), "roster_rejects", REJECTS_NAME, XLSX, content, place, actor, now, until
    )
    if result.public_id:
        get_import(session, actor, result.public_id, kind).rejects_file_id = file.id
    return file.id


HANDLERS: dict[str, Handler] = {
    IMPORT: store,
    IMPORT_VISITS: store_visits,
    COMPARE: compare,
    COMPARE_NATIONAL: compare_national,
}

"""`flask roster import`, `flask roster visits`, `flask roster template`, and `flask subsidy checklist …` for other offices' lists."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from app.accounts.queries import get_actor
from app.core.clock import current_clock
from app.core.commands import answer, as_option, json_option, plainly, refuse
from app.core.db import reading, transaction
from app.core.errors import Invalid
from app.core.keys import current_keyring
from app.core.reasons import Reason, say
from app.core.workbooks.sheet import Sheet
from app.core.workbooks.workbook import open_workbook, refused_because
from app.core.workbooks.worker import MAX_ROWS
from app.people.vault import Vault
from app.roster.commands import ImportResult, Mode
from app.roster.papers import list_template_workbook, rejects_of, template_workbook
from app.roster.queries import area_index
from app.roster.rules.entry import Finding
from app.roster.rules.listed_mapping import remembered
from app.roster.rules.listed_rows import read_listed
from app.roster.rules.rows import read_roster
from app.roster.rules.visit_rows import read_visits
from app.roster.service import import_roster, import_visits
from app.roster.service.importing import counts_of
from app.roster.service.listing import ListFile, county_of_actor, list_counts, load_check_list
from app.roster.service.uploads import CHECK_LISTS
from app.roster.service.visiting import EVERYBODY, visit_counts
from app.subsidies.cli.steps import subsidy
from app.subsidies.queries.hits import last_mapping
from app.subsidies.rules.checks import ListKind
from app.subsidies.service.checks import require_kind

REFUSED = 2
PARTLY_STORED = 3

roster = AppGroup("roster", help="rosters of patients and guardians as workbooks")


@roster.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_option
@click.option("--dry-run", is_flag=True, help="say what would happen; store nothing")
@click.option("--good-rows", is_flag=True, help="store the good rows although others are wrong")
@click.option("--rejects", type=click.Path(dir_okay=False, path_type=Path), help="write the wrong rows to this .xlsx")
@json_option
@plainly
def import_file(
    file: Path, as_user: str | None, dry_run: bool, good_rows: bool, rejects: Path | None, as_json: bool
) -> None:
    """Store the patients of FILE: all or nothing, unless --good-rows. Exit status 0 all stored, 2 refused, 3 partly stored."""
    if rejects and not good_rows:
        refuse("--rejects goes with --good-rows", REFUSED)
    mode = Mode.DRY_RUN if dry_run else Mode.GOOD_ROWS if good_rows else Mode.ALL
    content, clock = file.read_bytes(), current_clock()
    with reading() as session:
        actor = get_actor(session, as_user)
        areas = area_index(session, actor)
    sheets = _open(content, file.name)
    found = read_roster(sheets, areas, clock.today())
    with reading() if dry_run else transaction() as session:
        vault = Vault(session, current_keyring())
        sha256 = hashlib.sha256(content).hexdigest()
        result = import_roster(session, vault, actor, found, sha256, mode, clock.today(), clock.now())
    if rejects and result.errors:
        rejects.write_bytes(rejects_of(sheets, found.mappings, result.errors, clock.now()))
    _tell(result, as_json, counts_of(result))


@roster.command("visits")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_option
@click.option("--dry-run", is_flag=True, help="say what would happen; store nothing")
@click.option("--good-rows", is_flag=True, help="store the good rows although others are wrong")
@click.option("--same-names", is_flag=True, help="whoever has the name and the birth date of a row is meant")
@click.option("--rejects", type=click.Path(dir_okay=False, path_type=Path), help="write the wrong rows to this .xlsx")
@json_option
@plainly
def import_visits_file(
    file: Path,
    as_user: str | None,
    dry_run: bool,
    good_rows: bool,
    same_names: bool,
    rejects: Path | None,
    as_json: bool,
) -> None:
    """Store the visits of FILE, a workbook exported from the national system. Options and exit status as of import."""
    if rejects and not good_rows:
        refuse("--rejects goes with --good-rows", REFUSED)
    mode = Mode.DRY_RUN if dry_run else Mode.GOOD_ROWS if good_rows else Mode.ALL
    content, clock = file.read_bytes(), current_clock()
    sheets = _open(content, file.name)
    found = read_visits(sheets, clock.today())
    confirmed = [EVERYBODY] if same_names else []
    with reading() if dry_run else transaction() as session:
        vault, actor = Vault(session, current_keyring()), get_actor(session, as_user)
        sha256 = hashlib.sha256(content).hexdigest()
        result = import_visits(session, vault, actor, found, sha256, mode, confirmed, clock.now())
    if rejects and result.errors:
        rejects.write_bytes(rejects_of(sheets, found.mappings, result.errors, clock.now()))
    _tell(result, as_json, visit_counts(result))


@roster.command("template")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def template(file: Path) -> None:
    """Write the empty workbook to FILE."""
    file.write_bytes(template_workbook())
    click.echo(str(file))


checklist = AppGroup("checklist", help="lists that other offices send before a quarter's run")
subsidy.add_command(checklist)


@checklist.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", required=True, type=click.Choice([kind.value for kind in ListKind]), help="whose list it is")
@click.option("--as-of", required=True, type=click.DateTime(["%Y-%m-%d"]), help="the day up to which it is complete")
@as_option
@json_option
@plainly
def load_list(file: Path, kind: str, as_of: datetime, as_user: str | None, as_json: bool) -> None:
    """Compare FILE with the county's patients and payees; whoever is not one of them is forgotten. All or nothing."""
    content, clock, wanted = file.read_bytes(), current_clock(), ListKind(kind)
    with reading() as session:
        actor = get_actor(session, as_user)
        require_kind(actor, wanted)
        known = last_mapping(session, county_of_actor(actor), wanted)
    sheets = _open(content, file.name, CHECK_LISTS.most_rows)
    overrides = remembered(sheets, known)
    read = read_listed(sheets, clock.today(), overrides)
    sha256 = hashlib.sha256(content).hexdigest()
    told = ListFile(wanted, as_of.date(), sha256, sheets, read, overrides)
    done = load_check_list(reading, transaction, current_keyring(), actor, told, clock.today(), clock.now)
    figures = list_counts(done.kept)
    if not done.is_new:
        click.echo(say(Reason("roster.list.known")), err=True)
    plain = "  ".join(f"{name} {value}" for name, value in figures.items())
    unread = [{"sheet": one.sheet, "row": one.row, "why": say(one.why)} for one in read.unread]
    answer({"list": done.kept.public_id, "is_new": done.is_new, **figures, "unread_rows": unread}, as_json, plain)


@checklist.command("template")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--kind", required=True, type=click.Choice([kind.value for kind in ListKind]), help="whose list it is")
def list_template(file: Path, kind: str) -> None:
    """Write the empty workbook that an office fills in to FILE."""
    file.write_bytes(list_template_workbook(ListKind(kind)))
    click.echo(str(file))


def _open(content: bytes, name: str, most_rows: int = MAX_ROWS) -> list[Sheet]:
    """A file that cannot be read is refused as a whole."""
    try:
        return open_workbook(content, name, most_rows)
    except Invalid as refused:
        refuse(say(refused_because(refused)), REFUSED)


def _tell(result: ImportResult, as_json: bool, figures: dict[str, int]) -> None:
    errors = [_told(one) for one in result.errors]
    errors += [{"row": None, "column": "", "why": say(why)} for why in result.refused]
    counts: dict[str, Any] = {**figures, "errors": errors}
    if result.public_id:
        counts["import"] = result.public_id
    answer(counts, as_json, "  ".join(f"{name} {value}" for name, value in figures.items()))
    if not as_json:  # the JSON object holds them already
        for one in result.errors:
            click.echo(f"row {one.row}, {_where(one, result)}: {say(one.why)}")
    for why in result.refused:
        click.echo(say(why), err=True)
    for row in result.results:
        for proposal in row.proposals:
            _note_proposal(row.row, proposal)
    if result.has_errors:
        raise SystemExit(PARTLY_STORED if result.is_stored and result.results else REFUSED)


def _note_proposal(row: int, proposal: Reason) -> None:
    click.echo(f"row {row}: {say(proposal)}", err=True)


def _where(one: Finding, result: ImportResult) -> str:
    """The column; where several sheets were read, the sheet too."""
    sheets = {found.sheet for found in result.errors} | {row.sheet for row in result.results}
    return f"{one.sheet} {one.column}" if len(sheets) > 1 else one.column


def _told(one: Finding) -> dict[str, Any]:
    return {"row": one.row, "column": one.column, "why": say(one.why), "letter": one.letter, "sheet": one.sheet}


COMMANDS = (roster,)

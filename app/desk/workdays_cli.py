"""`flask workdays import`: a year's list of holidays and make-up days, from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from app.accounts.queries import get_actor
from app.core.clock import current_clock
from app.core.commands import answer, as_option, json_option, plainly, refuse
from app.core.db import transaction
from app.core.errors import Invalid
from app.core.holiday_notice import HolidayNotice, guess_year, read_notice, split_lines
from app.core.reasons import say
from app.core.workbooks.workbook import refused_because
from app.desk.forms.working_days import text_of_file
from app.desk.service.working_days import KeptNotice, keep_notice

REFUSED = 2

workdays = AppGroup("workdays", help="the State's yearly list of holidays and make-up days")


@workdays.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--document", required=True, help="the notice's title or number, kept with the year")
@click.option(
    "--year", type=click.IntRange(2000, 2100), help="the year of the list; without it, the one most of its days lie in"
)
@as_option
@json_option
@plainly
def import_file(file: Path, document: str, year: int | None, as_user: str | None, as_json: bool) -> None:
    """Store the list in FILE (.xlsx, .csv or .txt: day, 放假 or 上班, holiday) in the place of what was known of its year.

    Open deadlines of offices are counted anew; clinical ones stay. Exit status 2: refused, nothing stored.
    """
    try:
        lines = split_lines(text_of_file(file.read_bytes(), file.name))
    except Invalid as refused:
        refuse(say(refused_because(refused)), REFUSED)
    of_year = year or guess_year(lines)
    if of_year is None:
        refuse("The file names no day; docs/operating.md shows how a list is written.", REFUSED)
    notice = read_notice(lines, of_year)
    if notice.errors:
        _tell_errors(notice, as_json)
    clock = current_clock()
    with transaction() as session:
        kept = keep_notice(session, get_actor(session, as_user), notice, document, clock.today(), clock.now())
    for caution in notice.cautions:
        click.echo(say(caution), err=True)
    answer(
        _counts(kept), as_json, f"{kept.year}: {kept.days} days, {kept.moved} deadlines moved, {kept.settled} settled"
    )


def _counts(kept: KeptNotice) -> dict[str, Any]:
    return {"year": kept.year, "stored": kept.days, "moved": kept.moved, "settled": kept.settled, "errors": []}


def _tell_errors(notice: HolidayNotice, as_json: bool) -> None:
    told = [{"row": one.line, "column": "", "why": say(one.why)} for one in notice.errors]
    if as_json:
        answer({"year": notice.year, "stored": 0, "moved": 0, "settled": 0, "errors": told}, as_json, "")
    for one in told:
        click.echo(f"row {one['row']}: {one['why']}" if one["row"] else str(one["why"]), err=True)
    raise SystemExit(REFUSED)

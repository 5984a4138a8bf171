"""`flask report compliance`: a county's or town's report to a file, as the page has it drawn."""

from __future__ import annotations

from pathlib import Path

import click

from app.accounts.queries import get_actor
from app.areas.rules import county_of
from app.audit.prints import keep_print
from app.core.access import Action, require
from app.core.clock import current_clock
from app.core.commands import answer, as_option, json_option, plainly, refuse
from app.core.db import reading, transaction
from app.core.errors import Conflict, NotFound
from app.core.keys import current_keyring
from app.core.reasons import reason
from app.numbers.papers import DRAWN, draw_paper, read_report
from app.numbers.queries.runs import find_run
from app.numbers.rules.period import ReportPeriod
from app.numbers.service.reporting import can_be_printed
from app.subsidies.cli.reports import out_argument, report


@report.command("compliance")
@click.option("--county", required=True, metavar="CODE", help="12-digit code of the county, or of a town in it")
@click.option("--period", required=True, metavar="PERIOD", help="such as 2026M09, 2026Q3, 2026Y")
@out_argument
@as_option
@json_option
@plainly
def compliance(county: str, period: str, out: Path, as_user: str | None, as_json: bool) -> None:
    """The report (工作报告) of what was counted last, as OUT.pdf or OUT.xlsx, or the briefing (汇报材料) as OUT.docx."""
    ending = out.suffix.lower().removeprefix(".")
    if ending not in DRAWN:
        refuse(f"the file's name ends in {' or '.join('.' + one for one in DRAWN)}", 2)
    if not out.absolute().parent.is_dir():
        refuse(f"there is no folder {out.absolute().parent}", 2)
    try:
        wanted = ReportPeriod.parse(period)
    except ValueError:
        refuse(f"{period!r} is not a period like 2026M09, 2026Q3, 2026Y or 2026-09-17", 2)
    keyring, now = current_keyring(), current_clock().now()
    with reading() as session:
        actor = get_actor(session, as_user)
        require(actor, Action.SEE_PLACE_NUMBERS)
        if not can_be_printed(actor, county):
            raise NotFound()
        run = find_run(session, actor, county_of(county), wanted)
        if run is None:
            raise Conflict(reason("numbers.not_counted"))
        read = read_report(session, keyring, actor, run, now, place=county)
    content = draw_paper(read, ending)
    with transaction() as session:
        keep_print(session, keyring, actor, read.wanted, content)
    out.write_bytes(content)
    made = {"period": period, "place": county, "file": str(out), "bytes": len(content)}
    answer(made, as_json, f"{out}: {len(content)} bytes")

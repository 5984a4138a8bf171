"""`flask report ledger`, `notices` and `summary`: the quarter's papers to a file."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from app.core.clock import current_clock
from app.core.commands import answer, as_option, json_option, plainly, refuse
from app.core.db import reading, transaction
from app.core.keys import current_keyring
from app.core.period import Period
from app.people.vault import Vault
from app.subsidies.cli.options import actor_named, county_option, quarter_option, run_of, supplement_option
from app.subsidies.service.printing import (
    LEDGER_PDF,
    LEDGER_XLSX,
    NOTICES_PDF,
    SUMMARY_PDF,
    SUMMARY_XLSX,
    Paper,
    note_print,
    start_print,
)

report = AppGroup("report", help="printed documents, to a file")

out_argument = click.argument("out", metavar="OUT", type=click.Path(dir_okay=False, path_type=Path))


@report.command("ledger")
@county_option
@quarter_option
@supplement_option
@out_argument
@as_option
@json_option
@plainly
def ledger(county: str, quarter: Period, supplementary: bool, out: Path, as_user: str | None, as_json: bool) -> None:
    """The ledger (发放台账) as OUT.pdf or OUT.xlsx."""
    _print({".pdf": LEDGER_PDF, ".xlsx": LEDGER_XLSX}, county, quarter, supplementary, out, as_user, as_json)


@report.command("notices")
@county_option
@quarter_option
@supplement_option
@out_argument
@as_option
@json_option
@plainly
def notices(county: str, quarter: Period, supplementary: bool, out: Path, as_user: str | None, as_json: bool) -> None:
    """The guardians' notices (告知书) as OUT.pdf, a page each behind a cover sheet per village."""
    _print({".pdf": NOTICES_PDF}, county, quarter, supplementary, out, as_user, as_json)


@report.command("summary")
@county_option
@quarter_option
@supplement_option
@out_argument
@as_option
@json_option
@plainly
def summary(county: str, quarter: Period, supplementary: bool, out: Path, as_user: str | None, as_json: bool) -> None:
    """The summary by town and village (发放汇总表), in counts and sums, as OUT.pdf or OUT.xlsx."""
    _print({".pdf": SUMMARY_PDF, ".xlsx": SUMMARY_XLSX}, county, quarter, supplementary, out, as_user, as_json)


def _print(
    papers: dict[str, Paper],
    county: str,
    quarter: Period,
    is_supplementary: bool,
    out: Path,
    as_user: str | None,
    as_json: bool,
) -> None:
    paper = papers.get(out.suffix.lower())
    if paper is None:
        refuse(f"the file's name ends in {' or '.join(papers)}", 2)
    if not out.absolute().parent.is_dir():
        refuse(f"there is no folder {out.absolute().parent}", 2)
    clock, keyring = current_clock(), current_keyring()
    now = clock.now()
    with reading() as session:
        actor = actor_named(session, as_user, paper.permits)
        run = run_of(session, actor, county, quarter, is_supplementary, lock=False)
        draw = start_print(session, Vault(session, keyring), actor, run, paper, clock.today(), now)
    content = draw(None)
    with transaction() as session:
        note_print(session, keyring, actor, run, paper, content, now)
    out.write_bytes(content)
    answer({"run": run.public_id, "file": str(out), "bytes": len(content)}, as_json, f"{out}: {len(content)} bytes")

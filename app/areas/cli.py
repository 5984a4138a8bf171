"""`flask areas import`: the area tree from a file."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from app.accounts.queries import get_actor
from app.areas.service import AreaImport, import_areas
from app.audit.service import note
from app.core.access import Action, require
from app.core.clock import current_clock
from app.core.commands import answer, as_option, json_option, plainly
from app.core.crypto import digest
from app.core.db import transaction
from app.core.reasons import say

areas = AppGroup("areas", help="the area tree (12-digit codes)")


@areas.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_option
@json_option
@plainly
def import_file(file: Path, as_user: str | None, as_json: bool) -> None:
    """Store the places of FILE (CSV: code, name, level). Repeatable; all or nothing; exit status 2 with errors by row."""
    content = file.read_bytes()
    with transaction() as session:
        actor = get_actor(session, as_user)
        require(actor, Action.KEEP_ACCOUNTS)
        done = import_areas(session, content)
        if done.stored or done.changed:
            note(
                session,
                actor,
                "areas.imported",
                now=current_clock().now(),
                count=done.stored + done.changed,
                detail={"digest": digest(content.hex())},
            )
    _tell(done, as_json)


def _tell(done: AreaImport, as_json: bool) -> None:
    counts = {
        "rows": done.rows,
        "stored": done.stored,
        "changed": done.changed,
        "unchanged": done.unchanged,
        "errors": [{"row": error.row, "column": error.column, "why": say(error.why)} for error in done.errors],
    }
    if not done.errors:
        sentence = f"rows {done.rows}: stored {done.stored}, changed {done.changed}, unchanged {done.unchanged}"
        answer(counts, as_json, sentence)
        return
    if as_json:
        click.echo(json.dumps(counts, ensure_ascii=False))
    for error in done.errors:
        where = f"row {error.row}, {error.column}" if error.column else f"row {error.row}"
        click.echo(f"{where}: {say(error.why)}", err=True)
    raise SystemExit(2)


COMMANDS = (areas,)

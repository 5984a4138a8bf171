"""`flask subsidy check-file`."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from app.core.access import Action
from app.core.commands import answer, as_option, json_option, plainly, refuse
from app.core.db import reading
from app.subsidies.cli.options import actor_named
from app.subsidies.cli.steps import subsidy
from app.subsidies.queries.runs import find_pay_file_by_hash


@subsidy.command("check-file")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_option
@json_option
@plainly
def check_file(file: Path, as_user: str | None, as_json: bool) -> None:
    """Say whether FILE is, byte for byte, a pay file that was made here; exit 1 where it is not."""
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    with reading() as session:
        actor = actor_named(session, as_user, Action.VERIFY_SUBSIDY)
        found = find_pay_file_by_hash(session, actor, sha256)
        number = found.number if found else None
    answer(
        {"sha256": sha256, "number": number},
        as_json,
        f"{file} is the pay file {number}" if number else f"{file} is no pay file that was made here",
    )
    if number is None:
        refuse("the file was changed, or was not made here; do not send it to the bank")

"""`flask patients recompute`: kept copies compared with their sources."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.accounts.queries import get_actor
from app.core.clock import current_clock
from app.core.commands import answer, as_option, json_option, plainly
from app.core.db import transaction
from app.patients.service import recompute

patients = AppGroup("patients", help="the register")


@patients.command("recompute")
@click.option("--dry-run", is_flag=True, help="compare only, change nothing")
@as_option
@json_option
@plainly
def recompute_copies(dry_run: bool, as_user: str | None, as_json: bool) -> None:
    """Compute the kept copies of the register anew, say how many differed, and put them right."""
    with transaction() as session:
        actor = get_actor(session, as_user)
        wrong = recompute(session, actor, current_clock().now(), repair=not dry_run)
    total = sum(wrong.values())
    named = "; ".join(f"{column}: {count}" for column, count in wrong.items() if count)
    verb = "differ" if dry_run else "put right"
    answer({"wrong": wrong, "total": total}, as_json, f"{verb}: {named}" if total else "all kept copies agree")


COMMANDS = (patients,)

"""`flask villages merge`: a village that was merged into another."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import click
from flask.cli import AppGroup

from app.accounts.queries import get_actor
from app.core.clock import current_clock
from app.core.commands import answer, as_option, json_option, plainly
from app.core.db import transaction
from app.desk.service.villages import merge_village

villages = AppGroup("villages", help="villages that end and what takes over")


@villages.command("merge")
@click.argument("code")
@click.argument("successor")
@click.option(
    "--last-day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="the last day on which the old code holds"
)
@as_option
@json_option
@plainly
def merge(code: str, successor: str, last_day: datetime, as_user: str | None, as_json: bool) -> None:
    """Move whoever lives in village CODE to village SUCCESSOR from the day after; what lies before keeps the old code."""
    clock = current_clock()
    with transaction() as session:
        actor = get_actor(session, as_user)
        done = merge_village(session, actor, code, successor, last_day.date(), clock.today(), clock.now())
    sentence = f"patients {done.patients}, open duties {done.tasks}, open clues {done.clues}, accounts {done.users}"
    answer(asdict(done), as_json, sentence)

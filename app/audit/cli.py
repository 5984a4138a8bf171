"""`flask audit …`: prove that nothing noted was changed since."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from app.audit import chain
from app.core.clock import current_clock
from app.core.commands import answer, json_option, on_a_database
from app.core.db import reading, transaction
from app.core.reasons import say
from config import Settings

audit = AppGroup("audit", help="the chain of what was done, seen, printed and exported")


@audit.command("verify")
@json_option
@on_a_database
def verify(as_json: bool) -> None:
    """Walk the chain. Exit status 0: whole; 1: broken, and where."""
    with reading() as session:
        verdict = chain.verify(session, current_clock().now(), chain.anchored_heads(session, _anchors()))
    why = say(verdict.why) if verdict.why else None
    if as_json:
        found = {"whole": verdict.whole, "count": verdict.count, "broken_at": verdict.broken_at, "why": why}
        click.echo(json.dumps(found, ensure_ascii=False))
    elif verdict.whole:
        click.echo(f"whole: {verdict.count} events in the chain")
    else:
        click.echo(f"broken at {verdict.broken_at}: {why}", err=True)
    if not verdict.whole:
        raise SystemExit(1)


@audit.command("seal")
@json_option
@on_a_database
def seal(as_json: bool) -> None:
    """Chain every event that waits and anchor the head; the scheduler does the same every few seconds."""
    sealed = chain.seal_all(transaction, current_clock().now)
    with transaction() as session:
        head = chain.anchor(session, _anchors(), current_clock().now())
    answer({"sealed": sealed, "count": head.sequence}, as_json, f"{sealed} sealed, {head.sequence} in the chain")


def seal_in_passing() -> None:
    """What a command noted is sealed when it ends, for no scheduler may be running beside a command line."""
    with transaction() as session:
        chain.seal(session, current_clock().now())


def _anchors() -> Path:
    settings: Settings = current_app.extensions["anhu.settings"]
    return settings.instance / chain.ANCHORS


COMMANDS = (audit,)

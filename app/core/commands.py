"""What every command shares: `--as`, `--json`, one plain sentence on standard error for a refusal."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar

import click
from flask import Flask, current_app
from sqlalchemy.exc import OperationalError, ProgrammingError, SQLAlchemyError

from app.core import migrate
from app.core.db import current_database
from app.core.errors import AnhuError, Invalid
from app.core.reasons import say

P = ParamSpec("P")
R = TypeVar("R")

as_option = click.option(
    "--as", "as_user", metavar="USER", help="act as this user; without it, as the machine's operator"
)
json_option = click.option("--json", "as_json", is_flag=True, help="print one JSON object")


def refuse(sentence: str, exit_code: int = 1) -> NoReturn:
    """End the command with one plain sentence on standard error."""
    click.echo(sentence, err=True)
    raise SystemExit(exit_code)


def on_a_database(command: Callable[P, R]) -> Callable[P, R]:
    """End with one sentence where the database does not answer or is not at the code's revision."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except (OperationalError, ProgrammingError):
            refuse_other_revision()
            raise

    return wrapped


def refuse_other_revision() -> None:
    """Refuse unless the database answers and is at the code's revision."""
    try:
        revision = migrate.current_revision(current_database().engine)
    except SQLAlchemyError as error:
        refuse(f"The database does not answer ({type(error).__name__}); is it running, and is ANHU_DATABASE_URL right?")
    if revision != migrate.head_revision():
        refuse("The database is not up to date; run flask db upgrade first.")


def plainly(command: Callable[P, R]) -> Callable[P, R]:
    """Turn a use case's refusal into one sentence on standard error and exit status 1."""

    @on_a_database
    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            done = command(*args, **kwargs)
            _after_command()
            return done
        except Invalid as refused:
            refuse("；".join(say(reason) for reasons in refused.errors.values() for reason in reasons))
        except AnhuError as refused:
            refuse(say(refused.reason))

    return wrapped


def after_command(app: Flask, act: Callable[[], object]) -> None:
    """Have `act` done after every command that ended well."""
    app.extensions.setdefault("anhu.after_command", []).append(act)


def _after_command() -> None:
    for act in current_app.extensions.get("anhu.after_command", ()):
        act()


def answer(counts: Mapping[str, Any], as_json: bool, sentence: str) -> None:
    """Print the outcome: one JSON object, or one sentence."""
    click.echo(json.dumps(counts, ensure_ascii=False) if as_json else sentence)

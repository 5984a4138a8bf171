"""`flask user …`: accounts from the command line. `create` stands in people/cli.py, because it may tie a user to a person."""

from __future__ import annotations

import json
import sys

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from app.accounts import queries, service
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.commands import answer, as_option, json_option, plainly
from app.core.db import reading, transaction
from app.core.passwords import current_passwords

user = AppGroup("user", help="accounts of the people who work with Anhu")

password_option = click.option("--password-stdin", is_flag=True, help="read the password from standard input")


def read_password(from_stdin: bool) -> str:
    """One line of standard input, or typed twice at the terminal."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    password: str = click.prompt("password", hide_input=True, confirmation_prompt=True)
    return password


@user.command("list")
@as_option
@json_option
@plainly
def list_users(as_user: str | None, as_json: bool) -> None:
    """Show the accounts of the area, one a line."""
    with reading() as session:
        actor = queries.get_actor(session, as_user)
        require(actor, Action.HELP_ACCOUNTS)
        rows = _all_rows(session, actor)
    if as_json:
        click.echo(json.dumps({"users": rows}, ensure_ascii=False))
        return
    for row in rows:
        state = "disabled" if row["disabled"] else "enabled"
        click.echo(f"{row['name']}\t{row['role']}\t{row['area']}\t{row['agency'] or '-'}\t{state}")


def _all_rows(session: Session, actor: Actor) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    cursor: str | None = None
    while True:
        page = queries.list_users(session, actor, cursor)
        rows += [
            {
                "name": row.user.name,
                "display": row.user.display_name,
                "role": row.user.role.value,
                "area": row.user.area_code,
                "agency": row.agency,
                "disabled": row.user.is_disabled,
            }
            for row in page.rows
        ]
        cursor = page.next_cursor
        if cursor is None:
            return rows


@user.command("disable")
@click.argument("name")
@as_option
@json_option
@plainly
def disable(name: str, as_user: str | None, as_json: bool) -> None:
    """End NAME's sessions and let it sign in no more."""
    with transaction() as session:
        actor = queries.get_actor(session, as_user)
        found = queries.get_user_named(session, actor, name)
        service.disable_user(session, actor, found, current_clock().now())
    answer({"user": found.name, "disabled": True}, as_json, f"{found.name} is disabled")


@user.command("enable")
@click.argument("name")
@as_option
@json_option
@plainly
def enable(name: str, as_user: str | None, as_json: bool) -> None:
    """Let a disabled NAME sign in again."""
    with transaction() as session:
        actor = queries.get_actor(session, as_user)
        found = queries.get_user_named(session, actor, name)
        service.enable_user(session, actor, found, current_clock().now())
    answer({"user": found.name, "disabled": False}, as_json, f"{found.name} is enabled")


@user.command("reset")
@click.argument("name")
@as_option
@json_option
@plainly
def reset(name: str, as_user: str | None, as_json: bool) -> None:
    """Give NAME a one-time password and print it."""
    with transaction() as session:
        actor = queries.get_actor(session, as_user)
        found = queries.get_user_named(session, actor, name)
        password = service.reset_password(session, current_passwords(), actor, found, current_clock().now())
    answer({"user": found.name, "password": password}, as_json, f"{found.name}: one-time password {password}")


COMMANDS = (user,)

"""`flask demo load`: fill an empty database with the demonstration county."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, cast

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit import chain
from app.core.clock import current_clock
from app.core.commands import answer, json_option, plainly, refuse, refuse_other_revision
from app.core.db import reading, transaction
from app.core.keys import current_keyring
from app.core.models import Workday
from app.core.passwords import current_passwords
from app.core.workdays import WorkdayCalendar
from app.desk.demo.loading import Loader, Order, OtherDataError, is_loaded
from app.desk.demo.moments import Moments
from app.desk.demo.places import PASSWORD
from app.desk.demo.plan import Calendar, Plan, make_plan
from app.desk.demo.renewing import end_one_soon
from app.patients.models import Patient
from app.people.vault import Vault
from app.subsidies.models import SubsidyLine, SubsidyRun
from app.subsidies.rules.decision import LineState
from app.tasks.models import Task, TaskState
from app.visits.models import FollowUpVisit
from app.visits.queries import get_rules
from config import Settings

PATIENTS, QUARTERS, SEED = 1200, 4, 349921

demo = AppGroup("demo", help="the demonstration county")


@demo.command("load")
@click.option(
    "--patients", type=click.IntRange(20, 50_000), default=PATIENTS, show_default=True, help="how many patients"
)
@click.option(
    "--quarters", type=click.IntRange(1, 12), default=QUARTERS, show_default=True, help="how many closed quarters"
)
@click.option("--seed", type=int, default=SEED, show_default=True, help="the same seed invents the same people")
@json_option
@plainly
def load(patients: int, quarters: int, seed: int, as_json: bool) -> None:
    """Invent 安和县: its people, two years of visits, closed quarters, and one that waits for the clerk.

    Into an empty database only. The same demonstration a second time changes nothing.
    """
    if _settings().is_production:
        refuse("The demonstration is never loaded in production.")
    refuse_other_revision()
    order = Order(patients, quarters, seed)
    say = _say_aside if as_json else click.echo
    try:
        with reading() as session:
            already = is_loaded(session, order)
    except OtherDataError as other:
        refuse(str(other))
    if already:
        say("This demonstration is loaded already; nothing was changed.")
    else:
        load_county(order, say)
    with reading() as session:
        counts = {"already": already, **asdict(order), **_counts(session)}
    answer(counts, as_json, _sentence(counts))


def load_county(order: Order, say: Callable[[str], None]) -> None:
    """The whole of it in one transaction, then the chain; `say` is told how far it is."""
    clock = current_clock()
    calendar = Calendar(clock.today(), order.quarters)
    say(f"Inventing {order.patients} people and two years of their lives …")
    plan, workdays = _plan(order, calendar)
    moments = Moments(clock.today(), clock.now())
    say("Storing them …")
    with transaction() as session:
        vault = Vault(session, current_keyring())
        Loader(session, vault, current_passwords(), order, plan, workdays, moments, say).load()
    _seal(say)


def _plan(order: Order, calendar: Calendar) -> tuple[Plan, WorkdayCalendar]:
    with reading() as session:
        rules = get_rules(session, calendar.began_on)
        days = session.execute(select(Workday.day, Workday.is_working)).all()
    workdays = WorkdayCalendar.of_days((day, is_working) for day, is_working in days)
    plan = make_plan(order.patients, order.seed, calendar, rules, workdays)
    end_one_soon(plan.lives, calendar.today)
    return plan, workdays


def _seal(say: Callable[[str], None]) -> None:
    """Chain what was noted, as the scheduler does every few seconds."""
    now = current_clock().now()
    sealed = chain.seal_all(transaction, lambda: now)
    with transaction() as session:
        chain.anchor(session, _settings().instance / chain.ANCHORS, now)
    say(f"  {sealed} acts chained for the auditor")


def _counts(session: Session) -> dict[str, Any]:
    def count(model: type[Any], *which: Any) -> int:
        return session.scalar(select(func.count()).select_from(model).where(*which)) or 0

    today = current_clock().today()
    is_open = Task.state == TaskState.OPEN
    return {
        "registered": count(Patient),
        "visits": count(FollowUpVisit),
        "open_tasks": count(Task, is_open),
        "overdue_tasks": count(Task, is_open, Task.due_on < today),
        "runs": count(SubsidyRun),
        "lines": count(SubsidyLine),
        "held_lines": count(SubsidyLine, SubsidyLine.decision == LineState.HOLD),
    }


def _sentence(counts: dict[str, Any]) -> str:
    return (
        f"安和县: {counts['registered']} patients, {counts['visits']} visits, {counts['open_tasks']} open tasks "
        f"({counts['overdue_tasks']} overdue), {counts['runs']} quarters with {counts['lines']} payment lines "
        f"({counts['held_lines']} on hold). Accounts are named like their roles, password {PASSWORD}."
    )


def _say_aside(line: str) -> None:
    click.echo(line, err=True)


def _settings() -> Settings:
    return cast(Settings, current_app.extensions["anhu.settings"])


COMMANDS = (demo,)

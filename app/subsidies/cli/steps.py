"""`flask subsidy prepare / submit / approve / export / settle`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from app.core.access import Action
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.commands import answer, as_option, json_option, plainly, refuse
from app.core.db import transaction
from app.core.errors import Conflict
from app.core.keys import current_keyring
from app.core.money import Money
from app.core.period import Period
from app.core.reasons import say
from app.people.vault import Vault
from app.subsidies.cli.options import actor_named, county_option, quarter_option, run_of, supplement_option
from app.subsidies.commands import PrepareRun
from app.subsidies.hands import require_person
from app.subsidies.models import SubsidyRun
from app.subsidies.queries.runs import find_pay_file
from app.subsidies.readers import read_returns
from app.subsidies.rules.bank import PayLayout
from app.subsidies.rules.grounds import AnswerGround, Grounds
from app.subsidies.service import (
    approve_run,
    export_run,
    fetch_pay_file,
    prepare_run,
    settle_run,
    submit_run,
)

subsidy = AppGroup("subsidy", help="the quarter's subsidy, step by step")

Counts = dict[str, Any]


@subsidy.command("prepare")
@county_option
@quarter_option
@supplement_option
@as_option
@json_option
@plainly
def prepare(county: str, quarter: Period, supplementary: bool, as_user: str | None, as_json: bool) -> None:
    """Freeze a line per agreement (造册); goes on where a killed run stopped. A second time says so and changes nothing."""
    clock = current_clock()
    with transaction() as session:
        actor = actor_named(session, as_user, Action.PREPARE_SUBSIDY)
    require_person(actor)
    try:
        prepare_run(transaction, actor, PrepareRun(county, quarter, supplementary), clock.today(), clock.now())
    except Conflict as refused:
        if refused.reason.code != "subsidies.prepare.stands":
            raise
        click.echo(say(refused.reason), err=True)
    with transaction() as session:
        answer_run(run_of(session, actor, county, quarter, supplementary), as_json)


@subsidy.command("submit")
@county_option
@quarter_option
@supplement_option
@as_option
@json_option
@plainly
def submit(county: str, quarter: Period, supplementary: bool, as_user: str | None, as_json: bool) -> None:
    """Lock the lines under their digest and hand them to the reviewer."""
    _step(submit_run, Action.PREPARE_SUBSIDY, county, quarter, supplementary, as_user, as_json)


@subsidy.command("approve")
@county_option
@quarter_option
@supplement_option
@as_option
@json_option
@plainly
def approve(county: str, quarter: Period, supplementary: bool, as_user: str | None, as_json: bool) -> None:
    """Approve exactly the lines that were submitted; another person than prepared them."""
    today = current_clock().today()
    _step(
        lambda session, actor, run, now: approve_run(session, actor, run, now, today), Action.APPROVE_SUBSIDY,
        county, quarter, supplementary, as_user, as_json,
    )  # fmt: skip


@subsidy.command("export")
@county_option
@quarter_option
@supplement_option
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="where to write the pay file")
@click.option("--layout", type=click.Choice([str(one) for one in PayLayout]), help="the policy's, if not given")
@as_option
@json_option
@plainly
def export(
    county: str,
    quarter: Period,
    supplementary: bool,
    out: Path | None,
    layout: str | None,
    as_user: str | None,
    as_json: bool,
) -> None:
    """Make the pay file, once; its bytes are kept. A second time hands out the same bytes."""
    if out and not out.absolute().parent.is_dir():
        refuse(f"there is no folder {out.absolute().parent}", 2)
    clock, keyring = current_clock(), current_keyring()
    with transaction() as session:
        actor = actor_named(session, as_user, Action.PAY_SUBSIDY)
        require_person(actor)
        run = run_of(session, actor, county, quarter, supplementary)
        if find_pay_file(session, run) is None:
            wanted = PayLayout(layout) if layout else None
            export_run(session, Vault(session, keyring), actor, run, clock.now(), wanted, today=clock.today())
        file, kept, content = fetch_pay_file(session, keyring, actor, run, clock.now())
        extra = {
            "file": kept.name,
            "layout": file.layout.value,
            "sha256": file.sha256,
            "count": file.count,
            "file_total": Money(file.total_fen).yuan,
            "withheld": file.withheld_count,
        }
    if out:
        out.write_bytes(content)
    answer_run(run, as_json, extra)


@subsidy.command("settle")
@county_option
@quarter_option
@supplement_option
@click.option("--returns", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="the bank's return file")
@click.option(
    "--taken-on",
    type=click.Choice([one.value for one in AnswerGround]),
    help="for a file that names no pay file: by what --as knows that it answers this one",
)
@click.option("--reference", default="", help="the number of that letter or statement")
@as_option
@json_option
@plainly
def settle(
    county: str,
    quarter: Period,
    supplementary: bool,
    returns: Path | None,
    taken_on: str | None,
    reference: str,
    as_user: str | None,
    as_json: bool,
) -> None:
    """Settle by the bank's return file, or attest that all lines were paid."""
    word = Grounds(AnswerGround(taken_on), reference) if taken_on else None
    said, clock = read_returns(returns.read_bytes(), returns.name) if returns else None, current_clock()
    with transaction() as session:
        actor = actor_named(session, as_user, Action.PAY_SUBSIDY)
        require_person(actor)
        run = run_of(session, actor, county, quarter, supplementary)
        settled = settle_run(session, actor, run, said, clock.now(), current_keyring(), word, today=clock.today())
    extra = {
        "paid": settled.paid_count,
        "returned": settled.returned_count,
        "paid_total": Money(settled.paid_fen).yuan,
    }
    answer_run(run, as_json, extra)


def _step(
    step: Callable[[Session, Actor, SubsidyRun, datetime], SubsidyRun],
    action: Action,
    county: str,
    quarter: Period,
    is_supplementary: bool,
    as_user: str | None,
    as_json: bool,
) -> None:
    with transaction() as session:
        actor = actor_named(session, as_user, action)
        require_person(actor)
        run = step(session, actor, run_of(session, actor, county, quarter, is_supplementary), current_clock().now())
    answer_run(run, as_json)


def answer_run(run: SubsidyRun, as_json: bool, extra: Counts | None = None) -> None:
    counts = {
        "run": run.public_id,
        "state": run.state.value,
        "pay": run.pay_count,
        "hold": run.hold_count,
        "refuse": run.refuse_count,
        "total": Money(run.total_fen).yuan,
        **(extra or {}),
    }
    answer(counts, as_json, "  ".join(f"{name} {value}" for name, value in counts.items()))

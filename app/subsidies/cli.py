"""The quarter by command: policy, prepare, submit, approve, export, settle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from app.accounts.queries import get_actor
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.commands import answer, as_option, json_option, plainly, refuse
from app.core.db import transaction
from app.core.errors import NotFound
from app.core.files import open_file
from app.core.keys import current_keyring
from app.core.models import KeptFile
from app.core.money import Money
from app.core.quarter import Quarter
from app.people.vault import Vault
from app.subsidies.commands import PrepareRun, SetPolicy
from app.subsidies.models import RunKind, SubsidyRun
from app.subsidies.queries.runs import find_run
from app.subsidies.readers import read_returns
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.service import approve_run, export_run, prepare_run, set_policy, settle_run, submit_run

subsidy = AppGroup("subsidy", help="the quarter's subsidy, step by step")
policy = AppGroup("policy", help="a county's subsidy policy")
subsidy.add_command(policy)


class QuarterType(click.ParamType[Quarter]):
    name = "quarter"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Quarter:
        try:
            return Quarter.parse(value)
        except ValueError:
            self.fail(f"{value!r} is not a quarter like 2026Q3", param, ctx)


county_option = click.option("--county", required=True, metavar="CODE", help="the county's 12-digit code")
quarter_option = click.option("--quarter", required=True, type=QuarterType(), help="such as 2026Q3")
supplement_option = click.option("--supplementary", is_flag=True, help="the newest supplementary run of the quarter")


@policy.command("set")
@county_option
@click.option("--from", "valid_from", required=True, type=click.DateTime(["%Y-%m-%d"]), help="first day of the version")
@click.option("--annual", required=True, metavar="YUAN", help="a year's amount, such as 3000.00")
@click.option("--rule", default="risk3", show_default=True, help="who is eligible: risk3 or managed")
@click.option("--inpatient-days", type=click.Choice(["exclude", "include"]), default="exclude", show_default=True)
@click.option("--duty-check", type=click.Choice(["off", "required"]), default="off", show_default=True)
@click.option(
    "--visit-within", type=click.IntRange(0, 24), default=6, show_default=True, help="months; 0 switches it off"
)
@click.option("--chain", type=click.Choice(["single", "joint"]), default="single", show_default=True)
@click.option("--document", default="", help="the county's document number")
@as_option
@json_option
@plainly
def set_command(
    county: str,
    valid_from: datetime,
    annual: str,
    rule: str,
    inpatient_days: str,
    duty_check: str,
    visit_within: int,
    chain: str,
    document: str,
    as_user: str | None,
    as_json: bool,
) -> None:
    """Make a new version of the county's policy."""
    terms = _terms(
        annual,
        {
            "eligible_rule": rule,
            "inpatient_days": inpatient_days,
            "duty_check": duty_check,
            "visit_within_months": visit_within,
            "chain": chain,
            "document_number": document,
        },
    )
    with transaction() as session:
        made = set_policy(
            session,
            _actor(session, as_user),
            SetPolicy(county, valid_from.date(), terms),
            current_clock().now(),
        )
        counts = {"policy": made.public_id, "version": made.version, "valid_from": made.valid_from.isoformat()}
    answer(counts, as_json, f"policy version {counts['version']} from {counts['valid_from']}")


@subsidy.command("prepare")
@county_option
@quarter_option
@supplement_option
@as_option
@json_option
@plainly
def prepare(county: str, quarter: Quarter, supplementary: bool, as_user: str | None, as_json: bool) -> None:
    """Freeze a line per agreement (造册); goes on where a killed run stopped."""
    clock = current_clock()
    with transaction() as session:
        actor = _actor(session, as_user)
    prepare_run(transaction, actor, PrepareRun(county, quarter, supplementary), clock.today(), clock.now())
    with transaction() as session:
        _answer_run(_run(session, actor, county, quarter, supplementary), as_json)


@subsidy.command("submit")
@county_option
@quarter_option
@supplement_option
@as_option
@json_option
@plainly
def submit(county: str, quarter: Quarter, supplementary: bool, as_user: str | None, as_json: bool) -> None:
    """Lock the lines under their digest and hand them to the reviewer."""
    _step(submit_run, county, quarter, supplementary, as_user, as_json)


@subsidy.command("approve")
@county_option
@quarter_option
@supplement_option
@as_option
@json_option
@plainly
def approve(county: str, quarter: Quarter, supplementary: bool, as_user: str | None, as_json: bool) -> None:
    """Approve exactly the lines that were submitted; another person than prepared them."""
    _step(approve_run, county, quarter, supplementary, as_user, as_json)


@subsidy.command("export")
@county_option
@quarter_option
@supplement_option
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="where to write the pay file")
@as_option
@json_option
@plainly
def export(
    county: str, quarter: Quarter, supplementary: bool, out: Path | None, as_user: str | None, as_json: bool
) -> None:
    """Make the pay file, once; its bytes are kept and written to --out."""
    clock = current_clock()
    with transaction() as session:
        actor = _actor(session, as_user)
        run = _run(session, actor, county, quarter, supplementary)
        file = export_run(session, Vault(session, current_keyring()), actor, run, clock.now())
        content = open_file(session, current_keyring(), session.get_one(KeptFile, file.file_id))
        extra = {
            "file": file.number,
            "sha256": file.sha256,
            "count": file.count,
            "file_total": Money(file.total_fen).yuan,
            "withheld": file.withheld_count,
        }
        _answer_run(run, as_json, extra)
    if out:
        out.write_bytes(content)


@subsidy.command("settle")
@county_option
@quarter_option
@supplement_option
@click.option("--returns", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="the bank's return file")
@as_option
@json_option
@plainly
def settle(
    county: str, quarter: Quarter, supplementary: bool, returns: Path | None, as_user: str | None, as_json: bool
) -> None:
    """Settle by the bank's return file, or attest that all lines were paid."""
    said = read_returns(returns.read_bytes()) if returns else None
    with transaction() as session:
        actor = _actor(session, as_user)
        run = _run(session, actor, county, quarter, supplementary)
        settled = settle_run(session, actor, run, said, current_clock().now())
        extra = {
            "paid": settled.paid_count,
            "returned": settled.returned_count,
            "paid_total": Money(settled.paid_fen).yuan,
        }
        _answer_run(run, as_json, extra)


def _step(
    step: Callable[[Session, Actor, SubsidyRun, datetime], SubsidyRun],
    county: str,
    quarter: Quarter,
    is_supplementary: bool,
    as_user: str | None,
    as_json: bool,
) -> None:
    with transaction() as session:
        actor = _actor(session, as_user)
        run = step(session, actor, _run(session, actor, county, quarter, is_supplementary), current_clock().now())
        _answer_run(run, as_json)


def _actor(session: Session, name: str | None) -> Actor:
    return get_actor(session, name)


def _run(session: Session, actor: Actor, county: str, quarter: Quarter, is_supplementary: bool) -> SubsidyRun:
    kind = RunKind.SUPPLEMENTARY if is_supplementary else RunKind.REGULAR
    run = find_run(session, actor, county, quarter, kind, lock=True)
    if run is None:
        raise NotFound()
    return run


def _terms(annual: str, values: dict[str, Any]) -> PolicyTerms:
    """The terms that the options name; a wrong one ends the command with its name."""
    try:
        return PolicyTerms.from_json({"annual_fen": Money.from_yuan(annual).fen, **values})
    except (ValueError, ArithmeticError) as wrong:
        refuse(f"this makes no sense as a policy: {wrong}", 2)


def _answer_run(run: SubsidyRun, as_json: bool, extra: dict[str, Any] | None = None) -> None:
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


COMMANDS = (subsidy,)

"""`flask subsidy policy set`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

import click
from flask.cli import AppGroup

from app.core.access import Action
from app.core.clock import current_clock
from app.core.commands import answer, as_option, json_option, plainly, refuse
from app.core.db import transaction
from app.core.money import Money
from app.subsidies.cli.options import actor_named, county_option
from app.subsidies.commands import SetPolicy
from app.subsidies.rules.policy import Chain, DayRule, DutyCheck, EligibleRule, PolicyTerms
from app.subsidies.service import set_policy

policy = AppGroup("policy", help="a county's subsidy policy")


F = TypeVar("F", bound=Callable[..., Any])


def _choice(name: str, options: type[StrEnum], default: str) -> Callable[[F], F]:
    return click.option(name, type=click.Choice([str(one) for one in options]), default=default, show_default=True)


@policy.command("set")
@county_option
@click.option("--from", "valid_from", required=True, type=click.DateTime(["%Y-%m-%d"]), help="first day of the version")
@click.option("--annual", required=True, metavar="YUAN", help="a year's amount, such as 3000.00")
@_choice("--rule", EligibleRule, "risk3")
@_choice("--inpatient-days", DayRule, "exclude")
@_choice("--duty-check", DutyCheck, "off")
@click.option(
    "--visit-within",
    type=click.IntRange(0, 24),
    default=6,
    show_default=True,
    help="months without a clinician's visit in person beyond which a line is held; 0 switches it off",
)
@_choice("--chain", Chain, "single")
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
        command = SetPolicy(county, valid_from.date(), terms)
        made = set_policy(session, actor_named(session, as_user, Action.SET_POLICY), command, current_clock().now())
        counts = {"policy": made.public_id, "version": made.version, "valid_from": made.valid_from.isoformat()}
    answer(counts, as_json, f"policy version {counts['version']} from {counts['valid_from']}")


def _terms(annual: str, values: dict[str, Any]) -> PolicyTerms:
    """The terms that the options name; a wrong one ends the command with its name."""
    try:
        return PolicyTerms.from_json({"annual_fen": Money.from_yuan(annual).fen, **values})
    except ValueError as wrong:
        refuse(f"this makes no sense as a policy: {wrong}", 2)

"""`flask subsidy policy set`, `propose`, `adopt`, `refuse`, `withdraw`."""

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
from app.core.db import new_public_id, transaction
from app.core.money import Money
from app.subsidies.cli.options import actor_named, county_option
from app.subsidies.commands import ProposePolicy, SetPolicy
from app.subsidies.hands import require_person
from app.subsidies.models import PolicyProposal, SubsidyPolicy
from app.subsidies.rules.bank import PayLayout
from app.subsidies.rules.floors import FloorGround
from app.subsidies.rules.policy import (
    YEAR_STARTS,
    Chain,
    DayRule,
    DutyCheck,
    EligibleRule,
    IncidentEffect,
    LevelCounts,
    PayingOffice,
    PolicyTerms,
    Rhythm,
)
from app.subsidies.service import set_policy
from app.subsidies.service.policies import adopt_policy, propose_policy, refuse_policy, withdraw_policy

policy = AppGroup("policy", help="a county's subsidy policy")

F = TypeVar("F", bound=Callable[..., Any])


def _choice(name: str, options: type[StrEnum], term: str) -> Callable[[F], F]:
    """An option that takes one of a term's codes; without it the term has its default."""
    default = str(getattr(_DEFAULTS, term))
    return click.option(
        name, term, type=click.Choice([str(one) for one in options]), default=default, show_default=True
    )


def _number(name: str, term: str, most: int, said: str) -> Callable[[F], F]:
    default = getattr(_DEFAULTS, term)
    return click.option(name, term, type=click.IntRange(0, most), default=default, show_default=True, help=said)


_DEFAULTS = PolicyTerms(annual=None)
_TERMS: tuple[Callable[[Any], Any], ...] = (
    click.option("--annual", required=True, metavar="YUAN", help="a year's amount, such as 3000.00"),
    click.option("--level", "levels", multiple=True, metavar="LEVEL=YUAN", help="a year's amount at a risk level, such as 4=4800"),
    _choice("--period", Rhythm, "period"),
    click.option(
        "--year-start",
        "guardianship_year_start",
        type=click.Choice([str(month) for month in YEAR_STARTS]),
        default="0",
        show_default=True,
        help="month in which the guardianship year begins; 0: each agreement's own",
    ),
    _choice("--rule", EligibleRule, "eligible_rule"),
    _choice("--level-counts", LevelCounts, "level_counts"),
    _choice("--inpatient-days", DayRule, "inpatient_days"),
    _choice("--care-days", DayRule, "care_facility_days"),
    _choice("--incident", IncidentEffect, "incident_effect"),
    _number("--first-share", "first_share", 100, "the first guardian's part in per cent"),
    _choice("--duty-check", DutyCheck, "duty_check"),
    _number("--duty-within", "duty_within_days", 60, "working days after the period within which duty checks are due"),
    _number("--visit-within", "visit_within_months", 24, "months without a clinician's visit in person beyond which a line is held; 0 switches it off"),
    _number("--account-hold", "account_hold_days", 366, "days for which a changed account holds the line"),
    _choice("--chain", Chain, "chain"),
    _number("--notice-days", "notice_days", 30, "working days of public notice before a run is paid"),
    _number("--pay-within", "pay_within_days", 180, "days after the period by which the money should have arrived; 0: not said"),
    click.option("--early-cutoff", "early_cutoff", default="", metavar="12-DD", help="day of December from which the last period of the year may be prepared"),
    _choice("--office", PayingOffice, "office"),
    click.option("--office-name", "paying_office", default="", help="the paying office as its seal has it"),
    _choice("--pay-layout", PayLayout, "pay_layout"),
    click.option("--remark", default=_DEFAULTS.remark, show_default=True, help="what the bank prints beside the payment"),
    click.option("--document", "document_number", default="", help="the county's document number"),
    click.option(
        "--floor-ground",
        "floor_ground",
        type=click.Choice(["", *(str(one) for one in FloorGround)]),
        default="",
        help="why the amount lies below the city's floor",
    ),
    click.option("--floor-document", "floor_reference", default="", help="the paper that says so"),
)  # fmt: skip


def terms_options(command: F) -> F:
    """Every term of a policy as an option, in the order of the page."""
    for option in reversed(_TERMS):
        command = option(command)
    return command


_proposal_option = click.option("--proposal", required=True, metavar="NUMBER", help="as `propose` printed it")
_from_option = click.option(
    "--from", "valid_from", required=True, type=click.DateTime(["%Y-%m-%d"]), help="first day of the version"
)


@policy.command("set")
@county_option
@_from_option
@terms_options
@as_option
@json_option
@plainly
def set_command(county: str, valid_from: datetime, as_user: str | None, as_json: bool, **terms: Any) -> None:
    """Make a new version of the county's policy by one hand; the auditor's page names it."""
    command = SetPolicy(county, valid_from.date(), _terms(**terms))
    with transaction() as session:
        made = set_policy(session, actor_named(session, as_user, Action.SET_POLICY), command, current_clock().now())
        _answer_version(made, as_json)


@policy.command("propose")
@county_option
@_from_option
@terms_options
@as_option
@json_option
@plainly
def propose_command(county: str, valid_from: datetime, as_user: str | None, as_json: bool, **terms: Any) -> None:
    """Propose the next version; another person adopts it. Prints the proposal's number."""
    command = ProposePolicy(new_public_id(), SetPolicy(county, valid_from.date(), _terms(**terms)))
    with transaction() as session:
        actor = actor_named(session, as_user, Action.PROPOSE_POLICY)
        require_person(actor)
        _answer_proposal(propose_policy(session, actor, command, current_clock().now()), as_json)


@policy.command("adopt")
@_proposal_option
@as_option
@json_option
@plainly
def adopt_command(proposal: str, as_user: str | None, as_json: bool) -> None:
    """Make a proposal the next version: somebody else than proposed it."""
    with transaction() as session:
        actor = actor_named(session, as_user, Action.ADOPT_POLICY)
        require_person(actor)
        _answer_version(adopt_policy(session, actor, proposal, current_clock().now()), as_json)


@policy.command("refuse")
@_proposal_option
@as_option
@json_option
@plainly
def refuse_command(proposal: str, as_user: str | None, as_json: bool) -> None:
    """Say no to a proposal: somebody else than proposed it. Nothing changes."""
    with transaction() as session:
        actor = actor_named(session, as_user, Action.ADOPT_POLICY)
        require_person(actor)
        _answer_proposal(refuse_policy(session, actor, proposal, current_clock().now()), as_json)


@policy.command("withdraw")
@_proposal_option
@as_option
@json_option
@plainly
def withdraw_command(proposal: str, as_user: str | None, as_json: bool) -> None:
    """Take a proposal back: whoever proposed it, while nobody has decided."""
    with transaction() as session:
        actor = actor_named(session, as_user, Action.PROPOSE_POLICY)
        require_person(actor)
        _answer_proposal(withdraw_policy(session, actor, proposal, current_clock().now()), as_json)


def _answer_version(made: SubsidyPolicy, as_json: bool) -> None:
    counts = {"policy": made.public_id, "version": made.version, "valid_from": made.valid_from.isoformat()}
    answer(counts, as_json, f"policy version {counts['version']} from {counts['valid_from']}")


def _answer_proposal(made: PolicyProposal, as_json: bool) -> None:
    counts = {"proposal": made.public_id, "state": str(made.state), "valid_from": made.valid_from.isoformat()}
    answer(counts, as_json, f"proposal {counts['proposal']} from {counts['valid_from']}: {counts['state']}")


def _terms(annual: str, levels: tuple[str, ...], guardianship_year_start: str, **values: Any) -> PolicyTerms:
    """The terms that the options name; a wrong one ends the command with its name."""
    try:
        by_level = sorted(
            [int(level), Money.from_yuan(yuan).fen] for level, _, yuan in (one.partition("=") for one in levels)
        )
        return PolicyTerms.from_json(
            {
                "annual_fen": Money.from_yuan(annual).fen,
                "annual_by_level": by_level,
                "guardianship_year_start": int(guardianship_year_start),
                **values,
            }
        )
    except ValueError as wrong:
        refuse(f"this makes no sense as a policy: {wrong}", 2)

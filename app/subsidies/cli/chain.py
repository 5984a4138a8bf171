"""`flask subsidy sign / post-notice / object / decide-objection / reopen`: the steps between the five."""

from __future__ import annotations

from datetime import datetime
from typing import TextIO

import click

from app.core.access import Action, may
from app.core.clock import current_clock
from app.core.commands import answer, as_option, json_option, plainly, refuse
from app.core.db import new_public_id, reading, transaction
from app.core.keys import current_keyring
from app.core.period import Period
from app.subsidies.cli.options import actor_named, county_option, quarter_option, run_of, supplement_option
from app.subsidies.cli.steps import answer_run, subsidy
from app.subsidies.commands import DecideObjection, RecordObjection
from app.subsidies.hands import require_person
from app.subsidies.queries.joint import get_line_by_agreement
from app.subsidies.queries.publishing import get_objection
from app.subsidies.rules.chain import ObjectionGround, ObjectionSource
from app.subsidies.rules.grounds import Grounds, ReturnGround
from app.subsidies.service import (
    answer_as_police,
    ask_reopening,
    decide_objection,
    decide_reopening,
    mark_line,
    post_notice,
    record_objection,
    send_marked,
    sign_for_office,
    withdraw_reopening,
)
from app.subsidies.service.editions import draw_edition, keep_edition
from app.subsidies.service.joint import check_county


@subsidy.command("sign")
@county_option
@quarter_option
@supplement_option
@click.option(
    "--mark",
    "marked",
    multiple=True,
    metavar="AGREEMENT",
    help="a line about which there is something; sends the run back",
)
@click.option(
    "--numbers",
    type=click.File(encoding="utf-8-sig"),
    help="police: ID numbers of everybody with an incident in the period, one a line (- reads standard input)",
)
@as_option
@json_option
@plainly
def sign_command(
    county: str,
    quarter: Period,
    supplementary: bool,
    marked: tuple[str, ...],
    numbers: TextIO | None,
    as_user: str | None,
    as_json: bool,
) -> None:
    """Sign a submitted run for the office of --as (police, town or county_office at county level), or send it back with lines on hold.

    Town and county_office mark lines; the police give numbers, and are not told which of them are paid for.
    """
    clock = current_clock()
    now = clock.now()
    with transaction() as session:
        actor = actor_named(session, as_user, Action.SIGN_SUBSIDY)
        require_person(actor)
        check_county(actor)
        run = run_of(session, actor, county, quarter, supplementary)
        if may(actor, Action.ANSWER_SUBSIDY) and not marked:
            given = numbers.read().split() if numbers else ()
            answer_as_police(session, current_keyring(), actor, run, given, clock.today(), now)
            answer({"answered": True}, as_json, "answered")
            return
        if numbers:
            refuse("--numbers is for the police; mark lines by --mark", 2)
        for number in marked:
            mark_line(session, actor, run, get_line_by_agreement(session, run, number).public_id, now)
        run = send_marked(session, actor, run, now) if marked else sign_for_office(session, actor, run, now)
    answer_run(run, as_json)


@subsidy.command("post-notice")
@county_option
@quarter_option
@supplement_option
@as_option
@json_option
@plainly
def post_notice_command(county: str, quarter: Period, supplementary: bool, as_user: str | None, as_json: bool) -> None:
    """Hang the public notice of an approved run out, from today for the policy's working days."""
    clock = current_clock()
    with transaction() as session:
        actor = actor_named(session, as_user, Action.PREPARE_SUBSIDY)
        require_person(actor)
        run = run_of(session, actor, county, quarter, supplementary)
        posted = post_notice(session, actor, run, clock.today(), clock.now())
        extra = {"from": posted.posted_on.isoformat(), "until": posted.until_on.isoformat()}
    answer_run(run, as_json, extra)


@subsidy.command("object")
@county_option
@quarter_option
@supplement_option
@click.option("--source", type=click.Choice([one.value for one in ObjectionSource]), required=True)
@click.option("--ground", type=click.Choice([one.value for one in ObjectionGround]), required=True)
@click.option("--agreement", default="", help="the agreement's number, where it is about one line")
@click.option("--received", type=click.DateTime(["%Y-%m-%d"]), help="the day it came in; today without it")
@as_option
@json_option
@plainly
def object_command(
    county: str,
    quarter: Period,
    supplementary: bool,
    source: str,
    ground: str,
    agreement: str,
    received: datetime | None,
    as_user: str | None,
    as_json: bool,
) -> None:
    """Record an objection to a noticed run; it keeps the money back until it is decided."""
    clock = current_clock()
    day = received.date() if received else clock.today()
    command = RecordObjection(new_public_id(), ObjectionSource(source), ObjectionGround(ground), day, agreement.upper())
    with transaction() as session:
        actor = actor_named(session, as_user, Action.PREPARE_SUBSIDY)
        require_person(actor)
        run = run_of(session, actor, county, quarter, supplementary)
        made = record_objection(session, actor, command, run, clock.today(), clock.now())
        extra = {"objection": made.public_id}
    answer_run(run, as_json, extra)


@subsidy.command("decide-objection")
@click.argument("objection")
@click.option("--upheld/--dismissed", "is_upheld", required=True)
@click.option("--reference", required=True, help="the number of the paper with the decision")
@as_option
@json_option
@plainly
def decide_objection_command(
    objection: str, is_upheld: bool, reference: str, as_user: str | None, as_json: bool
) -> None:
    """Find for or against an objection; another person than recorded it."""
    now = current_clock().now()
    with transaction() as session:
        actor = actor_named(session, as_user, Action.APPROVE_SUBSIDY)
        require_person(actor)
        _found, run = get_objection(session, actor, objection)
    drawn = draw_edition(reading, current_keyring(), actor, run.public_id, now) if is_upheld else None
    with transaction() as session:
        _found, run = get_objection(session, actor, objection, lock=True)
        if drawn:
            keep_edition(session, current_keyring(), actor, run, *drawn)
        decide_objection(session, actor, DecideObjection(objection, is_upheld, reference), now)
    answer_run(run, as_json)


@subsidy.command("reopen")
@county_option
@quarter_option
@supplement_option
@click.option(
    "--ground", type=click.Choice([one.value for one in ReturnGround]), help="the clerk asks, on these grounds"
)
@click.option("--reference", default="", help="the number of a paper")
@click.option("--allow", "answered", flag_value="allow", help="the reviewer allows what was asked for")
@click.option("--refuse", "answered", flag_value="refuse", help="the reviewer does not")
@click.option("--withdraw", "answered", flag_value="withdraw", help="the clerk takes the request back")
@as_option
@json_option
@plainly
def reopen_command(
    county: str,
    quarter: Period,
    supplementary: bool,
    ground: str | None,
    reference: str,
    answered: str | None,
    as_user: str | None,
    as_json: bool,
) -> None:
    """Open an approved run again: asked for by the clerk (--ground), allowed by the reviewer (--allow), its ledger kept before."""
    if (ground is None) == (answered is None):
        refuse("say either --ground, or one of --allow, --refuse, --withdraw", 2)
    now, keyring = current_clock().now(), current_keyring()
    action = Action.APPROVE_SUBSIDY if answered in ("allow", "refuse") else Action.PREPARE_SUBSIDY
    with transaction() as session:
        actor = actor_named(session, as_user, action)
        require_person(actor)
        found = run_of(session, actor, county, quarter, supplementary)
    drawn = draw_edition(reading, keyring, actor, found.public_id, now) if answered == "allow" else None
    with transaction() as session:
        run = run_of(session, actor, county, quarter, supplementary)
        if drawn:
            keep_edition(session, keyring, actor, run, *drawn)
        if ground is not None:
            ask_reopening(session, actor, run, Grounds(ReturnGround(ground), reference), now)
        elif answered == "withdraw":
            withdraw_reopening(session, actor, run, now)
        else:
            decide_reopening(session, actor, run, answered == "allow", now)
    answer_run(run, as_json)

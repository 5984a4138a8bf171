"""`flask subsidy sign`: an office's step of the joint approval."""

from __future__ import annotations

import click

from app.core.access import Action
from app.core.clock import current_clock
from app.core.commands import as_option, json_option, plainly
from app.core.db import transaction
from app.core.period import Period
from app.subsidies.cli.options import actor_named, county_option, quarter_option, run_of, supplement_option
from app.subsidies.cli.steps import answer_run, subsidy
from app.subsidies.hands import require_person
from app.subsidies.queries.joint import get_line_by_agreement
from app.subsidies.service import mark_line, send_marked, sign_for_office


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
@as_option
@json_option
@plainly
def sign_command(
    county: str, quarter: Period, supplementary: bool, marked: tuple[str, ...], as_user: str | None, as_json: bool
) -> None:
    """Sign a submitted run for the office of --as (police, town or county_office at county level), or send it back with marked lines on hold."""
    now = current_clock().now()
    with transaction() as session:
        actor = actor_named(session, as_user, Action.SIGN_SUBSIDY)
        require_person(actor)
        run = run_of(session, actor, county, quarter, supplementary)
        for number in marked:
            mark_line(session, actor, run, get_line_by_agreement(session, run, number).public_id, now)
        run = send_marked(session, actor, run, now) if marked else sign_for_office(session, actor, run, now)
    answer_run(run, as_json)

"""`flask subsidy verify`: whether the money is still what was decided and signed, run by run and over the whole county."""

from __future__ import annotations

import click
from flask import current_app
from sqlalchemy.orm import Session

from app.audit.chain import ANCHORS, anchored_heads
from app.core.access import Action
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.commands import answer, as_option, json_option, plainly, refuse
from app.core.db import reading
from app.core.errors import NotFound
from app.core.keys import current_keyring
from app.core.period import Period
from app.core.reasons import say
from app.subsidies.cli.options import QuarterType, actor_named, county_option, run_of, supplement_option
from app.subsidies.cli.steps import subsidy
from app.subsidies.models import SubsidyRun
from app.subsidies.queries.verify import count_lines
from app.subsidies.queries.verify_county import list_runs_of
from app.subsidies.service.verifying import verify_money
from config import Settings

SHOWN = 20


@subsidy.command("verify")
@county_option
@click.option("--quarter", type=QuarterType(), help="one run of the county; without it every run is looked at")
@supplement_option
@as_option
@json_option
@plainly
def verify(county: str, quarter: Period | None, supplementary: bool, as_user: str | None, as_json: bool) -> None:
    """Recompute every line from its own snapshot; compare totals, digest, pay file and fund; then the county as a whole: no person paid
    twice or beyond what is due, no day after a death or the end of a claim without a case, no step out of order or by the same hand, the
    fund in balance; and the chain of what was noted. Exit 1 where something differs."""
    clock = current_clock()
    with reading() as session:
        actor = actor_named(session, as_user, Action.VERIFY_SUBSIDY)
        runs = _runs(session, actor, county, quarter, supplementary)
        settings: Settings = current_app.extensions["anhu.settings"]
        anchors = anchored_heads(session, settings.instance / ANCHORS)
        found = verify_money(session, county, runs, current_keyring(), clock.today(), clock.now(), anchors)
        problems = [say(why) for why in found]
        counts: dict[str, object] = {"runs": len(runs), "lines": sum(count_lines(session, run) for run in runs)}
        if quarter is not None:
            counts |= {"run": runs[0].public_id, "state": runs[0].state.value}
    answer({**counts, "problems": problems}, as_json, f"{counts['lines']} lines, {len(problems)} problems")
    if problems:
        refuse("\n".join(problems[:SHOWN]))


def _runs(
    session: Session, actor: Actor, county: str, quarter: Period | None, is_supplementary: bool
) -> list[SubsidyRun]:
    if quarter is not None:
        return [run_of(session, actor, county, quarter, is_supplementary, lock=False)]
    if not county.startswith(actor.area_prefix):
        raise NotFound()
    return list_runs_of(session, county)

"""What the commands of a quarter share: its county and period, who acts, the run that is meant."""

from __future__ import annotations

from typing import Any

import click
from sqlalchemy.orm import Session

from app.accounts.queries import get_actor
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Conflict
from app.core.period import Period, parse_period
from app.core.reasons import reason
from app.subsidies.models import RunKind, SubsidyRun
from app.subsidies.queries.runs import find_run


class QuarterType(click.ParamType[Period]):
    name = "quarter"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Period:
        try:
            return parse_period(value)
        except ValueError:
            self.fail(
                f"{value!r} is not a quarter like 2026Q3, a half-year like 2026H1 or a year like 2026Y4", param, ctx
            )


county_option = click.option("--county", required=True, metavar="CODE", help="the county's 12-digit code")
quarter_option = click.option(
    "--quarter",
    required=True,
    type=QuarterType(),
    help="such as 2026Q3; 2026H1 or 2026Y4 where the county pays by half-years or years",
)
supplement_option = click.option("--supplementary", is_flag=True, help="the newest supplementary run of the quarter")


def actor_named(session: Session, name: str | None, action: Action) -> Actor:
    """Who `--as` names, or the machine's operator; `Forbidden` for a role that may not, before anything else is looked up."""
    actor = get_actor(session, name)
    require(actor, action)
    return actor


def run_of(
    session: Session, actor: Actor, county: str, quarter: Period, is_supplementary: bool, *, lock: bool = True
) -> SubsidyRun:
    """The newest run that the options name; `Conflict` where there is none in the actor's area."""
    kind = RunKind.SUPPLEMENTARY if is_supplementary else RunKind.REGULAR
    run = find_run(session, actor, county, quarter, kind, lock=lock)
    if run is None:
        raise Conflict(reason("subsidies.step.no_run", quarter=quarter))
    return run

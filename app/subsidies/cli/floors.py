"""`flask subsidy floors set`: what a city asks of its counties at least."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.core.access import Action
from app.core.clock import current_clock
from app.core.commands import answer, as_option, json_option, plainly, refuse
from app.core.db import transaction
from app.core.money import Money
from app.subsidies.cli.options import actor_named
from app.subsidies.rules.floors import Floors
from app.subsidies.service.floors import set_floors

floors = AppGroup("floors", help="a city's floors for the policies and funds of its counties")


@floors.command("set")
@click.option("--city", required=True, metavar="CODE", help="the city's 12-digit code")
@click.option("--annual", default="0", metavar="YUAN", help="at least so much per patient and year; 0: no floor")
@click.option("--pool", default="0", metavar="YUAN", help="at least so much in a county's pool a year; 0: no floor")
@as_option
@json_option
@plainly
def set_command(city: str, annual: str, pool: str, as_user: str | None, as_json: bool) -> None:
    """Set a city's floors from now on. A county below one states its reason, and the auditor's page shows it."""
    wanted = Floors(_sum(annual), _sum(pool))
    with transaction() as session:
        set_floors(session, actor_named(session, as_user, Action.SET_FLOORS), city, wanted, current_clock().now())
    said = {
        "city": city,
        "annual": wanted.annual.yuan if wanted.annual else None,
        "pool": wanted.pool.yuan if wanted.pool else None,
    }
    answer(
        said,
        as_json,
        f"floors of {city}: {said['annual'] or 'none'} a patient and year, {said['pool'] or 'none'} a pool and year",
    )


def _sum(yuan: str) -> Money | None:
    try:
        amount = Money.from_yuan(yuan)
    except ValueError:
        refuse(f"not an amount like 3000.00: {yuan[:20]!r}", 2)
    if amount.fen < 0:
        refuse("a floor is not below 0", 2)
    return amount if amount else None

"""`flask numbers`: counting a county and saying what was counted."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

import app.numbers.cli_report  # noqa: F401  # hangs itself on `flask report`
from app.accounts.queries import get_actor
from app.areas.rules import county_of, is_area_code
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.commands import answer, as_option, json_option, plainly
from app.core.db import reading, transaction
from app.core.errors import Conflict, NotFound
from app.core.reasons import reason
from app.numbers.models import IndicatorRun
from app.numbers.queries.places import lines_of
from app.numbers.queries.runs import find_run, touches, values_of
from app.numbers.queries.sampling import get_sample
from app.numbers.rules.indicators import indicators
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings
from app.numbers.service.computing import count_apart
from app.numbers.service.drawing import verify

numbers = AppGroup("numbers", help="indicators of a county: count them, show them")


class PeriodType(click.ParamType[ReportPeriod]):
    name = "period"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> ReportPeriod:
        try:
            return ReportPeriod.parse(value)
        except ValueError:
            self.fail(f"{value!r} is not a period like 2026M09, 2026Q3, 2026Y or 2026-09-17", param, ctx)


county_option = click.option("--county", required=True, metavar="CODE", help="the county's 12-digit code")
period_option = click.option("--period", required=True, type=PeriodType(), help="such as 2026M09, 2026Q3, 2026Y")


@numbers.command("compute")
@county_option
@period_option
@as_option
@json_option
@plainly
def compute_command(county: str, period: ReportPeriod, as_user: str | None, as_json: bool) -> None:
    """Count CODE for the period as of today's facts; what was counted before stays to be read until it is forgotten at night."""
    clock = current_clock()
    with reading() as session:
        actor = _actor(session, as_user, county)
    run = count_apart(reading, transaction, actor, county, period, clock.today(), clock.now())
    with reading() as session:
        counts = values_of(session, actor, run, [county])[county]
        made = {"run": run.public_id, "period": run.period, "cut_off": run.cut_off.isoformat(), "counts": counts}
    answer(made, as_json, f"{period} counted up to {made['cut_off']}: {counts.get('registered', 0)} registered")


@numbers.command("show")
@county_option
@period_option
@click.option(
    "--towns", is_flag=True, help="a row as well for each place right below, and for whoever is in none of them"
)
@as_option
@json_option
@plainly
def show_command(county: str, period: ReportPeriod, towns: bool, as_user: str | None, as_json: bool) -> None:
    """What was counted last for CODE (a county, town or village) and the period: each rate with its two figures."""
    with reading() as session:
        actor = _actor(session, as_user, county)
        run = find_run(session, actor, county_of(county), period)
        if run is None:
            raise Conflict(reason("numbers.not_counted"))
        own = values_of(session, actor, run, [county])[county]
        below = lines_of(session, actor, run, county, own) if towns else []
        names = {county: county} | {town.code: town.name for town in below}
        found = {
            place: _rates(run, counts) for place, counts in [(county, own), *((one.code, one.counts) for one in below)]
        }
    lines = [f"{names[place]}: {code} {one['rate'] or '—'}" f" ({one['numerator']} / {one['denominator']})"
             for place, rates in found.items() for code, one in rates.items()]  # fmt: skip
    answer({"run": run.public_id, "cut_off": run.cut_off.isoformat(), "places": found}, as_json, "\n".join(lines))


@numbers.group("sample")
def sample_group() -> None:
    """Supervision samples."""


@sample_group.command("verify")
@click.argument("sample")
@as_option
@json_option
@plainly
def verify_command(sample: str, as_user: str | None, as_json: bool) -> None:
    """Draw SAMPLE (the id in its address) again from the kept frame by the kept seed; ends with 1 where other records come out."""
    with reading() as session:
        actor = get_actor(session, as_user)
        proof, found = verify(session, actor, sample), get_sample(session, actor, sample)
        said = {"number": found.number, "seed": found.seed, "frame": proof.digest, "records": found.drawn_count}
    words = "the same records come out" if proof.holds else "OTHER RECORDS COME OUT"
    answer(said | {"holds": proof.holds}, as_json, f"{said['number']}, seed {said['seed']}: {words}")
    if not proof.holds:
        raise SystemExit(1)


def _actor(session: Session, name: str | None, place: str) -> Actor:
    actor = get_actor(session, name)
    require(actor, Action.SEE_NUMBERS)
    if not is_area_code(place) or not touches(actor, place):
        raise NotFound()
    return actor


def _rates(run: IndicatorRun, counts: dict[str, int]) -> dict[str, dict[str, Any]]:
    return {
        one.code: {
            "rate": one.rate(counts),
            "numerator": counts.get(one.numerator.name, 0),
            "denominator": counts.get(one.denominator.name, 0),
        }
        for one in indicators(NumberSettings.from_json(run.settings))
    }


COMMANDS = (numbers,)

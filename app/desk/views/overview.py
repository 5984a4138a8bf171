"""First pages that count: coordinator, county office, town; and a city that is told counts only."""

from __future__ import annotations

from flask import render_template

from app.areas.queries import names_of, place_of
from app.core.access import Action, Field, Grant, may, sees
from app.core.actor import Actor, Role
from app.core.clock import current_clock
from app.core.period import parse_period
from app.core.quarter import Quarter
from app.core.web import read_session
from app.desk.queries.notices import notices_state
from app.desk.queries.overview import list_owed, overview
from app.desk.queries.requests import count_requests
from app.desk.queries.transfers import count_waiting
from app.desk.texts import TASK_KINDS
from app.desk.views.clues import clue_home
from app.desk.views.duty import duty_home
from app.desk.views.listing import lists_home
from app.desk.views.signatures import signature_home
from app.desk.views.support import support_home
from app.numbers.rules.hiding import Told, hide_rows
from app.subsidies.queries.runs import list_runs
from app.subsidies.rules.transitions import RunState


def area_overview(actor: Actor) -> str:
    """Where the area falls short and who must act today. Every number opens the list behind it."""
    session, today = read_session(), current_clock().today()
    found = overview(session, actor, today)
    runs = list_runs(session, actor, limit=1) if sees(actor, Field.AMOUNT) is not Grant.NONE else []
    run = runs[0] if runs else None
    prints_run = run is not None and run.state is not RunState.PREPARING and may(actor, Action.PRINT_SUMMARY)
    return render_template(
        "desk/overview.html",
        area=names_of(session, [place_of(actor)])[place_of(actor)],
        places=found.places,
        total=found.total,
        owed=list_owed(session, actor, today),
        days_left=(Quarter.of(today).last_day - today).days,
        run=run,
        run_quarter=parse_period(run.period) if run else None,
        notices=notices_state(session, actor, run) if run and prints_run else None,
        kinds=TASK_KINDS,
        opens_register=may(actor, Action.SEE_REGISTER),
        is_office=actor.role is Role.COUNTY_OFFICE,
        clues=clue_home(session, actor),
        signatures=signature_home(session, actor),
        moving=count_waiting(session, actor, today) if may(actor, Action.SEE_TRANSFERS) else None,
        requests=count_requests(session, actor),
        support=support_home(session, actor, today),
        duty=duty_home(session, actor, today),
        lists=lists_home(session, actor, today),
    )


def city_counts(actor: Actor) -> str:
    """Counties of a city: registered, managed and late, where 1–4 are not told."""
    session, today = read_session(), current_clock().today()
    found = overview(session, actor, today)
    names = ("registered", "managed", "late")
    rows, totals = hide_rows({one.prefix: [getattr(one.counts, name) for name in names] for one in found.places})
    columns = {
        name: Told({place: row[at] for place, row in rows.items()}, totals[at])
        for at, name in enumerate(names if rows else ())
    }
    return render_template(
        "desk/city.html",
        area=names_of(session, [place_of(actor)])[place_of(actor)],
        places=found.places,
        columns=columns,
    )

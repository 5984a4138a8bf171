"""Homes of those who pay: the clerk's quarter, what waits for a signature, what the auditor looks at first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeGuard

from flask import current_app, render_template, request

from app.areas.rules import code_of
from app.audit import chain
from app.core.actor import Actor, Role
from app.core.clock import current_clock
from app.core.db import reading
from app.core.i18n import _
from app.core.period import Period, parse_period
from app.core.web import read_session
from app.desk.queries.inbox import count_renewals
from app.desk.views.duty import duty_home
from app.desk.views.listing import lists_home
from app.desk.views.support import support_home
from app.subsidies.models import SubsidyRun
from app.subsidies.queries.board import board_of
from app.subsidies.queries.held import count_held
from app.subsidies.queries.lines import list_lines
from app.subsidies.queries.periods import ended_periods
from app.subsidies.queries.policies import list_waiting
from app.subsidies.queries.runs import list_runs
from app.subsidies.queries.watch.flags import count_open_flags
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.transitions import RunState
from app.subsidies.texts import HOLD_LABELS
from config import Settings

RUNS_SHOWN = 8
HELD_SHOWN = 8
MOST_WALKED = 50_000  # links that are verified while somebody waits; a longer chain is for `flask audit verify`

# What each signature is given on (surface.md: clerk, reviewer and finance are three people).
WAITING: dict[Role, frozenset[RunState]] = {
    Role.REVIEWER: frozenset({RunState.SUBMITTED}),
    Role.FINANCE: frozenset({RunState.APPROVED, RunState.EXPORTED}),
}


def quarter_board(actor: Actor) -> str:
    """The newest run as the clerk left it, and what comes next."""
    session, today = read_session(), current_clock().today()
    runs = list_runs(session, actor, RUNS_SHOWN)
    run = runs[0] if runs else None
    ended = next(iter(ended_periods(session, code_of(actor.area_prefix), today, 1)), None)
    return render_template(
        "desk/quarter.html",
        run=run,
        quarter=parse_period(run.period) if run else None,
        board=board_of(session, actor, run) if run else None,
        to_prepare=ended if ended and (run is None or parse_period(run.period).last_day < ended.last_day) else None,
        earlier=_with_quarters(runs[1:]),
        held=list_lines(session, actor, run, decision=LineState.HOLD, size=HELD_SHOWN).rows if _is_open(run) else [],
        held_count=count_held(session, actor, today),
        renewals=count_renewals(session, actor, today),
        support=support_home(session, actor, today),
        duty=duty_home(session, actor, today),
        lists=lists_home(session, actor, today, ended),
        hold_words={code: _(words) for code, words in HOLD_LABELS.items()},
    )


def signing(actor: Actor) -> str:
    """Runs that wait for this role's step, then all others with whose turn it is."""
    runs = list_runs(read_session(), actor, RUNS_SHOWN)
    waiting = [run for run in runs if run.state in WAITING[actor.role]]
    return render_template(
        "desk/signing.html",
        waiting=_with_quarters(waiting),
        others=_with_quarters([run for run in runs if run not in waiting]),
        is_finance=actor.role is Role.FINANCE,
        held_count=None if actor.role is Role.FINANCE else count_held(read_session(), actor, current_clock().today()),
        drafts=list_waiting(read_session(), actor) if actor.role is Role.REVIEWER else [],
        open_flags=count_open_flags(read_session(), actor) if actor.role is Role.REVIEWER else 0,
    )


def auditing(actor: Actor) -> str:
    """The chain, whole or where it breaks, when asked for; and the quarters' runs."""
    session = read_session()
    head = chain.find_head(session)
    is_walked = "verify" in request.args and head.sequence <= MOST_WALKED
    return render_template(
        "desk/auditing.html",
        head=head,
        is_short=head.sequence <= MOST_WALKED,
        verdict=_verdict() if is_walked else None,
        runs=_with_quarters(list_runs(session, actor, RUNS_SHOWN)),
        drafts=list_waiting(read_session(), actor) if actor.role is Role.REVIEWER else [],
        open_flags=count_open_flags(session, actor),
    )


def _verdict() -> chain.Verdict:
    """In a transaction of its own: a walk goes by a cursor on the server, which lives as long as one."""
    settings: Settings = current_app.extensions["anhu.settings"]
    with reading() as session:
        anchors = chain.anchored_heads(session, settings.instance / chain.ANCHORS)
        return chain.verify(session, current_clock().now(), anchors)


def _is_open(run: SubsidyRun | None) -> TypeGuard[SubsidyRun]:
    """Whether a held line may still be decided."""
    return run is not None and run.state in (RunState.DRAFT, RunState.SUBMITTED, RunState.APPROVED)


def _with_quarters(runs: Sequence[SubsidyRun]) -> list[tuple[SubsidyRun, Period]]:
    return [(run, parse_period(run.period)) for run in runs]

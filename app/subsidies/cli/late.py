"""`flask subsidy find-late-facts` and `flask subsidy recoveries`: what was paid too much by what is known today."""

from __future__ import annotations

from app.core.access import Action
from app.core.clock import current_clock
from app.core.commands import answer, as_option, json_option, plainly
from app.core.db import reading, transaction
from app.subsidies.cli.options import actor_named, county_option
from app.subsidies.cli.steps import subsidy
from app.subsidies.hands import require_person
from app.subsidies.queries.recoveries import count_cases
from app.subsidies.service.late_facts import find_late_facts


@subsidy.command("find-late-facts")
@county_option
@as_option
@json_option
@plainly
def find_late_facts_command(county: str, as_user: str | None, as_json: bool) -> None:
    """Look through what was paid with the facts of today and open a case for what was too much; a second time finds nothing new."""
    clock = current_clock()
    with reading() as session:
        actor = actor_named(session, as_user, Action.PREPARE_SUBSIDY)
    require_person(actor)
    found = find_late_facts(reading, transaction, actor, county, clock.today(), clock.now())
    said = f"{found.looked} payments looked at, {found.made} new cases"
    answer({"county": county, "made": found.made, "looked": found.looked}, as_json, said)


@subsidy.command("recoveries")
@as_option
@json_option
@plainly
def recoveries_command(as_user: str | None, as_json: bool) -> None:
    """How many cases stand in which state, and what they ask for that has not come back."""
    with reading() as session:
        counts = count_cases(session, actor_named(session, as_user, Action.SEE_SUBSIDY))
    found = {state.value: {"cases": count, "left": left.yuan} for state, (count, left) in counts.items()}
    answer(found, as_json, "\n".join(f"{state}: {one['cases']}, {one['left']} left" for state, one in found.items()))

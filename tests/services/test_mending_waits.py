"""Whoever was visited by a village doctor and waits for the town's word is told as that, neither as too late nor as forgotten."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from app.core.reasons import reason
from app.numbers.queries.because import reasons_of
from app.numbers.queries.mending import list_missing
from app.numbers.rules.behind import find_figure
from app.numbers.rules.membership import InSet
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings
from app.numbers.service.computing import compute
from tests.conftest import NOW
from tests.rig.counted import Case, add_case, seen, visits
from tests.rig.county import COUNTY, County

SPRING = "2025-01-08 2025-04-08 2025-07-08"
END = date(2025, 12, 31)
LATE = reason("numbers.standard.late", after=date(2025, 7, 8), due=date(2025, 10, 8), came=date(2025, 10, 20))


def waits(day: date) -> object:
    return reason("numbers.standard.waits", on=day)


def test_a_visit_that_waits_for_the_town_is_told_and_still_counts_once_confirmed(
    session: Session, county: County
) -> None:
    wanted = {
        # name: (visits, what the standard lacks until when, what the meeting in person lacks)
        "in time": ([*visits(SPRING), seen("2025-10-08", needs_confirmation=True)], (waits(date(2025, 10, 8)), END), None),
        "only these": (
            visits(f"{SPRING} 2025-10-08", needs_confirmation=True),
            (waits(date(2025, 1, 8)), END),
            (waits(date(2025, 1, 8)), END),
        ),
        "late anyhow": ([*visits(SPRING), seen("2025-10-20", needs_confirmation=True)], (LATE, None), None),
        "sent back and withdrawn": (
            [*visits(SPRING), seen("2025-10-08", needs_confirmation=True, withdrawn_at=NOW)],
            (reason("numbers.standard.nobody_since", after=date(2025, 7, 8), due=date(2025, 10, 8)), None),
            None,
        ),
    }  # fmt: skip
    ids = {name: add_case(session, name, Case(made)).id for name, (made, *_) in wanted.items()}
    session.flush()
    office, period = county.actor("county_office"), ReportPeriod.parse("2025Y")
    run = compute(session, office, COUNTY, period, NumberSettings(), period.last_day, NOW)
    missing = {one.who.member.subject_id: one for one in list_missing(session, office, run, COUNTY, 0)}
    for name, (_made, standard, meeting) in wanted.items():
        lacks = {lack.what: (lack.because, lack.until) for lack in missing[ids[name]].lacks}
        assert (lacks["standard"], lacks.get("face_to_face")) == (standard, meeting), name
    members, told = [one.who.member for one in missing.values()], dict[str, dict[str, object]]()
    for name in ("standard-missing", "overdue_waiting"):
        figure = find_figure(name, NumberSettings())
        assert figure
        because = reasons_of(session, run, figure, members)
        told[name] = {who: because.get(patient) for who, patient in ids.items()}
    assert told["standard-missing"] == {name: row[1][0] for name, row in wanted.items()}
    # nobody has to go there again: whoever came waits for the town
    assert told["overdue_waiting"] == {
        "in time": waits(date(2025, 10, 8)),
        "only these": waits(date(2025, 1, 8)),
        "late anyhow": waits(date(2025, 10, 20)),
        "sent back and withdrawn": None,
    }
    bits = {
        who: InSet(one.bits) & (InSet.OVERDUE | InSet.OVERDUE_WAITING)
        for one in members
        for who in ids
        if ids[who] == one.subject_id
    }
    assert bits == dict.fromkeys(ids, InSet.OVERDUE_WAITING) | {"sent back and withdrawn": InSet.OVERDUE}

"""Random histories of a county: the statement over everybody and the rule about one patient say of each person what walking through that
life day by day says, whoever moves is counted once, where they live at the cut-off, and what a page and a paper list of villages and towns
adds up to the county.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import reduce
from operator import or_
from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.rules import prefix_of
from app.core.dates import add_months
from app.numbers.models import IndicatorMember, IndicatorRun
from app.numbers.paper_facts import read_facts
from app.numbers.papers import compliance_document
from app.numbers.queries.board import Board, Cell, board_of
from app.numbers.queries.explaining import visits_of
from app.numbers.queries.overdue import late_visits_of
from app.numbers.queries.pattern import ended_half_years
from app.numbers.queries.runs import count_members
from app.numbers.queries.timeline import Counted
from app.numbers.rules.indicators import figures
from app.numbers.rules.membership import InSet, MemberKind
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import FaceToFace, NumberSettings, PeriodMode, StandardMode, StandardRules
from app.numbers.service.computing import compute
from reports.compliance import CountTable, Measure
from reports.wording import Provenance
from tests.conftest import NOW
from tests.rig.counted import Case, Seen, Timeline, add_case, spans_of
from tests.rig.county import COUNTY, OTHER_TOWN, OTHER_VILLAGE, SECOND_VILLAGE, TOWN, VILLAGE, County

DAY = timedelta(days=1)
WORLDS = range(60 if "ANHU_SOAK" in os.environ else 2)  # each replays from its number
PEOPLE = 80
VILLAGES = (VILLAGE, SECOND_VILLAGE, OTHER_VILLAGE)
# of some people no more than the town is known, of a few not even that
PLACES = (*VILLAGES * 3, TOWN, OTHER_TOWN, COUNTY)
PRINTED = Provenance("0" * 64, "测试", NOW)
# the sets that the days decide
WALKED = (
    InSet.REGISTERED,
    InSet.MANAGED,
    InSet.STANDARD,
    InSet.FACE_TO_FACE,
    InSet.AT_HOME,
    InSet.OVERDUE,
    InSet.OVERDUE_WAITING,
)
ALL_WALKED = reduce(or_, WALKED)
PERIODS = ("2025Y", "2025Q3", "2025M11", "2026Q1", "2025-08-17", "2025Q4")


def _timeline(chance: Random, first: date, start: str, others: tuple[str, ...], most: int) -> list[tuple[str, date]]:
    """Now and then two changes on one day: what was written first held on no day."""
    days = sorted(first + chance.randrange(700) * DAY for _ in range(chance.randrange(most + 1)))
    days = [day for one in days for day in [one] * chance.choice((1, 1, 1, 2))]
    steps = [(start, first)]
    for day in days:
        steps.append((chance.choice([one for one in others if one != steps[-1][0]]), day))
    return steps


def _story(chance: Random) -> Case:
    first = date(2023, 10, 1) + chance.randrange(800) * DAY
    care = _timeline(chance, first, "home", ("home", "inpatient", "custody", "away_known"), chance.choice((0, 0, 4)))
    management = _timeline(
        chance, first, chance.choice(("managed",) * 9 + ("pending_consent",) * 2), ("managed", "lost", "managed", "refused"),
        chance.choice((0, 0, 0, 2, 3)),
    )  # fmt: skip
    registry, leaves = [("registered", first)], first + chance.randrange(1, 900) * DAY
    if chance.random() < 0.1:
        registry.append(("dead", leaves))
        management, care = _off(management, leaves), _off(care, leaves)
    elif chance.random() < 0.15:
        away, back = chance.choice(("transferred_out", "excluded")), leaves + chance.randrange(1, 200) * DAY
        registry += [
            (away, leaves),
            *([("under_review", leaves + DAY)] if chance.random() < 0.3 else []),
            ("registered", back),
        ]
        management, care = _off(management, leaves, back, "managed"), _off(care, leaves, back, "home")
    area = _timeline(chance, first, chance.choice(PLACES), PLACES, chance.choice((0, 1)))
    seen = list(_visits(chance, first))
    return Case(
        seen, _written(registry), _written(management), _written(care), _written(area), f"schizophrenia@{first}"
    )


def _off(
    steps: list[tuple[str, date]], leaves: date, back: date | None = None, then: str = ""
) -> list[tuple[str, date]]:
    """Management and care hold only while somebody is on the register."""
    found = [*(step for step in steps if step[1] < leaves), ("-", leaves)]
    return found if back is None else [*found, (then, back), *(step for step in steps if step[1] > back)]


def _written(steps: list[tuple[str, date]]) -> Timeline:
    return " ".join(f"{value}@{day}" for value, day in steps)


def _visits(chance: Random, first: date) -> list[Seen]:
    """Most people keep to the table, a few days early or late; some records do not count."""
    found, day = [], first - chance.randrange(60) * DAY + chance.randrange(60) * DAY
    is_careful = chance.random() < 0.7
    while day < date(2026, 6, 1):
        visit_class = chance.choice((3, 3, 3, 2, 1))
        due = add_months(day, 3) if visit_class == 3 else day + 14 * DAY
        columns = chance.choice(({},) * 12 + (
            {"form": 3}, {"needs_confirmation": True}, {"withdrawn_at": NOW}, {"visit_class": None}, {"adherence": 4},
        ))  # fmt: skip
        found.append(Seen(day, due, {"visit_class": visit_class} | columns))
        slip = chance.choice((0, 0, 0, -1, -9, 1)) if is_careful else chance.choice((0, 1, 5, 8, 20, 90))
        day = max(day, due + slip * DAY)
    return found


def _holding(timeline: Timeline, day: date) -> str | None:
    found = [value for value, first, last in spans_of(timeline) if first <= day and (last is None or day < last)]
    return found[0] if found else None


def _counts(one: Seen) -> bool:
    columns = one.columns
    return not ("withdrawn_at" in columns or "needs_confirmation" in columns or columns["visit_class"] is None)


def _waits(one: Seen) -> bool:
    return "needs_confirmation" in one.columns and one.columns["visit_class"] is not None


class Life:
    """A case told day by day, by nothing but what holds on each day."""

    def __init__(self, case: Case) -> None:
        self.registry, self.management, self.care = map(_by_day, (case.registry, case.management, case.care))
        made = sorted((one for one in case.visits if _counts(one)), key=lambda one: one.on)
        self.visits = {one.on: one.due for one in made}
        self.waiting = {one.on: one.due for one in case.visits if _waits(one)}
        self.faces = {one.on for one in made if one.columns.get("form", 2) != 3}

    def can_come(self, day: date) -> bool:
        return (
            self.registry.get(day) == "registered"
            and self.management.get(day) in ("managed", "lost")
            and self.care.get(day) not in ("inpatient", "custody")
        )

    def begun(self, cut_off: date) -> date | None:
        """The first day of being managed."""
        return min(
            (day for day, value in self.management.items() if value == "managed" and day <= cut_off), default=None
        )

    def sets(self, first_on: date, cut_off: date, choice: NumberSettings) -> InSet:
        if self.registry.get(cut_off) != "registered" or self.registry.get(cut_off + DAY) == "dead":
            return InSet(0)
        found, begun = InSet.REGISTERED, self.begun(cut_off)
        first = max(first_on, begun or min(self.registry))
        management, care = self.management.get(cut_off), self.care.get(cut_off)
        in_period = {day for day in self.visits if first_on <= day <= cut_off}
        if management != "lost" and care in ("home", "away_known"):
            found |= InSet.AT_HOME
        if in_period and (
            management == "managed"
            or (management == "lost" and self._last_word(cut_off) not in ("refused", "pending_consent"))
        ):
            found |= InSet.MANAGED
        if self._is_seen(first_on, first, cut_off, choice):
            found |= InSet.FACE_TO_FACE
        if begun is None or management != "managed":
            return found
        is_late, owed = self._walk(self.visits, begun, first, cut_off, choice.standard.grace_days)
        if self.can_come(cut_off) and owed is not None and owed < cut_off:
            _late, once_confirmed = self._walk(self.waiting | self.visits, begun, first, cut_off, 0)
            is_waiting = once_confirmed is None or once_confirmed >= cut_off
            found |= InSet.OVERDUE_WAITING if is_waiting else InSet.OVERDUE
        is_kept = not is_late and self._has_four(first_on, begun, cut_off)
        if choice.standard.mode is StandardMode.QUARTERLY:
            is_kept = self._has_each(_days(first, cut_off), lambda day: (day.year, (day.month - 1) // 3), in_period)
        return found | InSet.STANDARD if in_period and care != "custody" and is_kept else found

    def _walk(
        self, visits: dict[date, date], begun: date, first: date, cut_off: date, grace: int
    ) -> tuple[bool, date | None]:
        """Whether on some day somebody should have come before and had not; by when somebody should come next."""
        before = max((day for day in visits if day < begun), default=None)
        owed = visits[before] if before is not None and visits[before] >= begun else None
        is_known, is_late, could_come = owed is not None, False, True
        for day in _days(begun, cut_off):
            if day >= first:
                is_late |= owed is not None and day > owed + grace * DAY
                is_late |= not is_known and day > first + 92 * DAY
            if not self.can_come(day):
                owed, is_known = None, True
            elif day in visits:
                owed, is_known = visits[day], True
            elif not could_come:
                owed = day + 14 * DAY
            could_come = self.can_come(day)
        return is_late, owed if is_known else begun + 14 * DAY

    def _has_four(self, first_on: date, begun: date, cut_off: date) -> bool:
        """Owed by whoever was managed a whole year without a day on which nobody could come."""
        is_year = begun <= first_on == date(cut_off.year, 1, 1) and cut_off == date(cut_off.year, 12, 31)
        if not is_year or not all(self.can_come(day) for day in _days(first_on, cut_off)):
            return True
        return sum(first_on <= day <= cut_off for day in self.visits) >= 4

    def _is_seen(self, first_on: date, first: date, cut_off: date, choice: NumberSettings) -> bool:
        if not any(first_on <= day <= cut_off for day in self.faces):
            return False
        if choice.face_to_face is FaceToFace.ONCE:
            return True
        ended = [day for day in _days(first, cut_off) if _half_ends(day) <= cut_off]
        faces = {day for day in self.faces if first_on <= day}
        return self._has_each(ended, _half_ends, faces)

    def _has_each(self, days: list[date], part_of: Callable[[date], object], seen_on: set[date]) -> bool:
        """A visit in every part of which somebody could have come on more than 45 days; `days` begins with management."""
        touched = Counter(part_of(day) for day in days if self.can_come(day))
        seen_in = {part_of(day) for day in seen_on if days and day <= days[-1]}
        return all(part in seen_in for part, count in touched.items() if count > 45)

    def _last_word(self, cut_off: date) -> str | None:
        said = [
            value for day, value in sorted(self.management.items()) if day <= cut_off and value not in ("lost", "-")
        ]
        return said[-1] if said else None


def _by_day(timeline: Timeline) -> dict[date, str]:
    spans = ((value, first, last or date(2026, 6, 1)) for value, first, last in spans_of(timeline))
    return {first + number * DAY: value for value, first, last in spans for number in range((last - first).days)}


def _days(first: date, last: date) -> list[date]:
    return [first + number * DAY for number in range((last - first).days + 1)]


def _half_ends(day: date) -> date:
    return date(day.year, 6, 30) if day.month <= 6 else date(day.year, 12, 31)


@pytest.mark.parametrize("world", WORLDS)
def test_statement_and_rule_say_of_everybody_what_walking_through_their_days_says(
    session: Session, county: County, world: int
) -> None:
    chance = Random(world)
    cases = {add_case(session, f"人{number}", story).id: story for number, story in _stories(chance)}
    session.get_one(Area, SECOND_VILLAGE).replaced_by = VILLAGE
    lives = {one: Life(case) for one, case in cases.items()}
    session.flush()
    agreed, listed = {flag: Counter[bool]() for flag in WALKED}, set[str]()
    for text in PERIODS:
        period = ReportPeriod.parse(text)
        mode, grace = chance.choice(tuple(StandardMode)), chance.choice((0, 0, 1, 7))
        choice = NumberSettings(
            StandardRules(mode, grace),
            periods=chance.choice(tuple(PeriodMode)),
            face_to_face=chance.choice(tuple(FaceToFace)),
        )
        run = compute(session, county.actor("coordinator"), COUNTY, period, choice, period.last_day, NOW)
        rows = session.scalars(select(IndicatorMember).where(
            IndicatorMember.run_id == run.id, IndicatorMember.kind == MemberKind.PATIENT)).all()  # fmt: skip
        found = {row.subject_id: InSet(row.bits) for row in rows}
        for one, life in lives.items():
            wanted = life.sets(run.first_on, run.cut_off, choice)
            differs = (found.get(one, InSet(0)) & ALL_WALKED) ^ wanted
            assert not differs, (differs, text, run.first_on, choice, cases[one])
            for flag in WALKED:
                agreed[flag][flag in wanted] += 1
        assert {row.subject_id: row.area_code for row in rows} == {
            row.subject_id: _holding(cases[row.subject_id].area, run.cut_off) for row in rows
        }
        assert sum(row.visits for row in rows if InSet.REGISTERED in InSet(row.bits)) == sum(
            _counts(one) and run.first_on <= one.on <= run.cut_off
            for patient, bits in found.items() if InSet.REGISTERED in bits for one in cases[patient].visits
        )  # fmt: skip
        _is_explained(session, run, choice, rows, lives)
        listed |= _adds_up(session, county, run)
    assert {"城关镇·大王村（已撤并至东村）", "城关镇·未落实到村（社区）", "安平镇 合计", "未落实到乡镇"} <= listed
    for flag, of in agreed.items():  # a world in which everybody is alike would say nothing
        assert min(of[True], of[False]) > PEOPLE // 16, flag


def _is_explained(
    session: Session, run: IndicatorRun, choice: NumberSettings, rows: Sequence[IndicatorMember], lives: dict[int, Life]
) -> None:
    """The rule about one patient, by what is read for a list, of whoever could be in the set."""
    known, late = visits_of(session, run, [row.subject_id for row in rows]), late_visits_of(session, run, rows)
    counted = Counted(prefix_of(COUNTY), run.first_on, run.cut_off, choice)
    ended = ended_half_years(counted) if choice.face_to_face is FaceToFace.HALF_YEARLY else []
    for row in rows:
        bits, one, life = InSet(row.bits), row.subject_id, lives[row.subject_id]
        if InSet.MANAGED in bits and life.management[run.cut_off] == "managed" and life.care[run.cut_off] != "custody":
            assert (InSet.STANDARD in bits) is (known[one].gap(run, choice) is None)
        if InSet.REGISTERED in bits and life.management[run.cut_off] == "managed" and life.can_come(run.cut_off):
            assert (InSet.OVERDUE in bits) is (one in late)
        if InSet.REGISTERED in bits and known[one].managed_from is not None:
            asked = known[one].halves(ended)
            is_seen = all(any(half.contains(day) for day in known[one].seen_on) for half in asked)
            assert (InSet.FACE_TO_FACE in bits) is (is_seen and any(day >= run.first_on for day in known[one].seen_on))


def _stories(chance: Random) -> list[tuple[int, Case]]:
    return [(number, _story(chance)) for number in range(PEOPLE)]


def _adds_up(session: Session, county: County, run: IndicatorRun) -> set[str]:
    """Every table of the page and of the report, line by line; what belongs to no place below has a line and a list of its own.
    What was listed."""
    actor, period, listed = county.actor("coordinator"), ReportPeriod.parse(run.period), set[str]()
    for place in (COUNTY, TOWN, OTHER_TOWN):
        board = board_of(session, actor, place, period)
        assert board is not None
        for code, cell in board.cells.items():
            _same_sum([row.cells[code] for row in board.rows], cell)
        _lists_of_the_rest(session, county, run, board)
        paper = compliance_document(read_facts(session, actor, run, place), "县精防办", PRINTED)
        *lines, total = paper.rows
        for measures in zip(*(line.measures for line in lines), total.measures, strict=True):
            _same_sum(measures[:-1], measures[-1])
        for table in (*paper.tables, *([paper.villages] if place == COUNTY else [])):
            _table_adds_up(table)
        listed |= {str(line.cells[0]) for line in paper.villages.lines}
    return listed


def _same_sum(parts: Sequence[Cell | Measure], whole: Cell | Measure) -> None:
    assert sum(one.numerator for one in parts) == whole.numerator
    if whole.denominator is not None:  # residents, whom nobody has entered here
        assert sum(one.denominator or 0 for one in parts) == whole.denominator


def _table_adds_up(table: CountTable) -> None:
    """Lines of places add up to the last line, and those since a sum to the next."""
    *lines, total = table.lines
    for at in range(1, len(table.columns)):
        column = [(line.cells[at], line.is_total) for line in lines]
        if isinstance(total.cells[at], int):
            assert sum(int(n) for n, is_sum in column if not is_sum) == total.cells[at]
            since = 0
            for n, is_sum in column:
                assert not is_sum or n == since, table.title
                since = 0 if is_sum else since + int(n)


def _lists_of_the_rest(session: Session, county: County, run: IndicatorRun, board: Board) -> None:
    for row in board.rows:
        if row.line.is_rest:
            for figure in figures(NumberSettings.from_json(run.settings)):
                behind = count_members(session, county.actor("coordinator"), run, row.code, figure)
                assert behind == row.line.counts[figure.name], figure.name

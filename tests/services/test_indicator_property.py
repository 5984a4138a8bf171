"""Random histories of a county: the statement over everybody says of each person what the rule says of one, whoever moves is counted once,
where they live at the cut-off, and what a page and a paper list of villages and towns adds up to the county.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.core.dates import add_months
from app.core.spans import Span
from app.numbers.models import IndicatorMember, IndicatorRun
from app.numbers.paper_facts import read_facts
from app.numbers.papers import compliance_document
from app.numbers.queries.board import Board, Cell, board_of
from app.numbers.queries.runs import count_members
from app.numbers.rules.indicators import figures
from app.numbers.rules.membership import InSet, MemberKind
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings, PeriodMode, StandardMode, StandardRules
from app.numbers.rules.standard import DatedVisit, Window, failing_gap
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
PERIODS = ("2025Y", "2025Q3", "2025M11", "2026Q1", "2025-08-17", "2025Q4")


def _timeline(chance: Random, first: date, start: str, others: tuple[str, ...], most: int) -> Timeline:
    days = sorted({first + chance.randrange(1, 700) * DAY for _ in range(chance.randrange(most + 1))})
    values = [start]
    for _ in days:
        values.append(chance.choice([one for one in others if one != values[-1]]))
    return " ".join(f"{value}@{day}" for value, day in zip(values, [first, *days], strict=True))


def _story(chance: Random) -> Case:
    first = date(2023, 10, 1) + chance.randrange(800) * DAY
    care = _timeline(chance, first, "home", ("home", "inpatient", "custody", "away_known"), chance.choice((0, 0, 4)))
    management = _timeline(
        chance, first, chance.choice(("managed",) * 9 + ("pending_consent",)), ("managed", "lost", "managed", "refused"), chance.choice((0, 0, 0, 2))
    )  # fmt: skip
    registry = f"registered@{first}"
    leaves = first + chance.randrange(1, 900) * DAY
    if chance.random() < 0.1:
        registry += f" dead@{leaves}"
    elif chance.random() < 0.15:
        registry += f" transferred_out@{leaves} registered@{leaves + chance.randrange(1, 200) * DAY}"
    area = _timeline(chance, first, chance.choice(PLACES), PLACES, chance.choice((0, 1)))
    return Case(list(_visits(chance, first)), registry, management, care, area, f"schizophrenia@{first}")


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


def _suspended(case: Case) -> list[Span]:
    away = [span for span in spans_of(case.care) if span[0] in ("inpatient", "custody")]
    away += [span for span in spans_of(case.registry) if span[0] == "transferred_out"]
    return [span for _, first, last in away if (span := Span.half_open(first, last)) is not None]


def _is_standard(case: Case, first_on: date, cut_off: date, rules: StandardRules) -> bool:
    managed = [first for value, first, _ in spans_of(case.management) if value == "managed" and first <= cut_off]
    dead = [first for value, first, _ in spans_of(case.registry) if value == "dead"]
    if _holding(case.registry, cut_off) != "registered" or (dead and dead[0] <= cut_off + DAY):
        return False
    if _holding(case.management, cut_off) != "managed" or _holding(case.care, cut_off) == "custody":
        return False
    made = [one for one in case.visits if _counts(one) and one.on <= cut_off]
    last_of_day = {one.on: DatedVisit(one.on, one.due) for one in made}
    window = Window(first_on, managed[0], cut_off)
    return any(one.on >= first_on for one in made) and (
        failing_gap(last_of_day.values(), _suspended(case), window, rules) is None
    )


@pytest.mark.parametrize("world", WORLDS)
def test_the_statement_says_of_everybody_what_the_rule_says_of_one(
    session: Session, county: County, world: int
) -> None:
    chance = Random(world)
    cases = {add_case(session, f"人{number}", story).id: story for number, story in _stories(chance)}
    session.get_one(Area, SECOND_VILLAGE).replaced_by = VILLAGE
    session.flush()
    agreed, listed = Counter[bool](), set[str]()
    for text in PERIODS:
        period = ReportPeriod.parse(text)
        mode, grace = chance.choice(tuple(StandardMode)), chance.choice((0, 0, 1, 7))
        choice = NumberSettings(StandardRules(mode, grace), periods=chance.choice(tuple(PeriodMode)))
        run = compute(session, county.actor("coordinator"), COUNTY, period, choice, period.last_day, NOW)
        rows = session.scalars(select(IndicatorMember).where(
            IndicatorMember.run_id == run.id, IndicatorMember.kind == MemberKind.PATIENT)).all()  # fmt: skip
        found = {row.subject_id for row in rows if InSet.STANDARD in InSet(row.bits)}
        wanted = {one for one, case in cases.items() if _is_standard(case, run.first_on, run.cut_off, choice.standard)}
        assert {one: (text, choice, cases[one]) for one in found ^ wanted} == {}
        agreed.update(one in wanted for one in cases)
        assert {row.subject_id: row.area_code for row in rows} == {
            row.subject_id: _holding(cases[row.subject_id].area, run.cut_off) for row in rows
        }
        listed |= _adds_up(session, county, run)
    assert {"城关镇·大王村（已撤并至东村）", "城关镇·未落实到村（社区）", "安平镇 合计", "未落实到乡镇"} <= listed
    assert min(agreed[True], agreed[False]) > PEOPLE // 4  # a world in which everybody is alike would say nothing


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

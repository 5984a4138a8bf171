"""Screening rounds: every village owes an answer, and none is an answer only when it is signed."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.rules import AreaLevel
from app.core.db import new_public_id
from app.core.errors import Forbidden, Invalid, NotFound
from app.core.quarter import Quarter
from app.patients.commands import ReportClue
from app.patients.models import Patient, ScreeningReturn, ScreeningRound
from app.patients.queries.screening import (
    get_return,
    get_round,
    list_own_returns,
    list_rounds,
    progress_of,
    standing_of,
    total_of,
)
from app.patients.service import open_round, report_clue, sign_return
from tests.rig.county import OTHER_TOWN, OTHER_VILLAGE, SECOND_VILLAGE, TOWN, VILLAGE, County
from tests.rig.queries import counted
from tests.rig.register import NOW, TODAY, vault

SINCE, UNTIL = date(2026, 11, 1), date(2026, 12, 15)


def opened(session: Session, county: County, until: date = UNTIL) -> ScreeningRound:
    return open_round(session, county.actor("county_office"), Quarter.of(TODAY), SINCE, until, NOW)


def owed(session: Session, asked: ScreeningRound, village: str = VILLAGE) -> ScreeningReturn:
    return session.scalars(
        select(ScreeningReturn).where(ScreeningReturn.round_id == asked.id, ScreeningReturn.area_code == village)
    ).one()


def sign(session: Session, county: County, who: str, one: ScreeningReturn) -> None:
    sign_return(session, county.actor(who), one, [1], TODAY, NOW)


def tell(session: Session, county: County, area_code: str = VILLAGE) -> None:
    command = ReportClue(new_public_id(), area_code, 1, "常大勇")
    report_clue(session, vault(session), county.actor("county_office"), command, TODAY, NOW)


def test_opening_a_round_again_asks_only_villages_that_are_new(session: Session, county: County) -> None:
    asked = opened(session, county)
    assert session.scalar(select(func.count()).select_from(ScreeningReturn)) == 3
    sign(session, county, "village_worker", owed(session, asked))
    session.add(Area(code="349921101201", name="西村", level=AreaLevel.VILLAGE, parent_code=OTHER_TOWN))
    session.flush()
    assert opened(session, county).id == asked.id
    assert session.scalar(select(func.count()).select_from(ScreeningReturn)) == 4
    assert owed(session, asked).signed_at is not None


def test_only_the_county_office_opens_a_round_and_it_ends_after_it_began(session: Session, county: County) -> None:
    for who in ("coordinator", "town", "village_worker", "health_lead"):
        with pytest.raises(Forbidden):
            open_round(session, county.actor(who), Quarter.of(TODAY), SINCE, UNTIL, NOW)
    with pytest.raises(Invalid):
        opened(session, county, date(2026, 10, 1))


def test_a_village_signs_the_clues_that_it_reported(session: Session, county: County) -> None:
    asked = opened(session, county)
    tell(session, county)
    tell(session, county, SECOND_VILLAGE)
    one = owed(session, asked)
    sign(session, county, "village_worker", one)
    assert (one.clue_count, one.is_on_behalf, one.how) == (1, False, [1])
    assert one.signed_by == county.users["village_worker"]


def test_no_clue_and_a_signature_is_the_zero_report_and_a_second_tap_changes_nothing(
    session: Session, county: County
) -> None:
    one = owed(session, opened(session, county))
    sign(session, county, "village_worker", one)
    tell(session, county)
    sign(session, county, "town", one)
    assert (one.clue_count, one.is_on_behalf) == (0, False)


def test_what_was_signed_stands_by_the_database_too(session: Session, county: County) -> None:
    one = owed(session, opened(session, county))
    sign(session, county, "village_worker", one)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(ScreeningReturn).where(ScreeningReturn.id == one.id).values(clue_count=5))


def test_a_town_signs_on_behalf_and_a_village_only_for_itself(session: Session, county: County) -> None:
    asked = opened(session, county)
    one = owed(session, asked, SECOND_VILLAGE)
    sign(session, county, "town", one)
    assert one.is_on_behalf
    for who, village in (("village_worker", SECOND_VILLAGE), ("town", OTHER_VILLAGE)):
        with pytest.raises(NotFound):
            get_return(session, county.actor(who), owed(session, asked, village).public_id)
    with pytest.raises(NotFound):
        get_return(session, county.actor("town"), new_public_id())
    with pytest.raises(Forbidden):
        sign(session, county, "county_office", owed(session, asked))


def test_the_county_sees_towns_and_a_town_its_villages_and_who_is_missing(session: Session, county: County) -> None:
    asked = opened(session, county)
    tell(session, county, SECOND_VILLAGE)
    sign(session, county, "village_worker", owed(session, asked))
    sign(session, county, "town", owed(session, asked, SECOND_VILLAGE))
    towns = {part.code: part for part in progress_of(session, county.actor("coordinator"), asked)}
    town, other = towns[TOWN], towns[OTHER_TOWN]
    assert (town.villages, town.reported, town.zero, town.on_behalf, town.clues) == (2, 2, 1, 1, 1)
    assert (other.reported, [name for name, _id in other.missing]) == (0, ["东村"])
    total = total_of(list(towns.values()))
    assert (total.villages, total.reported) == (3, 2)
    by_village = progress_of(session, county.actor("town"), asked)
    assert {part.code for part in by_village} == {VILLAGE, SECOND_VILLAGE}
    stands = standing_of(session, county.actor("county_office"))
    assert stands is not None and (stands.villages, stands.reported) == (3, 2)


def test_the_same_few_queries_however_many_villages(session: Session, county: County, database: object) -> None:
    asked = opened(session, county)
    session.flush()
    actor = county.actor("county_office")
    progress_of(session, actor, asked)
    with counted(database) as queries:  # type: ignore[arg-type]
        progress_of(session, actor, asked)
    assert len(queries) <= 3


def test_a_worker_is_asked_for_what_the_own_village_owes(session: Session, county: County) -> None:
    worker = county.actor("village_worker")
    assert list_own_returns(session, worker, TODAY) == []
    asked = opened(session, county)
    (one,) = list_own_returns(session, worker, TODAY)
    assert (one.area_code, one.signed_at, one.period) == (VILLAGE, None, "2026Q4")
    sign(session, county, "village_worker", owed(session, asked))
    (one,) = list_own_returns(session, worker, TODAY)
    assert one.signed_at is not None
    assert list_own_returns(session, worker, date(2026, 12, 16)) == []
    assert list_own_returns(session, worker, date(2026, 10, 31)) == []


def test_rounds_of_another_county_are_as_if_they_were_not_there(session: Session, county: County) -> None:
    asked = opened(session, county)
    asked.area_code = "349900000000"
    session.flush()
    office = county.actor("county_office")
    assert list_rounds(session, office) == [] and standing_of(session, office) is None
    for public_id in (asked.public_id, new_public_id()):
        with pytest.raises(NotFound):
            get_round(session, office, public_id)


def test_edge_42_a_village_without_patients_answers_like_any_other_and_nothing_is_divided(
    session: Session, county: County
) -> None:
    assert session.scalar(select(func.count()).select_from(Patient)) == 0
    asked = opened(session, county)
    sign(session, county, "village_worker", owed(session, asked))
    part = next(one for one in progress_of(session, county.actor("town"), asked) if one.code == VILLAGE)
    assert (part.reported, part.zero, part.clues, part.suspected, part.confirmed) == (1, 1, 0, 0, 0)

"""Every difference against the quarter before has its because."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from flask import Flask

from app.core.db import Database
from app.core.quarter import Quarter
from app.core.reasons import say
from app.patients.service import record_admission, record_death
from app.people.models import DatePrecision, Person
from app.subsidies.queries.differences import Difference, list_differences
from tests.rig.county import County
from tests.rig.families import Family
from tests.rig.kept import built_once
from tests.rig.quarter import NOW, House

SEEN = date(2026, 3, 20)


@built_once
def house(app: Flask, database: Database, county: County) -> House:
    """2026Q2 settled with its families; what happens then differs from family to family."""
    house = House(app, database, county)
    plain = [Family(place, seen_on=SEEN) for place in range(8)]
    plain[1] = replace(plain[1], agreement_to=date(2026, 6, 30))
    plain[2] = replace(plain[2], agreement_from=date(2026, 7, 1))
    plain[3] = replace(plain[3], account=None)
    house.settle_in(plain)
    house.quarter = Quarter.parse("2026Q2")
    house.to_the_bank()
    house.settle()
    with database.transaction() as session:
        office = county.actor("county_office")
        stay = (date(2026, 8, 2), date(2026, 9, 5))
        record_admission(session, office, session.merge(house.families[4].patient), "示例市第四人民医院", *stay, NOW)
        record_death(
            session, office, session.merge(house.families[5].patient), date(2026, 8, 15), DatePrecision.DAY, None, NOW
        )
        session.get_one(Person, house.families[6].payee.id).died_on = date(2026, 10, 1)
    house.quarter = Quarter.parse("2026Q3")
    house.prepare()
    return house


def because(house: House, kind: Difference, who: str = "clerk") -> dict[str, str]:
    with house.database.reading() as session:
        rows = list_differences(session, house.actor(who), house.run(), kind)
        return {row.agreement_number: "；".join(map(say, row.because)) for row in rows}


def test_who_is_new_has_an_agreement_that_was_not_there(house: House) -> None:
    assert because(house, Difference.NEW) == {"AHJH-2026-00002": "协议 AHJH-2026-00002 自2026年7月1日起，上期还没有"}


def test_who_is_gone_is_held_or_has_no_agreement_any_more(house: House) -> None:
    gone = because(house, Difference.GONE)
    assert gone["AHJH-2026-00001"] == "协议 AHJH-2026-00001 已于2026年6月30日终止"
    assert gone["AHJH-2026-00006"] == "本期暂缓：监护人已去世，待确定领款人"


def test_another_amount_says_which_days(house: House) -> None:
    changed = because(house, Difference.CHANGED)
    assert changed["AHJH-2026-00004"] == "住院：上期 0 天不计，本期 33 天不计"
    assert changed["AHJH-2026-00005"] == "去世之后：上期 0 天不计，本期 46 天不计"


def test_what_is_held_both_times_is_no_difference(house: House) -> None:
    assert "AHJH-2026-00003" not in because(house, Difference.NEW) | because(house, Difference.GONE)


def test_finance_reads_no_reasons(house: House) -> None:
    assert set(because(house, Difference.CHANGED, "finance").values()) == {""}

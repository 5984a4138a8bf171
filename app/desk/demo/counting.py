"""The county's numbers: yearly examinations, what the county has decided, and eight quarters counted, so that trends can be seen."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.areas.queries import list_places
from app.areas.rules import AreaLevel, prefix_of, town_of
from app.core.batches import slices, table_of
from app.core.quarter import Quarter
from app.desk.demo.bulk import Row, new_id
from app.desk.demo.moments import Moments
from app.desk.demo.places import COUNTY, TOWN
from app.desk.demo.settling import County
from app.numbers.commands import SetResidents
from app.numbers.rules.period import TREND_PERIODS, ReportPeriod
from app.numbers.service.computing import compute_county
from app.numbers.service.deciding import set_counting, set_residents, set_target
from app.numbers.service.nightly import periods_of_night
from app.patients.models import Examination, Patient
from app.patients.rules import CareSetting, ManagementStatus, RegistryStatus
from app.patients.rules_treatment import AgreedBy

# hundredths of a per cent, and who asks for it
_TARGETS = {
    "management": (9500, "省级 2026 年工作要点"),
    "standard": (8000, "健康中国行动（2022 年目标）"),
    "face_to_face": (9000, "省级 2026 年工作要点"),
    "examination": (6000, "省级 2026 年工作要点"),
}
_PREVALENCE_PER_100_000 = (380, 480)
_EXAMINED = 0.66
# the doctor's own patients are left to `treating.py`
_OWN = 20


def examine_many(session: Session, county: County, moments: Moments, rng: Random) -> None:
    """Two thirds of those at home had their examination, last year and this one."""
    at_home = select(Patient.id, Patient.area_code, Patient.managed_from).where(
        Patient.registry_status == RegistryStatus.REGISTERED,
        Patient.management_status == ManagementStatus.MANAGED,
        Patient.care_setting == CareSetting.HOME,
    )
    own, rows, actor = _OWN, list[Row](), county.actors["county_office"]
    for patient, area_code, managed_from in session.execute(at_home.order_by(Patient.id)):
        if town_of(area_code) == TOWN and own:
            own -= 1
            continue
        for year in (moments.today.year - 1, moments.today.year):
            on = date(year, 3, 1) + timedelta(days=rng.randrange(250))
            if rng.random() < _EXAMINED and managed_from is not None and managed_from <= on < moments.today:
                rows.append(_examination(patient, on, rng) | {
                    "recorded_at": moments.on(on, rng.randrange(500)), "recorded_by": actor.user_id,
                })  # fmt: skip
    for part in slices(rows):
        session.execute(insert(table_of(Examination)), part)


def count_quarters(session: Session, county: County, moments: Moments, rng: Random) -> None:
    """What the county decided, then what a night counts and the quarters of a trend."""
    coordinator, now = county.actors["coordinator"], moments.on(moments.today, 0)
    set_counting(session, coordinator, {"grace_days": "7"}, now)
    for year in (moments.today.year - 1, moments.today.year):
        for code, (per_10000, source) in _TARGETS.items():
            set_target(session, coordinator, COUNTY, code, year, per_10000, source, now)
    _count_residents(session, county, moments, rng)
    session.flush()
    present = Quarter.of(moments.today)
    trend = [ReportPeriod.quarter_of(present.shift(-back)) for back in range(1, TREND_PERIODS)]
    for period in {*trend, *periods_of_night(moments.today)}:
        compute_county(session, coordinator, COUNTY, period, moments.today, now)


def _count_residents(session: Session, county: County, moments: Moments, rng: Random) -> None:
    """Of the county, each town and the villages of one, as many as make the reported prevalence a common one."""
    town = func.substr(Patient.area_code, 1, 9)
    people: dict[str, int] = dict(session.execute(select(town, func.count()).group_by(town).order_by(town)).all())
    residents = {
        prefix.ljust(12, "0"): round(count * 1000 / rng.randint(*_PREVALENCE_PER_100_000)) * 100
        for prefix, count in people.items()
    }
    residents[COUNTY] = sum(residents.values())
    if TOWN in residents:
        residents |= _by_village(session, residents.pop(TOWN))
    year = moments.today.year - 1
    said = SetResidents(year, residents, f"安和县统计年鉴 {year}")
    set_residents(session, county.actors["coordinator"], said, moments.on(moments.today, 0))


def _by_village(session: Session, residents: int) -> dict[str, int]:
    """Those of the town, which adds up from them."""
    villages = [one.code for one in list_places(session, prefix_of(TOWN), AreaLevel.VILLAGE)]
    shares = [residents * (8 + at % 5) // (10 * len(villages)) for at in range(1, len(villages))]
    return dict(zip(villages, [*shares, residents - sum(shares)], strict=True))


def _examination(patient: int, on: date, rng: Random) -> Row:
    return {
        "public_id": new_id(rng),
        "submission_key": f"demo-yearly-{patient}-{on.year}",
        "patient_id": patient,
        "examined_on": on,
        "agreed_by": AgreedBy.GUARDIAN.value,
        "systolic_mmhg": rng.randint(104, 158),
        "diastolic_mmhg": rng.randint(64, 98),
        "weight_hg": rng.randint(450, 860),
        "white_cells": f"{rng.randint(38, 92) / 10}",
        "neutrophils": f"{rng.randint(20, 62) / 10}",
        "alt": str(rng.randint(9, 58)),
        "glucose": f"{rng.randint(42, 84) / 10}",
        "ecg": 1 if rng.random() < 0.9 else 2,
    }

"""What a county has decided about its numbers, and the targets it is held to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.models import AreaSetting
from app.areas.rules import county_of, town_of
from app.numbers.models import IndicatorTarget
from app.numbers.rules.settings import (
    Denominators,
    ExaminedOf,
    FaceToFace,
    NumberSettings,
    PeriodMode,
    RegularMode,
    StandardMode,
    StandardRules,
)

PREFIX = "numbers."


def settings_of(session: Session, area_code: str) -> NumberSettings:
    """The county's own, with the defaults of domain 4 for what it has not decided."""
    rows = session.execute(
        select(AreaSetting.name, AreaSetting.value).where(
            AreaSetting.area_code == county_of(area_code), AreaSetting.name.startswith(PREFIX)
        )
    )
    return read_settings({name.removeprefix(PREFIX): value for name, value in rows})


def read_settings(said: Mapping[str, str]) -> NumberSettings:
    """From the option's names and values as they are kept: `{"standard_mode": "quarterly", "grace_days": "3"}`."""
    return NumberSettings(
        StandardRules(StandardMode(said.get("standard_mode", StandardMode.INTERVAL)), int(said.get("grace_days", "0"))),
        RegularMode(said.get("regular", RegularMode.STRICT)),
        Denominators(said.get("denominators", Denominators.SINCE_2017)),
        said.get("drops_no_drug_needed", "no") == "yes",
        FaceToFace(said.get("face_to_face", FaceToFace.ONCE)),
        ExaminedOf(said.get("examined_of", ExaminedOf.REGISTERED)),
        PeriodMode(said.get("periods", PeriodMode.CUMULATIVE)),
    )


def write_settings(settings: NumberSettings) -> dict[str, str]:
    """The other way: the options' names and values as they are kept."""
    return {
        "standard_mode": settings.standard.mode.value,
        "grace_days": str(settings.standard.grace_days),
        "regular": settings.regular.value,
        "denominators": settings.denominators.value,
        "drops_no_drug_needed": "yes" if settings.drops_no_drug_needed else "no",
        "face_to_face": settings.face_to_face.value,
        "examined_of": settings.examined_of.value,
        "periods": settings.periods.value,
    }


def targets_of(session: Session, place: str, year: int) -> dict[str, IndicatorTarget]:
    """indicator → the target that holds in a place: its own before its county's."""
    return targets_by_place(session, [place], year)[place]


def targets_by_place(session: Session, places: Iterable[str], year: int) -> dict[str, dict[str, IndicatorTarget]]:
    """place → indicator → target; a place without its own has its town's, or else its county's."""
    wanted = {place: (county_of(place), town_of(place), place) for place in places}
    rows = session.scalars(
        select(IndicatorTarget).where(
            IndicatorTarget.area_code.in_({code for path in wanted.values() for code in path}),
            IndicatorTarget.year == year,
        )
    )
    set_in: dict[str, dict[str, IndicatorTarget]] = {}
    for one in rows:
        set_in.setdefault(one.area_code, {})[one.indicator] = one
    return {
        place: {code: one for part in path for code, one in set_in.get(part, {}).items()}
        for place, path in wanted.items()
    }

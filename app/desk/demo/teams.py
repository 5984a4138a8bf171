"""Care teams: most managed patients have a village cadre, a grid worker and a police officer; some are still to be named."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.rules import town_of
from app.core.batches import insert_rows
from app.desk.demo.moments import Moments
from app.desk.demo.settling import County
from app.patients.models import CareTeamMember, Patient
from app.patients.rules import ManagementStatus, TeamPart

_SINCE = timedelta(days=120)
_WITHOUT_EVERY = 7  # one patient in so many has no police officer named yet
_CADRES = ("葛长青", "汪水莲", "吴德厚", "胡秋生", "程家宝", "洪美芳", "查春根")
_GRID = ("章小满", "余红霞", "宁大同", "鲍玉梅", "金有田")
_POLICE = ("严守正", "罗卫国", "谭志刚")


def name_teams(session: Session, county: County, moments: Moments) -> None:
    """Village people by village, police by town, as they are in the field."""
    since, by = moments.today - _SINCE, county.actors["doctor"].user_id
    now = moments.on(since, 60)
    rows = []
    managed = session.execute(
        select(Patient.id, Patient.area_code, Patient.managed_from)
        .where(Patient.management_status == ManagementStatus.MANAGED)
        .order_by(Patient.id)
    )
    for number, (patient_id, area_code, managed_from) in enumerate(managed):
        village, town = int(area_code[9:]), int(town_of(area_code)[6:9])
        places = [
            (TeamPart.VILLAGE_CADRE, _CADRES[village % len(_CADRES)], "村（居）委会", f"0559-26{village:05d}"),
            (TeamPart.GRID_WORKER, _GRID[village % len(_GRID)], "网格员", f"0559-27{village:05d}"),
        ]
        if number % _WITHOUT_EVERY:
            places.append((TeamPart.POLICE, _POLICE[town % len(_POLICE)], "派出所", f"0559-28{town:05d}"))
        rows += [
            {
                "patient_id": patient_id,
                "part": part,
                "name": name,
                "post": post,
                "phone": phone,
                "from_on": max(since, managed_from or since),
                "recorded_at": now,
                "recorded_by": by,
            }
            for part, name, post, phone in places
        ]
    insert_rows(session, CareTeamMember, rows)

"""What a scene has of an appraisal: a scheme that stands, one that waits, a published result and an objection to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from sqlalchemy.orm import Session

from app.areas.models import Agency
from app.areas.queries import place_of
from app.core.actor import Actor, Role
from app.core.db import new_public_id
from app.numbers.commands_appraisal import ProposeScheme
from app.numbers.models import AppraisalScheme
from app.numbers.queries.submissions import find_standing
from app.numbers.rules.appraisal import suggested
from app.numbers.service.appraising import object_to, preview, publish
from app.numbers.service.schemes import decide_scheme, propose_scheme
from tests.rig.clock import NOW, TODAY


class Appraised(Protocol):
    """Where the public ids go."""

    appraisal_scheme: str
    appraisal: str
    # of a town's office and of everybody else
    appraised_unit: dict[str, str]
    appraisal_objection: str


def appraise(session: Session, office: Actor, second: Actor, doctor: Actor, county_code: str, found: Appraised) -> None:
    """By the report of the third quarter that stands; the health centre objects."""

    second = replace(second, role=Role.COORDINATOR)

    def propose() -> AppraisalScheme:
        rows = tuple(enumerate(suggested(), start=1))
        return propose_scheme(session, office, ProposeScheme(new_public_id(), 2026, "2026 年度考评", 5, rows), NOW)

    decide_scheme(session, second, propose().public_id, agrees=True, now=NOW)
    report = find_standing(session, office, county_code, "2026Q3")
    assert report is not None
    published = preview(session, office, report.public_id, NOW)
    publish(session, second, published.public_id, TODAY, NOW)
    lead, town = replace(doctor, role=Role.HEALTH_LEAD), replace(doctor, role=Role.TOWN)
    assert lead.agency_id is not None
    unit = session.get_one(Agency, lead.agency_id).public_id
    objected = object_to(session, lead, published.public_id, "examination", "期内已体检，报告补录中", TODAY, NOW)
    found.appraisal_scheme, found.appraisal = propose().public_id, published.public_id
    found.appraised_unit = {"": unit, Role.TOWN.value: place_of(town)}
    found.appraisal_objection = objected.public_id

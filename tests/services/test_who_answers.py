"""There is always somebody to turn to: named contacts, then whoever works there, then up the places (reliability 1, row 8)."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts.contacts import name_contact, who_answers
from app.accounts.models import User
from app.areas.models import Agency, AgencyKind
from app.core.actor import Role
from tests.conftest import NOW, TODAY
from tests.rig.county import COUNTY, TOWN, VILLAGE, County


def test_an_empty_roster_climbs_and_is_never_empty(session: Session, county: County) -> None:
    committee = session.get_one(Agency, county.agencies[AgencyKind.VILLAGE_COMMITTEE, VILLAGE])
    worker = session.get_one(User, county.users["village_worker"])

    def first() -> str:
        return who_answers(session, committee.id, TODAY)[0].name

    colleague = User(
        name="second_worker", display_name="second_worker", password_hash="!", role=Role.VILLAGE_WORKER,
        area_code=VILLAGE, agency_id=committee.id, created_at=NOW,
    )  # fmt: skip
    session.add(colleague)
    session.flush()
    assert first() == "village_worker", "without a named contact whoever works there, in the order of accounts"
    office = county.actor("county_office")
    name_contact(session, office, committee.public_id, colleague.public_id, 1, TODAY, NOW)
    assert [one.name for one in who_answers(session, committee.id, TODAY)] == ["second_worker"]
    colleague.agency_id = county.agencies[AgencyKind.CIVIL_AFFAIRS, COUNTY]
    session.flush()
    assert first() == "village_worker", "who has moved to another office answers for this one no more"
    worker.is_disabled = True
    session.flush()
    for role, expected in (
        (Role.TOWN, "town"),
        (Role.COORDINATOR, "coordinator"),
        (Role.COUNTY_OFFICE, "county_office"),
    ):
        assert first() == expected
        session.execute(update(User).where(User.role == role).values(is_disabled=True))
    assert first() == "admin"
    session.execute(update(User).values(is_disabled=True))
    [left] = who_answers(session, committee.id, TODAY)
    assert (left.user_id, left.agency_id) == (None, committee.id), (
        "where not one account is left the office itself is named"
    )
    assert who_answers(session, TOWN, TODAY, Role.POLICE)[0].agency == TOWN

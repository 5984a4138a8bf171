"""Who is named when nobody answers, whom an officer may have before them, what an office that enters papers reaches, what is counted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.contacts import end_contact, name_contact, who_answers
from app.accounts.models import User
from app.areas.models import Agency, AgencyKind
from app.audit.queries import LOOKED, MOST_POLICE
from app.audit.service import note
from app.core.actor import Role
from app.core.errors import NotFound
from app.discharges.models import HandoverEscalation
from app.discharges.queries.clears import clears_of
from app.discharges.queries.inbox import LOOK, count_inbox, may_look
from app.discharges.queries.indicators import indicators_of
from app.discharges.rules.states import DischargeTo, FormKind, GuardianState
from app.discharges.service import escalate, receive_form, report_back
from tests.rig.county import COUNTY, VILLAGE, County
from tests.rig.discharges import forms, submitted
from tests.rig.register import NOW, TODAY, vault
from tests.services.test_discharge_loop import DAY, HOUR, PAPER, act, known, tap, told_police


def colleague_of(session: Session, county: County, who: str) -> User:
    """Somebody else at the same desk."""
    actor = county.actor(who)
    user = User(
        name=f"{who}_two", display_name=f"{who}_two", password_hash="!", role=actor.role, area_code=COUNTY,
        agency_id=actor.agency_id, created_at=NOW,
    )  # fmt: skip
    session.add(user)
    session.flush()
    return user


def test_after_three_days_the_contact_of_the_governance_centre_is_named(session: Session, county: County) -> None:
    centre = session.get_one(Agency, county.agencies[AgencyKind.GOVERNANCE, COUNTY])
    secretary = colleague_of(session, county, "coordinator")
    office = county.actor("county_office")
    name_contact(session, office, centre.public_id, secretary.public_id, 1, TODAY, NOW)
    form = forms(session, told_police(session, county))[FormKind.POLICE]
    escalate(session, NOW + 73 * HOUR)
    steps = select(HandoverEscalation).where(HandoverEscalation.form_id == form.id).order_by(HandoverEscalation.hours)
    named = [one.user_id for one in session.scalars(steps)]
    assert named == [county.users["police"], county.users["coordinator"], secretary.id]


def test_an_empty_roster_climbs_to_somebody_who_is_there(session: Session, county: County) -> None:
    committee = county.agencies[AgencyKind.VILLAGE_COMMITTEE, VILLAGE]
    office, public_id = county.actor("county_office"), session.get_one(Agency, committee).public_id
    worker = session.get_one(User, county.users["village_worker"])
    contact = name_contact(session, office, public_id, worker.public_id, 1, TODAY, NOW)

    def asked() -> int | None:
        return who_answers(session, committee, TODAY)[0].user_id

    assert asked() == worker.id
    end_contact(session, office, contact.public_id, TODAY, NOW)
    assert asked() == worker.id, "anybody who works there"
    for gone, next_one in (
        ("village_worker", "town"), ("town", "coordinator"), ("coordinator", "county_office"), ("county_office", "admin"),
    ):  # fmt: skip
        session.execute(update(User).where(User.id == county.users[gone]).values(is_disabled=True))
        assert asked() == county.users[next_one], gone
    session.execute(update(User).where(User.role == Role.ADMIN).values(is_disabled=True))
    [nobody] = who_answers(session, committee, TODAY)
    assert nobody.user_id is None and nobody.agency, "the office itself"


def test_an_officer_has_ten_persons_a_day(session: Session, county: County) -> None:
    police = county.actor("police")
    form = forms(session, told_police(session, county))[FormKind.POLICE]
    for number in range(MOST_POLICE - 1):
        note(session, police, LOOKED, now=NOW, subject=(LOOK, f"form-{number}"), area_code=COUNTY)
    assert may_look(session, police, form, TODAY), "the tenth"
    note(session, police, LOOKED, now=NOW, subject=(LOOK, "form-tenth"), area_code=COUNTY)
    assert not may_look(session, police, form, TODAY)
    assert may_look(session, police, form, TODAY + DAY) and may_look(session, county.actor("town"), form, TODAY)


def test_a_town_enters_a_village_s_paper_while_its_own_form_is_open(session: Session, county: County) -> None:
    sent, town = forms(session, told_police(session, county)), county.actor("town")
    receive_form(session, town, sent[FormKind.VILLAGE].public_id, tap(on_behalf=PAPER), NOW)
    report_back(session, vault(session), town, sent[FormKind.TOWN].public_id, act("已开帮扶会"), NOW)
    with pytest.raises(NotFound):
        report_back(session, vault(session), town, sent[FormKind.VILLAGE].public_id, act(on_behalf=PAPER), NOW)


def test_what_is_entered_from_paper_is_counted_apart(session: Session, county: County) -> None:
    known(session, county)
    sent, office = forms(session, told_police(session, county)), county.actor("county_office")
    for kind in (FormKind.POLICE, FormKind.TOWN):
        receive_form(session, office, sent[kind].public_id, tap(on_behalf=PAPER), NOW)
    receive_form(session, county.actor("doctor"), sent[FormKind.HEALTH_CENTRE].public_id, tap(), NOW)
    report_back(
        session, vault(session), office, sent[FormKind.POLICE].public_id, act("联系到父亲", on_behalf=PAPER), NOW
    )
    report_back(session, vault(session), county.actor("town"), sent[FormKind.TOWN].public_id, act("已开帮扶会"), NOW)
    told = indicators_of(session, county.actor("coordinator"), NOW + HOUR)
    received, acted = told.received_in_time, told.acted_in_time
    assert (received.count, received.among, received.on_behalf) == (3, 3, 2)
    assert (acted.count, acted.among, acted.on_behalf) == (2, 2, 1)


def test_an_inbox_counts_what_is_late_and_the_four_clears_what_is_known(session: Session, county: County) -> None:
    known(session, county)
    loop = submitted(session, county)
    sent, worker = forms(session, loop), county.actor("village_worker")
    assert count_inbox(session, worker, NOW) == (1, 0)
    assert count_inbox(session, worker, NOW + timedelta(hours=25)) == (1, 1)
    office = clears_of(session, county.actor("county_office"), vault(session), loop)
    assert (office.is_recorded, office.is_place_known) == (False, True), "it says no day of re-examination"
    assert (office.is_cared_for, office.is_joint) == (False, False)
    assert (office.guardian, office.received, office.asked) == (GuardianState.OK, 0, 4)
    report_back(session, vault(session), worker, sent[FormKind.VILLAGE].public_id, act(), NOW)
    coordinator = clears_of(session, county.actor("coordinator"), vault(session), loop)
    assert coordinator.is_cared_for and coordinator.contacts == (1, 4)
    assert (coordinator.diagnosis, coordinator.medicines, coordinator.discharge_to) == (None, None, None)


@pytest.mark.parametrize(
    ("said", "clears"),
    [
        ({}, (True, True)),
        ({"medicines": ()}, (False, True)),
        ({"medicines": (), "advice": "暂不用药，门诊观察"}, (True, True)),
        ({"is_complete": False}, (False, True)),
        ({"discharge_to": DischargeTo.UNKNOWN}, (True, False)),
    ],
    ids=["whole", "no medicines", "none, and said why", "incomplete", "nobody knows where"],
)
def test_what_is_not_clear_is_said_not_to_be(
    session: Session, county: County, said: dict[str, Any], clears: tuple[bool, bool]
) -> None:
    known(session, county)
    loop = submitted(session, county, recheck_on=TODAY + timedelta(days=14), **said)
    shown = clears_of(session, county.actor("coordinator"), vault(session), loop)
    assert (shown.is_recorded, shown.is_place_known) == clears

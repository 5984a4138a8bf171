"""Conferences: an agenda built from what is open and late, agencies that are told, and what became of each decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.contacts import name_contact
from app.accounts.models import User
from app.areas.models import Agency, AgencyKind
from app.audit.queries import LOOKED, may_look
from app.audit.service import note
from app.core.clock import business_day
from app.core.db import new_public_id
from app.core.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from app.core.reasons import say
from app.desk.queries import agenda as _alerts  # noqa: F401  # offers alerts
from app.discharges.queries import late as _forms  # noqa: F401  # offers late forms
from app.incidents.commands.conferences import (
    AnswerDecision,
    AnswerInvitation,
    CallConference,
    MinuteItem,
    MoveConference,
    TakeDecision,
)
from app.incidents.models import Conference, DecisionEvent
from app.incidents.papers_conferences import minutes_pdf
from app.incidents.queries.agenda import suggest
from app.incidents.queries.conferences import list_agencies_to_ask, list_invitees, list_items, open_conference
from app.incidents.queries.decisions import (
    count_agenda,
    count_asked,
    get_invitation,
    list_decisions,
    list_invitations,
    open_decision,
)
from app.incidents.rules.conferences import (
    DecisionKind,
    DecisionRefusal,
    DecisionState,
    InviteeAnswer,
    ItemResult,
    ItemSource,
)
from app.incidents.service.conferences import (
    add_items,
    answer_invitation,
    call_conference,
    call_off,
    close_minutes,
    hold,
    invite,
    minute_item,
    move_conference,
    take_decision,
    take_off,
)
from app.incidents.service.decisions import answer_decision, steer_decision
from app.messages.models import Message
from app.messages.queries.relevance import late_work, still_holding
from app.messages.queries.sending import list_staff
from app.messages.rules.kinds import MessageKind, MessageState
from app.tasks.service import move_follow_up
from tests.rig.county import COUNTY, OTHER_VILLAGE, SECOND_VILLAGE, County
from tests.rig.discharges import submitted
from tests.rig.papers import words_on
from tests.rig.register import NOW, TODAY, first_guardian, registered, vault

DAY = timedelta(days=1)
LATER = NOW + 3 * DAY  # the forms of a discharge of today have not been received in time


def called(session: Session, county: County, who: str = "coordinator", *agencies: Agency) -> Conference:
    command = CallConference(
        new_public_id(), LATER + DAY, "三楼会议室", "吴主任", tuple(one.public_id for one in agencies)
    )
    return call_conference(session, county.actor(who), command, NOW)


def partner(session: Session, county: County) -> Agency:
    return session.get_one(Agency, county.agencies[AgencyKind.PARTNER, COUNTY])


def told(session: Session) -> list[tuple[MessageKind, MessageState]]:
    own = select(Message).where(Message.subject_kind.in_(("conference", "conference_off"))).order_by(Message.id)
    return [(one.kind, one.state) for one in session.scalars(own)]


def test_an_agenda_is_built_from_alerts_and_late_forms_as_its_holder_may_see_them(
    session: Session, county: County
) -> None:
    patient = registered(session, county.actor("county_office"))
    first_guardian(session, county.actor("doctor"), patient)
    submitted(session, county)
    patient.risk_level = 4
    move_follow_up(session, patient, TODAY - timedelta(days=5), [])
    meeting, coordinator = called(session, county), county.actor("coordinator")
    offered = suggest(session, coordinator, meeting, business_day(LATER), LATER)
    alerts = [[say(why) for why in one.item.because] for one in offered if one.item.source is ItemSource.ALERT]
    assert alerts[0] == ["红色预警", "危险性 4 级，随访逾期 8 天"]
    units = [say(one.item.because[0]) for one in offered if one.item.source is ItemSource.FORM]
    assert (
        len(units) >= 3
        and all("至今没有接收" in one for one in units)
        and not any("监护人通知单" in one for one in units)
    )
    assert add_items(session, coordinator, meeting, [one.item for one in offered], LATER) == len(offered)
    assert suggest(session, coordinator, meeting, business_day(LATER), LATER) == [], "what stands is not offered again"
    sheet = open_conference(session, coordinator, vault(session), meeting, TODAY)
    assert any("危险性 4 级" in say(why) for row in sheet.items for why in row.because)
    paper = words_on(minutes_pdf(sheet, "安和县", "安和县综治中心", coordinator, NOW, ""))
    assert (
        "联合协商会议程" in paper and "危险性" not in paper and "需要多部门协助" in paper and "至今没有接收" in paper
    ), "the paper goes round the table"
    # a town has no alert board: it is offered its own forms and its villages', and reads no level where the county puts one down
    town, own = county.actor("town"), called(session, county, "town")
    seen = suggest(session, town, own, business_day(LATER), LATER)
    assert {one.item.source for one in seen} == {ItemSource.FORM} and len(seen) < len(units)
    alert = next(one.item for one in offered if one.item.source is ItemSource.ALERT)
    add_items(session, coordinator, own, [alert], LATER)
    row = open_conference(session, town, vault(session), own, TODAY).items[0]
    assert [say(why) for why in row.because] == ["需要多部门协助"]
    with pytest.raises(NotFound):
        add_items(session, coordinator, own, [replace(alert, source_key="x", patient="x")], LATER)
    take_off(session, coordinator, own, row.item.public_id, LATER)
    assert list_items(session, own) == []


def test_invited_agencies_are_told_answer_and_are_told_again(session: Session, county: County) -> None:
    coordinator, office = county.actor("coordinator"), partner(session, county)
    user = session.get_one(User, county.users["partner"])
    name_contact(session, county.actor("county_office"), office.public_id, user.public_id, 1, TODAY, NOW)
    meeting = called(session, county, "coordinator", office)
    first = session.scalars(select(Message).where(Message.kind == MessageKind.CONFERENCE)).one()
    assert first.parameters == {"day": business_day(meeting.meets_at).isoformat(), "code": f"349921-{meeting.number}"}
    assert [one.name for one in list_staff(session, first, TODAY)] == ["partner"], "whoever is named for the agency"
    asked = county.actor("partner")
    invitee, own = list_invitations(session, asked, NOW)[0]
    assert own is meeting and count_asked(session, asked, TODAY, NOW).invitations == 1
    assert count_agenda(session, invitee) == {}
    answer_invitation(session, asked, invitee, AnswerInvitation(InviteeAnswer.DEPUTY, "小周"), NOW)
    assert count_asked(session, asked, TODAY, NOW).invitations == 0
    with pytest.raises(NotFound):
        get_invitation(session, county.actor("police"), invitee.public_id)
    invite(session, coordinator, meeting, [office.public_id], NOW)
    assert len(told(session)) == 1, "who was asked is not asked twice"
    with pytest.raises(Invalid):
        invite(session, coordinator, meeting, ["elsewhere"], NOW)
    moved = MoveConference(meeting.version, meeting.meets_at + 2 * DAY, "二楼会议室")
    with pytest.raises(Invalid):
        move_conference(session, coordinator, meeting, replace(moved, meets_at=NOW), NOW)
    move_conference(session, coordinator, meeting, moved, NOW)
    assert told(session) == [
        (MessageKind.CONFERENCE, MessageState.CANCELLED),
        (MessageKind.CONFERENCE_MOVED, MessageState.QUEUED),
    ]
    assert (invitee.answer, count_asked(session, asked, TODAY, NOW).invitations) == (None, 1)
    with pytest.raises(StaleVersion):
        move_conference(session, coordinator, meeting, moved, NOW)
    with pytest.raises(StaleVersion):
        call_off(session, coordinator, meeting, 0, NOW)
    call_off(session, coordinator, meeting, meeting.version, NOW)
    assert told(session)[1:] == [
        (MessageKind.CONFERENCE_MOVED, MessageState.CANCELLED),
        (MessageKind.CONFERENCE_OFF, MessageState.QUEUED),
    ]
    assert still_holding(session, "conference_off", [meeting.id], TODAY) == {meeting.id}
    assert still_holding(session, "conference", [meeting.id], TODAY) == set()
    assert [one.state.value for _invitee, one in list_invitations(session, asked, NOW)] == ["called_off"]
    with pytest.raises(Conflict):
        answer_invitation(session, asked, invitee, AnswerInvitation(InviteeAnswer.COMING), NOW)


def test_a_decision_goes_from_the_table_to_its_end(session: Session, county: County) -> None:
    coordinator, office, asked = county.actor("coordinator"), partner(session, county), county.actor("partner")
    patient = registered(session, county.actor("county_office"))
    patient.risk_level = 4
    move_follow_up(session, patient, TODAY - timedelta(days=5), [])
    meeting = called(session, county, "coordinator", office)
    item = [one.item for one in suggest(session, coordinator, meeting, TODAY, NOW)]
    with pytest.raises(Invalid):
        add_items(session, coordinator, meeting, [], NOW)
    add_items(session, coordinator, meeting, item[:1], NOW)
    point = list_items(session, meeting)[0].public_id
    due = TakeDecision(new_public_id(), DecisionKind.FEE_WAIVER, office.public_id, TODAY + DAY)
    with pytest.raises(Conflict):
        take_decision(session, vault(session), coordinator, meeting, point, due, TODAY, NOW)  # nobody has met yet
    with pytest.raises(Conflict):
        hold(session, coordinator, meeting, [list_invitees(session, meeting)[0].public_id], NOW)  # its day has not come
    with pytest.raises(Invalid):
        hold(session, coordinator, meeting, (), meeting.meets_at)
    hold(session, coordinator, meeting, [list_invitees(session, meeting)[0].public_id], meeting.meets_at)
    wrong = replace(due, agency="elsewhere", due_on=TODAY - DAY, note="服用氯 氮-平，请协助")
    with pytest.raises(Invalid) as refused:
        take_decision(session, vault(session), coordinator, meeting, point, wrong, TODAY, NOW)
    assert set(refused.value.errors) == {"agency", "due_on", "note"}
    decision = take_decision(session, vault(session), coordinator, meeting, point, due, TODAY, NOW)
    assert take_decision(session, vault(session), coordinator, meeting, point, due, TODAY, NOW) is decision
    told = select(Message.recipient_id, Message.subject_id).where(Message.kind == MessageKind.FORM_WAITING)
    assert session.execute(told).all() == [(asked.agency_id, decision.id)], "whoever is to do it hears of it"
    assert late_work(session, TODAY + 2 * DAY)[asked.agency_id or 0] == 1 and asked.agency_id not in late_work(
        session, TODAY + DAY
    )
    for today, late in ((due.due_on, False), (due.due_on + DAY, True)):
        [row] = list_decisions(session, asked, today, NOW, None).rows
        sheet = open_conference(session, coordinator, vault(session), meeting, today)
        shown = [one.is_late for line in sheet.items for one in line.decisions]
        assert (row.is_late, shown) == (late, [late]), "late from the day after, on the agency's list and on the table"
    with pytest.raises(Conflict):
        take_off(session, coordinator, meeting, point, NOW)
    with pytest.raises(Conflict):
        close_minutes(session, coordinator, meeting, meeting.version, NOW)  # nobody wrote down what was said
    minute_item(session, vault(session), coordinator, meeting, point, MinuteItem(ItemResult.DISCUSSED, "减免"), NOW)
    with pytest.raises(StaleVersion):
        close_minutes(session, coordinator, meeting, 0, NOW)
    close_minutes(session, coordinator, meeting, meeting.version, NOW)
    assert count_asked(session, asked, TODAY + 2 * DAY, NOW).late == 1
    on_next = suggest(session, coordinator, called(session, county), TODAY + 2 * DAY, NOW + 2 * DAY)
    assert ItemSource.DECISION in {one.item.source for one in on_next}, "what is late stands on the next agenda"

    def answer(to: DecisionState, version: int, why: DecisionRefusal | None = None) -> None:
        answer_decision(session, vault(session), asked, decision, AnswerDecision(version, to, why), NOW)

    with pytest.raises(Conflict):
        answer(DecisionState.WITHDRAWN, decision.version)
    with pytest.raises(StaleVersion):
        answer(DecisionState.TAKEN, 0)
    with pytest.raises(NotFound):
        answer_decision(session, vault(session), county.actor("police"), decision, AnswerDecision(1, DecisionState.TAKEN), NOW)  # fmt: skip
    with pytest.raises(Invalid):
        answer(DecisionState.REFUSED, decision.version)
    answer(DecisionState.REFUSED, decision.version, DecisionRefusal.NO_MEANS)
    assert decision.ended_at is not None
    again = AnswerDecision(decision.version, DecisionState.OPEN)
    with pytest.raises(Conflict):
        steer_decision(session, vault(session), coordinator, decision, replace(again, to=DecisionState.DONE), NOW)
    with pytest.raises(Forbidden):
        steer_decision(session, vault(session), asked, decision, again, NOW)
    assert still_holding(session, "conference_decision", [decision.id], TODAY) == set(), "it has answered"
    steer_decision(session, vault(session), coordinator, decision, again, NOW)
    assert len(session.execute(told).all()) == 2, "asked again"
    answer(DecisionState.DONE, decision.version)
    steps = session.scalars(select(DecisionEvent.state).where(DecisionEvent.decision_id == decision.id)).all()
    assert steps == [DecisionState.OPEN, DecisionState.REFUSED, DecisionState.OPEN, DecisionState.DONE]
    sheet = open_conference(session, coordinator, vault(session), meeting, TODAY + 9 * DAY)
    assert [one.is_late for line in sheet.items for one in line.decisions] == [False], "what is done is late no more"


def test_only_offices_of_the_holders_place_are_asked(session: Session, county: County) -> None:
    session.add(Agency(name="大王村村民委员会", kind=AgencyKind.VILLAGE_COMMITTEE, area_code=SECOND_VILLAGE))
    session.flush()
    places = {one.area_code for one in list_agencies_to_ask(session, county.actor("town"))}
    assert all(one == COUNTY or one.startswith("349921100") for one in places) and SECOND_VILLAGE not in places
    of_item = list_agencies_to_ask(session, county.actor("town"), [SECOND_VILLAGE])
    assert "大王村村民委员会" in {one.name for one in of_item}, "the committee of somebody who is spoken about"
    assert OTHER_VILLAGE not in {
        one.area_code for one in list_agencies_to_ask(session, county.actor("town"), [OTHER_VILLAGE])
    }
    command = CallConference(new_public_id(), NOW, "三楼会议室")
    with pytest.raises(Invalid):
        call_conference(session, county.actor("town"), command, NOW)


def test_an_office_without_an_account_is_answered_for_from_its_letter(session: Session, county: County) -> None:
    coordinator = county.actor("coordinator")
    silent = Agency(name="安和县医疗保障局", kind=AgencyKind.PARTNER, area_code=COUNTY)
    session.add(silent)
    session.flush()
    patient = registered(session, county.actor("county_office"))
    patient.risk_level = 4
    move_follow_up(session, patient, TODAY - timedelta(days=5), [])
    meeting = called(session, county, "coordinator", silent)
    assert told(session) == [], "nobody there could read it"
    invitee = get_invitation(session, coordinator, list_invitees(session, meeting)[0].public_id)
    with pytest.raises(NotFound):
        get_invitation(session, county.actor("partner"), invitee.public_id)
    answer_invitation(session, coordinator, invitee, AnswerInvitation(InviteeAnswer.COMING, "老何"), NOW)
    add_items(session, coordinator, meeting, [suggest(session, coordinator, meeting, TODAY, NOW)[0].item], NOW)
    hold(session, coordinator, meeting, [invitee.public_id], meeting.meets_at)
    due = TakeDecision(new_public_id(), DecisionKind.MEDICAL_AID, silent.public_id, TODAY + DAY)
    point = list_items(session, meeting)[0].public_id
    decision = take_decision(session, vault(session), coordinator, meeting, point, due, TODAY, NOW)
    done = AnswerDecision(decision.version, DecisionState.DONE)
    with pytest.raises(Invalid):
        answer_decision(session, vault(session), coordinator, decision, done, NOW)  # from which letter?
    with pytest.raises(NotFound):
        answer_decision(session, vault(session), county.actor("partner"), decision, done, NOW)
    answer_decision(session, vault(session), coordinator, decision, replace(done, paper_number="来函 12 号"), NOW)
    steps = open_decision(session, coordinator, vault(session), decision, TODAY).steps
    assert [one.is_on_behalf for one in steps] == [False, True]


def test_police_have_no_list_of_people_and_ten_a_day(session: Session, county: County) -> None:
    officer, coordinator = county.actor("police"), county.actor("coordinator")
    patient = registered(session, county.actor("county_office"))
    station = session.get_one(Agency, officer.agency_id)
    patient.risk_level = 4
    move_follow_up(session, patient, TODAY - timedelta(days=5), [])
    meeting = called(session, county, "coordinator", partner(session, county))
    add_items(session, coordinator, meeting, [suggest(session, coordinator, meeting, TODAY, NOW)[0].item], NOW)
    hold(session, coordinator, meeting, [list_invitees(session, meeting)[0].public_id], meeting.meets_at)
    due = TakeDecision(new_public_id(), DecisionKind.JOINT_VISIT, station.public_id, TODAY + DAY)
    decision = take_decision(
        session, vault(session), coordinator, meeting, list_items(session, meeting)[0].public_id, due, TODAY, NOW
    )
    row = list_decisions(session, officer, TODAY, NOW, None).rows[0]
    assert (row.decision.id, row.name) == (decision.id, "")
    assert open_decision(session, officer, vault(session), decision, TODAY).row.name == "单晓明"
    seen = ("handover_form",) * 6 + ("conference_decision",) * 4
    for number, kind in enumerate(seen):
        note(session, officer, LOOKED, now=NOW, subject=(kind, f"seen-{number}"), area_code=COUNTY)
    session.flush()
    assert may_look(session, officer, ("conference_decision", "seen-9"), business_day(NOW)), (
        "whom they had before them already"
    )
    assert not may_look(session, officer, ("conference_decision", decision.public_id), business_day(NOW))
    assert may_look(session, coordinator, ("conference_decision", decision.public_id), business_day(NOW))

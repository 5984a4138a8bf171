"""A supervision order from the late list to its closing: numbered once, seen by its unit alone, answered case by case, mended by the facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.areas.models import Agency, AgencyKind
from app.audit.models import AuditEvent, PrintedPaper
from app.core.actor import Actor
from app.core.db import Database
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.identity import IdKind
from app.core.reasons import reason
from app.desk.rules import COMPLIANCE
from app.numbers.commands import SendOrder
from app.numbers.models import SupervisionCase, SupervisionOrder, SupervisionStep
from app.numbers.queries.orders import count_waiting, describe_cases, get_order
from app.numbers.queries.recorded import recorded_only_from
from app.numbers.rules.behind import find_figure
from app.numbers.rules.membership import InSet
from app.numbers.rules.orders import (
    DUTIES,
    CaseKind,
    CaseOutcome,
    Demand,
    OrderState,
    Since,
    order_number,
    since_of_member,
)
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings
from app.numbers.service.computing import compute
from app.numbers.service.ordering import receive_order, reply_to_order, send_order, withdraw_order
from app.patients.commands import DiagnosisDraft
from app.patients.rules import DiagnosisCategory
from app.people.models import Person
from app.people.vault import Vault
from app.tasks.models import Task
from app.tasks.rules import TaskKind
from app.tasks.service import cancel_all, close_task, open_task
from app.visits.service import record_visit
from tests.rig.caseload import add_patient
from tests.rig.clock import NOW, TODAY
from tests.rig.county import COUNTY, OTHER_VILLAGE, TOWN, VILLAGE, County
from tests.rig.telling import guards
from tests.rig.visits import command as command_of
from tests.rig.visits import register, stable

ClientAs = Callable[[str], FlaskClient]
DONE = reason("tasks.outcome.reassessed", level=1)


def owe(session: Session, county: County, name: str, kind: TaskKind, village: str = VILLAGE) -> Task:
    """Somebody of a village with a duty that was due three weeks ago."""
    centre = county.agencies[AgencyKind.HEALTH_CENTRE, village[:9] + "000"]
    patient = add_patient(session, name, village, agency_id=centre, record_number=f"安-{name}")
    due = TODAY - timedelta(days=21)
    return open_task(session, patient, kind, "2026Q4", due, [reason("tasks.first_visit", on=due)], NOW)


def unit(session: Session, county: County, kind: AgencyKind, place: str = TOWN) -> str:
    return session.get_one(Agency, county.agencies[kind, place]).public_id


def order(matter: str, agency: str, days: int = 5, period: str = "", place: str = COUNTY) -> SendOrder:
    return SendOrder(matter, place, period, agency, Demand.MEND, days)


def test_an_order_goes_from_the_late_list_to_its_unit_and_back_and_is_closed(
    database: Database, county: County, client_as: ClientAs
) -> None:
    with database.transaction() as session:
        tasks = [owe(session, county, name, TaskKind.FOLLOW_UP).id for name in ("孙玉珍", "钱有福", "周长河")]
        owe(session, county, "吴小满", TaskKind.FOLLOW_UP, OTHER_VILLAGE)
        centre = unit(session, county, AgencyKind.HEALTH_CENTRE)
    coordinator, lead = client_as("coordinator"), client_as("health_lead")
    assert centre in coordinator.get("/numbers/orders/new?of=follow_up").text
    where = f"/numbers/orders/new/{centre}?of=follow_up"
    assert "3 例" in coordinator.get(where).text
    assert coordinator.post(where, data={"demand": "mend", "working_days": "0"}).status_code == 400
    sent = {"demand": "mend", "working_days": "5"}
    page = coordinator.post(where, data=sent).location
    assert coordinator.post(where, data=sent).location == page  # a double click
    with (
        database.transaction() as session
    ):  # the figure counts the same visits: one matter, whichever page it starts from
        compute(
            session, county.actor("coordinator"), COUNTY, ReportPeriod.parse("2026Q3"), NumberSettings(), TODAY, NOW
        )
    assert (
        coordinator.post(f"/numbers/orders/new/{centre}?of=overdue&place={COUNTY}&period=2026Q3", data=sent).location
        == page
    )
    with database.reading() as session:
        found = session.scalars(select(SupervisionOrder)).one()
        assert (found.number, found.case_count) == ("安督〔2026〕1号", 3)
        assert found.reply_by == date(2026, 11, 27)  # today is a Saturday
        assert session.scalar(select(func.count()).select_from(SupervisionCase)) == 3
        cases = list(session.scalars(select(SupervisionCase.id).order_by(SupervisionCase.id)))

    # the unit alone has it, on its first page and in its list
    assert "1 份待回复" in lead.get("/").text and found.number in lead.get("/numbers/orders/").text
    for stranger in ("town", "police", "hospital", "clerk"):
        browser = client_as(stranger)
        assert found.number not in browser.get("/numbers/orders/").text
        for path in ("", "/paper.pdf"):
            assert browser.get(page + path).status_code == 404
        assert browser.post(page + "/receive").status_code == 404
    assert client_as("doctor").get(page).status_code == 403

    answer = {"words": "已安排村医逐户补访", **{f"case_{one}": "done" for one in cases}}
    assert lead.post(page + "/reply", data=answer).status_code == 409  # received first
    assert lead.post(page + "/receive").status_code == 302
    refused = lead.post(page + "/reply", data={**answer, f"case_{cases[1]}": ""})
    assert refused.status_code == 400 and "请选择这一例的办理情况" in refused.text and "逐户补访" in refused.text
    told = lead.post(
        page + "/reply", data=answer | {"words": "已联系 １３８12341234"}
    )  # nobody's number in words that others read
    assert told.status_code == 400 and "这里不能写证件号、电话或账号" in told.text
    assert lead.post(page + "/reply", data=answer).status_code == 302

    # said to be done is not done: the visit is what counts
    assert "0 / 3 例" in coordinator.get(page).text
    with database.transaction() as session:
        doctor = county.actor("doctor")
        close_task(session, doctor, session.get_one(Task, tasks[0]), DONE, NOW)
        cancel_all(session, doctor, session.get_one(Task, tasks[1]), DONE, NOW)
    assert "1 份已回复，待核销" in coordinator.get("/").text
    assert "系统核对仍有 1 例未整改" in coordinator.get(page).text, "before it is closed by one press"
    assert coordinator.post(page + "/send-back", data={"words": ""}).status_code == 400
    assert coordinator.post(page + "/send-back", data={"words": "还有一例没有办理"}).status_code == 302
    assert "还有一例没有办理" in lead.get(page).text
    assert lead.post(page + "/reply", data=answer | {f"case_{cases[2]}": "away"}).status_code == 302
    closing = client_as("county_office")
    asked = closing.post(page + "/close", data={"why": ""})  # said to be done, and one visit is still owed
    assert asked.status_code == 400 and "系统核对仍有 1 例未整改" in asked.text
    assert closing.post(page + "/close", data={"why": "患者已外出，回来后补访"}).status_code == 302
    assert "患者已外出，回来后补访" in closing.get(page).text
    for late in ("/close", "/withdraw"):
        assert closing.post(page + late, data={"why": "误发"}).status_code == 409
    assert closing.get(page + "/paper.pdf").data[:4] == b"%PDF"

    with database.reading() as session:
        states = session.scalars(select(SupervisionStep.state).order_by(SupervisionStep.id)).all()
        assert [one.value for one in states] == ["issued", "received", "replied", "sent_back", "replied", "closed"]
        acts = set(session.scalars(select(AuditEvent.action).where(AuditEvent.subject_kind == "supervision_order")))
        steps = {"sent", "received", "replied", "sent_back", "closed", "opened", "printed"}
        assert acts == {f"numbers.order_{one}" for one in steps}
        assert session.scalars(select(PrintedPaper.kind)).all() == ["numbers.order_printed"]
        rows = describe_cases(session, county.actor("coordinator"), session.scalars(select(SupervisionOrder)).one())
        assert {row.name: row.since for row in rows} == {
            "孙玉珍": Since.MENDED,
            "钱有福": Since.GONE,
            "周长河": Since.STILL,
        }
    # it has ended: what is still late may be asked for anew, under the next number
    assert coordinator.post(where, data=sent).location != page
    with database.reading() as session:
        numbers = session.scalars(select(SupervisionOrder.number).order_by(SupervisionOrder.id)).all()
        assert numbers == ["安督〔2026〕1号", "安督〔2026〕2号"]


def test_a_town_is_asked_about_agreements_and_reads_names_while_it_is_asked(session: Session, county: County) -> None:
    owe(session, county, "孙玉珍", TaskKind.AGREEMENT_RENEWAL)
    owe(session, county, "钱有福", TaskKind.FOLLOW_UP)
    coordinator, town = county.actor("coordinator"), county.actor("town")
    sent, _new = send_order(session, coordinator, order("late", unit(session, county, AgencyKind.GOVERNANCE), 1), TODAY, NOW)  # fmt: skip
    assert sent.reply_by == date(2026, 11, 23) and sent.case_count == 1

    def names() -> list[tuple[str | None, str | None]]:
        return [(row.name, row.record_number) for row in describe_cases(session, town, sent)]

    assert names() == [("孙玉珍", "安-孙玉珍")]
    monday = date(2026, 11, 24)
    assert count_waiting(session, town, monday).late == count_waiting(session, coordinator, monday).late == 1
    assert count_waiting(session, county.actor("health_lead"), monday).waiting == 0
    with pytest.raises(Forbidden):
        withdraw_order(session, town, sent.public_id, "误发", NOW)
    with pytest.raises(Invalid):
        withdraw_order(session, coordinator, sent.public_id, " ", NOW)
    withdraw_order(session, coordinator, sent.public_id, "误发", NOW)
    assert names() == [(None, "安-孙玉珍")]
    with pytest.raises(Conflict):
        receive_order(session, town, sent.public_id, NOW)
    with pytest.raises(Conflict):  # nobody is late with anything
        send_order(session, coordinator, order("reassessment", unit(session, county, AgencyKind.HEALTH_CENTRE)), TODAY, NOW)  # fmt: skip
    with pytest.raises(Forbidden):
        send_order(session, town, order("late", unit(session, county, AgencyKind.GOVERNANCE)), TODAY, NOW)
    owe(session, county, "周长河", TaskKind.FOLLOW_UP)
    with pytest.raises(Conflict) as refused:  # the button alone was hidden
        send_order(session, coordinator, order("late", unit(session, county, AgencyKind.PARTNER, COUNTY)), TODAY, NOW)
    assert "numbers.order.no_accounts" in str(refused.value.args) + repr(vars(refused.value))
    for matter, place in (("stability-missing", COUNTY), ("late", "110101000000")):
        with pytest.raises(NotFound):
            send_order(session, coordinator, order(matter, unit(session, county, AgencyKind.HEALTH_CENTRE), place=place), TODAY, NOW)  # fmt: skip


def test_whoever_keeps_agreements_or_cover_reads_whom_an_open_order_is_about(session: Session, county: County) -> None:
    patient = add_patient(session, "孙玉珍", VILLAGE, record_number="安-7")
    guardian = Person(name="孙大有", name_sort="孙大有", sex=1, id_kind=IdKind.NONE, created_at=NOW)
    session.add(guardian)
    session.flush()
    guards(session, patient, guardian)

    def sent(matter: str, kind: AgencyKind, place: str, serial: int) -> SupervisionOrder:
        made = SupervisionOrder(
            area_code=COUNTY, year=2026, serial=serial, number=f"安督〔2026〕{serial}号", agency_id=county.agencies[kind, place],
            place=COUNTY, matter=matter, period="2026Q3", as_of=TODAY, demand=Demand.MEND, case_count=1,
            reply_by=TODAY, state=OrderState.ISSUED, issued_at=NOW, issued_by=county.users["coordinator"],
        )  # fmt: skip
        session.add(made)
        session.flush()
        because = reason("numbers.cause.unsigned").to_json()
        session.add(SupervisionCase(order_id=made.id, kind=CaseKind.PATIENT, subject_id=patient.id, patient_id=patient.id, area_code=VILLAGE, because=because))  # fmt: skip
        session.flush()
        return made

    def read(who: str, about: SupervisionOrder) -> tuple[str | None, str | None, str | None, bool]:
        (row,) = describe_cases(session, county.actor(who), about)
        return row.name, row.record_number, row.guardian, row.because is not None

    unsigned = sent("agreements-missing", AgencyKind.GOVERNANCE, TOWN, 1)
    uninsured = sent("insurance-missing", AgencyKind.CIVIL_AFFAIRS, COUNTY, 2)
    unsigned_there = sent("agreements-missing", AgencyKind.CIVIL_AFFAIRS, COUNTY, 3)
    assert read("town", unsigned) == ("孙玉珍", "安-7", "孙大有", True)
    assert read("clerk", uninsured) == (None, "安-7", "孙大有", True)  # names of patients are masked for the clerk
    assert read("clerk", unsigned_there) == read("town", uninsured) == (None, None, None, False)
    withdraw_order(session, county.actor("coordinator"), unsigned.public_id, "误发", NOW)
    assert read("town", unsigned) == (None, None, None, False)


def test_an_order_about_a_figure_is_mended_by_the_next_count_and_names_nobody_beyond_the_field_table(
    session: Session, county: County, app: Flask
) -> None:
    coordinator, lead, doctor = (county.actor(name) for name in ("coordinator", "health_lead", "doctor"))
    vault = Vault(session, app.extensions["anhu.keyring"])
    diagnosis = DiagnosisDraft(DiagnosisCategory.SCHIZOPHRENIA, "F20.0")
    patient = register(session, vault.keyring, doctor, TODAY, NOW, "孙玉珍", diagnosis=diagnosis)
    period, settings, found = ReportPeriod.parse("2026Q3"), NumberSettings(), {}
    first = compute(session, coordinator, COUNTY, period, settings, TODAY, NOW)
    for matter in ("management-missing", "regular_medication-missing"):
        command = order(matter, unit(session, county, AgencyKind.HEALTH_CENTRE), period="2026Q3")
        found[matter], is_new = send_order(session, coordinator, command, TODAY, NOW)
        assert is_new and found[matter].as_of == first.cut_off

    def row(matter: str, actor: Actor) -> tuple[str | None, bool, Since]:
        (one,) = describe_cases(session, actor, found[matter])
        return one.name, one.because is not None, one.since

    assert row("management-missing", coordinator) == ("孙玉珍", True, Since.STILL)
    assert row("regular_medication-missing", coordinator) == (None, False, Since.STILL)
    assert row("regular_medication-missing", lead) == ("孙玉珍", True, Since.STILL)
    visit = command_of(patient, stable(date(2026, 9, 10)), accepted=frozenset({"visit.late_entry"}))
    record_visit(session, vault, doctor, visit, TODAY, NOW)
    long_ago, late = (
        compute(session, coordinator, COUNTY, ReportPeriod.parse(one), settings, TODAY, NOW)
        for one in ("2025Q1", "2026Q2")
    )
    assert recorded_only_from(session, coordinator, long_ago, COUNTY) == date(2026, 9, 10)
    assert recorded_only_from(session, coordinator, late, COUNTY) is None  # the year runs
    compute(session, coordinator, COUNTY, period, settings, TODAY, NOW + timedelta(hours=1))
    assert row("management-missing", coordinator) == ("孙玉珍", True, Since.MENDED)
    assert {one.outcome for one in session.scalars(select(SupervisionCase))} == {None}  # and nobody had to say so
    for state in ("issued_by", "case_count"):
        with pytest.raises(IntegrityError, match="guard"), session.begin_nested():
            session.execute(update(SupervisionOrder).values({state: 0 if state == "case_count" else county.users["clerk"]}))  # fmt: skip
    with pytest.raises(IntegrityError, match="guard"), session.begin_nested():
        session.execute(update(SupervisionOrder).values(state=OrderState.CLOSED))  # nobody has replied
    with pytest.raises(IntegrityError, match="guard"), session.begin_nested():
        session.execute(update(SupervisionCase).values(subject_id=7))
    with pytest.raises(NotFound):
        get_order(session, county.actor("clerk"), found["management-missing"].public_id)
    with pytest.raises(NotFound):
        reply_to_order(session, county.actor("town"), found["management-missing"].public_id, "已办", {1: CaseOutcome.DONE}, NOW)  # fmt: skip


def test_what_the_facts_say_of_a_case_follows_from_its_flags() -> None:
    missing = find_figure("standard-missing", NumberSettings())
    overdue = find_figure("overdue", NumberSettings())
    assert missing and overdue
    here = InSet.REGISTERED
    for figure, bits, said in (
        (missing, None, Since.GONE),
        (missing, here, Since.STILL),
        (missing, here | InSet.STANDARD, Since.MENDED),
        (missing, InSet.DIED, Since.GONE),
        (overdue, here | InSet.OVERDUE, Since.STILL),
        (overdue, here, Since.MENDED),
        (overdue, here | InSet.OVERDUE_WAITING, Since.STILL),
        (overdue, InSet.DIED, Since.GONE),
    ):
        assert since_of_member(figure, bits) is said, (figure.name, bits)
    late = find_figure("entry_in_time-missing", NumberSettings())
    assert late and since_of_member(late, InSet.REGISTERED_OR_DIED, 0) is Since.MENDED
    assert order_number("安和县", 2026, 3) == "安督〔2026〕3号"
    assert DUTIES == COMPLIANCE  # what may be ordered is what the late list shows

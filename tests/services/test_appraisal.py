"""A county appraises its towns and institutions by the report that went out: scheme, preview, publishing, objections, the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.areas.models import AgencyKind, Area
from app.audit.models import AuditEvent
from app.core.db import new_public_id
from app.core.errors import Conflict, Invalid, NotFound
from app.numbers.commands import SubmitReport
from app.numbers.commands_appraisal import AnswerObjection, ProposeScheme
from app.numbers.models import Appraisal, AppraisalMark, AppraisalObjection, AppraisalScheme, ReportSubmission
from app.numbers.queries.appraisal import (
    MISSED,
    Sheet,
    find_revision,
    get_appraisal,
    get_sheet,
    list_appraisals,
    list_sheets,
    list_to_appraise,
    lists_of_mark,
    run_of,
)
from app.numbers.queries.runs import list_members
from app.numbers.rules.appraisal import (
    AppraisalState,
    Item,
    ObjectionState,
    SchemeState,
    UnitKind,
    Way,
    Whom,
    suggested,
)
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings, RegularMode
from app.numbers.service.appraising import answer_objection, drop_preview, finish, object_to, preview, publish
from app.numbers.service.computing import compute
from app.numbers.service.schemes import decide_scheme, propose_scheme, withdraw_scheme
from app.numbers.service.submitting import decide_revision, submit_report
from app.patients.models import Patient, PatientSpan
from app.patients.rules import SpanKind
from tests.conftest import NOW, TODAY
from tests.rig.counted import Case, add_case, visits
from tests.rig.county import COUNTY, OTHER_TOWN, OTHER_VILLAGE, TOWN, County

SINCE = date(2024, 3, 1)
QUARTER = ReportPeriod.parse("2026Q3")
RATE = Item("management", Whom.ALL, 6000, Way.LINEAR, 100, 6000, 8000)
LOST_TOO = Item("standard", Whom.ALL, 3000, Way.LINEAR, 50, 3000, 8000)
NOBODY = Item("reassessment", Whom.ALL, 1000, Way.CASES, 100, 1000)
ITEMS = (RATE, LOST_TOO, NOBODY)


def propose(session: Session, county: County, items: tuple[Item, ...] = ITEMS, who: str = "coordinator") -> AppraisalScheme:  # fmt: skip
    command = ProposeScheme(new_public_id(), 2026, "2026 年度考评", 5, tuple(enumerate(items, start=1)))
    return propose_scheme(session, county.actor(who), command, NOW)


def adopted(session: Session, county: County) -> AppraisalScheme:
    return decide_scheme(session, county.actor("county_office"), propose(session, county).public_id, agrees=True, now=NOW)  # fmt: skip


def people(session: Session, county: County) -> list[Patient]:
    """Two of 城关镇, one of whom nobody visits; three of 安平镇, all seen. Nobody is owed a reassessment."""
    health = {town: county.agencies[AgencyKind.HEALTH_CENTRE, town] for town in (TOWN, OTHER_TOWN)}
    seen = visits("2026-01-10 2026-04-05 2026-07-02 2026-09-20")
    found = [
        add_case(session, "孙玉珍", Case(seen)),
        add_case(session, "钱有福", Case()),
        *(add_case(session, name, Case(seen, area=f"{OTHER_VILLAGE}@2024-03-01")) for name in ("周长河", "吴小满", "郑大山")),
    ]  # fmt: skip
    for one in found:
        agency = health[TOWN if one.area_code.startswith(TOWN[:9]) else OTHER_TOWN]
        session.add(
            PatientSpan(patient_id=one.id, what=SpanKind.AGENCY, value=str(agency), from_on=SINCE, recorded_at=NOW)
        )
    session.flush()
    return found


def submitted(session: Session, county: County, hours: int = 0, why: str = "") -> ReportSubmission:
    actor, now = county.actor("coordinator"), NOW + timedelta(hours=hours)
    # a revision has to say something else
    settings = NumberSettings(regular=RegularMode.LAST_VISIT if why else RegularMode.STRICT)
    run = compute(session, actor, COUNTY, QUARTER, settings, TODAY, now)
    return submit_report(session, actor, SubmitReport(run.public_id, why), now)


def previewed(session: Session, county: County) -> Appraisal:
    people(session, county)
    adopted(session, county)
    return preview(session, county.actor("coordinator"), submitted(session, county).public_id, NOW)


def noted(session: Session) -> list[str]:
    rows = select(AuditEvent.action).where(AuditEvent.subject_kind == "appraisal").order_by(AuditEvent.id)
    return [action.removeprefix("numbers.appraisal.") for action in session.scalars(rows)]


def town_sheet(session: Session, county: County, appraisal: Appraisal, town: str = TOWN) -> Sheet:
    return get_sheet(session, county.actor("coordinator"), appraisal, town)


def test_a_scheme_takes_two_people_and_what_rewards_hiding_is_refused_at_its_row(
    session: Session, county: County
) -> None:
    coordinator, office = county.actor("coordinator"), county.actor("county_office")
    with pytest.raises(Invalid) as refused:
        propose(session, county, (RATE, replace(LOST_TOO, source="offended", way=Way.CASES), NOBODY))
    assert [one.code for one in refused.value.errors["source_2"]] == ["numbers.appraisal.refused.incidents"]
    rows = tuple(enumerate(suggested(), start=1))
    command = ProposeScheme(new_public_id(), 2026, "2026 年度考评", 5, rows)
    first = propose_scheme(session, coordinator, command, NOW)
    assert propose_scheme(session, coordinator, command, NOW) is first  # pressed twice
    with pytest.raises(Conflict):
        propose(session, county, who="county_office")  # one proposal waits at a time
    with pytest.raises(Conflict):
        decide_scheme(session, coordinator, first.public_id, agrees=True, now=NOW)
    with pytest.raises(Conflict):
        withdraw_scheme(session, office, first.public_id, NOW)
    decide_scheme(session, office, first.public_id, agrees=True, now=NOW)
    with pytest.raises(Conflict):
        withdraw_scheme(session, coordinator, first.public_id, NOW)
    second = propose(session, county)
    assert (first.state, second.number) == (SchemeState.ADOPTED, 2)
    assert withdraw_scheme(session, coordinator, second.public_id, NOW).state is SchemeState.WITHDRAWN
    with pytest.raises(NotFound):
        decide_scheme(session, office, "nobody", agrees=True, now=NOW)


def test_units_are_scored_by_the_report_that_went_out_and_their_deductions_are_its_rows(
    session: Session, county: County
) -> None:
    coordinator, everybody = county.actor("coordinator"), people(session, county)
    report = submitted(session, county)
    with pytest.raises(Conflict):  # without a scheme
        preview(session, coordinator, report.public_id, NOW)
    adopted(session, county)
    session.get_one(
        Area, OTHER_TOWN
    ).replaced_by = TOWN  # since then; it answers for its part of the report all the same
    assert list_to_appraise(session, coordinator) == [report]
    appraisal = preview(session, coordinator, report.public_id, NOW)
    assert list_to_appraise(session, coordinator) == []
    with pytest.raises(Conflict):  # pressed twice
        preview(session, coordinator, report.public_id, NOW)
    sheets = {(one.unit.kind, one.unit.name): one for one in list_sheets(session, coordinator, appraisal)}
    given = {at: {source: one.marks_in(source) for source in one.marks} for at, one in sheets.items()}
    # one of two: thirty points below eighty; reassessments were owed by nobody, so that their ten are shared out
    lower, whole = {"management": 3000, "standard": 1500, "reassessment": None}, {"management": 6000, "standard": 3000, "reassessment": None}  # fmt: skip
    assert given == {
        (UnitKind.TOWN, "城关镇"): lower,
        (UnitKind.TOWN, "安平镇（已撤并至城关镇）"): whole,
        (UnitKind.INSTITUTION, "城关镇health_centre"): lower,
        (UnitKind.INSTITUTION, "安平镇health_centre"): whole,
    }
    assert {at: (one.score, one.left_out) for at, one in sheets.items() if at[0] is UnitKind.TOWN} == {
        (UnitKind.TOWN, "城关镇"): (5000, ["reassessment"]),
        (UnitKind.TOWN, "安平镇（已撤并至城关镇）"): (10_000, ["reassessment"]),
    }
    run = run_of(session, appraisal)
    for sheet in sheets.values():
        for source, mark in sheet.marks.items():
            place = sheet.unit.key if sheet.unit.kind is UnitKind.TOWN else COUNTY
            missed = lists_of_mark(run, source)[MISSED]
            cases = list_members(session, coordinator, run, place, missed, agency_id=sheet.unit.agency_id)
            assert len(cases) == mark.denominator - mark.numerator
            assert {one.subject_id for one in cases} <= {everybody[1].id}


def test_an_appraisal_is_published_objected_to_answered_and_final(session: Session, county: County) -> None:
    coordinator, office, lead, town = (
        county.actor(name) for name in ("coordinator", "county_office", "health_lead", "town")
    )
    appraisal = previewed(session, county)
    here = appraisal.public_id
    assert list_appraisals(session, lead) == []  # a preview is the county's
    with pytest.raises(NotFound):
        object_to(session, lead, here, "management", "随访已补录", TODAY, NOW)
    with pytest.raises(Conflict):
        finish(session, coordinator, here, TODAY, NOW)
    until = publish(session, coordinator, here, TODAY, NOW).objections_until
    assert until == date(2026, 11, 27)  # five working days after a Saturday
    with pytest.raises(Conflict):
        publish(session, coordinator, here, TODAY, NOW)

    # a unit reads its own and nobody else's
    assert [one.unit.name for one in list_sheets(session, lead, appraisal)] == ["城关镇health_centre"]
    assert [one.unit.name for one in list_sheets(session, town, appraisal)] == ["城关镇"]
    for unit in (OTHER_TOWN, *(one.unit.key for one in list_sheets(session, lead, appraisal))):
        with pytest.raises(NotFound):
            get_sheet(session, town, appraisal, unit)

    with pytest.raises(Invalid):
        object_to(session, lead, here, "management", "  ", TODAY, NOW)
    with pytest.raises(Conflict):  # nothing was deducted
        object_to(session, lead, here, "reassessment", "无人应评", TODAY, NOW)
    with pytest.raises(NotFound):
        object_to(session, lead, here, "agreements", "不在方案内", TODAY, NOW)
    with pytest.raises(NotFound):
        object_to(session, coordinator, here, "management", "县里不是被考评单位", TODAY, NOW)
    first = object_to(session, lead, here, "management", "其中一人住院期间无法随访", until, NOW)
    with pytest.raises(Conflict):  # pressed twice
        object_to(session, lead, here, "management", "其中一人住院期间无法随访", until, NOW)
    second = object_to(session, town, here, "standard", "已按期随访", until, NOW)
    with pytest.raises(Conflict):  # a day too late
        object_to(session, town, here, "management", "已按期随访", until + timedelta(days=1), NOW)

    def answer(objection: AppraisalObjection, by: str = "county_office", upheld: bool = True, marks: int | None = 4000, words: str = "核实属实") -> AppraisalObjection:  # fmt: skip
        return answer_objection(session, county.actor(by), objection.public_id, AnswerObjection(upheld, words, marks), NOW)  # fmt: skip

    with pytest.raises(Conflict):  # not by whoever published
        answer(first, by="coordinator")
    same = replace(office, user_id=lead.user_id)  # whoever objected, at the county office by now
    with pytest.raises(Conflict):
        answer_objection(session, same, first.public_id, AnswerObjection(True, "核实属实", 4000), NOW)
    for marks in (None, 3000, 6001):
        with pytest.raises(Invalid):
            answer(first, marks=marks)
    with pytest.raises(Invalid):
        answer(first, words=" ")
    after = until + timedelta(days=1)
    with pytest.raises(Conflict):  # two are open
        finish(session, office, here, after, NOW)
    assert answer(first).state is ObjectionState.UPHELD
    with pytest.raises(Conflict):
        answer(first)
    assert answer(second, upheld=False, marks=None, words="系统内没有随访记录").state is ObjectionState.TURNED_DOWN
    (own,) = list_sheets(session, lead, appraisal)
    assert (own.marks["management"].deduction, own.marks_in("management")) == (3000, 4000)
    assert own.score == 6111  # (40 + 15) of 90, out of a hundred
    assert town_sheet(session, county, appraisal).score == 5000
    with pytest.raises(Conflict):  # the term runs to the end of its last day
        finish(session, office, here, until, NOW)
    assert finish(session, office, here, after, NOW).state is AppraisalState.FINAL
    with pytest.raises(Conflict):
        object_to(session, town, here, "management", "已按期随访", until, NOW)
    assert get_appraisal(session, lead, here).state is AppraisalState.FINAL
    steps = ["objection_made", "objection_made", "objection_upheld", "objection_turned_down"]
    assert noted(session) == ["previewed", "published", *steps, "final"]


def test_a_preview_of_a_report_or_scheme_that_was_replaced_is_dropped_and_made_anew(
    session: Session, county: County
) -> None:
    coordinator, office = county.actor("coordinator"), county.actor("county_office")
    appraisal = previewed(session, county)
    revision = submitted(session, county, 1, "补录随访 1 次")
    assert find_revision(session, county.actor("town"), appraisal) is None
    with pytest.raises(Conflict):  # nobody has agreed to it
        preview(session, coordinator, revision.public_id, NOW)
    decide_revision(session, office, revision.public_id, agrees=True, now=NOW)
    assert find_revision(session, county.actor("town"), appraisal) is revision  # the pages say so
    with pytest.raises(Conflict):
        publish(session, coordinator, appraisal.public_id, TODAY, NOW)
    drop_preview(session, coordinator, appraisal.public_id, NOW)
    again = preview(session, coordinator, revision.public_id, NOW)
    decide_scheme(session, office, propose(session, county, (replace(RATE, marks=10_000),)).public_id, agrees=True, now=NOW)  # fmt: skip
    with pytest.raises(Conflict):
        publish(session, coordinator, again.public_id, TODAY, NOW)
    with pytest.raises(NotFound):
        drop_preview(session, county.actor("city_viewer"), "nobody", NOW)
    assert noted(session) == ["previewed", "dropped", "previewed"]


def test_the_database_keeps_what_was_published(session: Session, county: County) -> None:
    appraisal = previewed(session, county)
    publish(session, county.actor("coordinator"), appraisal.public_id, TODAY, NOW)
    object_to(session, county.actor("town"), appraisal.public_id, "management", "已按期随访", TODAY, NOW)
    published_by = appraisal.published_by
    another = {"unit_kind": UnitKind.TOWN, "unit": "x", "source": "x", "full_marks": 1, "numerator": 0, "denominator": 1, "deduction": 0}  # fmt: skip
    turned_down = {"state": ObjectionState.TURNED_DOWN, "answer": "不", "answered_at": NOW, "answered_by": published_by}
    for tampering in (
        update(AppraisalMark).values(deduction=0),
        delete(AppraisalMark),
        insert(AppraisalMark).values(appraisal_id=appraisal.id, **another),
        update(AppraisalScheme).values(items=[]),
        update(AppraisalScheme).values(state=SchemeState.PROPOSED),
        update(Appraisal).values(state=AppraisalState.PREVIEW),
        update(Appraisal).values(objections_until=date(2027, 1, 1)),
        update(Appraisal).values(state=AppraisalState.FINAL, final_at=NOW),
        delete(Appraisal),
        update(AppraisalObjection).values(text="改"),
        update(AppraisalObjection).values(**turned_down),
        delete(AppraisalObjection),
    ):
        with pytest.raises(IntegrityError) as refused, session.begin_nested():
            session.execute(tampering)
        assert "guard" in str(refused.value), tampering

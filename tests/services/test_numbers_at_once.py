"""Two people who decide about a county's numbers at one moment: one of them does, and the other reads that it is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, inspect, select, update
from sqlalchemy.orm import Session

from app.areas.models import AgencyKind, AreaSetting
from app.audit.models import AuditEvent, PrintedPaper
from app.core.db import Database, new_public_id
from app.core.models import WorkItem
from app.numbers.commands import SetResidents, SubmitReport
from app.numbers.commands_appraisal import AnswerObjection
from app.numbers.commands_training import RecordTraining
from app.numbers.models import (
    Appraisal,
    AppraisalObjection,
    AppraisalScheme,
    AreaPopulation,
    IndicatorRun,
    ReportSubmission,
    SupervisionOrder,
    TrainingSession,
)
from app.numbers.queries.runs import values_of
from app.numbers.rules.appraisal import AppraisalState
from app.numbers.rules.settings import NumberSettings, RegularMode
from app.numbers.rules.training import TrainingTopic
from app.numbers.service.appraising import answer_objection, drop_preview, finish, object_to, preview, publish
from app.numbers.service.asking import ask_for_numbers
from app.numbers.service.computing import compute, count_apart
from app.numbers.service.deciding import set_counting, set_residents, set_target
from app.numbers.service.forgetting import READ_FOR, forget_a_run
from app.numbers.service.ordering import send_order
from app.numbers.service.reporting import ask_for_report
from app.numbers.service.schemes import decide_scheme, withdraw_scheme
from app.numbers.service.submitting import decide_revision, submit_report, withdraw_revision
from app.numbers.service.training import record_training, withdraw_training
from app.numbers.work_papers import print_report
from app.patients.models import Diagnosis
from app.patients.rules import DiagnosisCategory
from app.tasks.rules import TaskKind
from tests.conftest import NOW, TODAY
from tests.rig.county import COUNTY, OTHER_TOWN, TOWN, County
from tests.rig.crowd import at_once, meanwhile
from tests.services.test_appraisal import QUARTER, people
from tests.services.test_appraisal import propose as proposed
from tests.services.test_supervision_orders import order, owe, unit

Act = Callable[[Session], object]
LATER = NOW + timedelta(hours=1)


class Meeting:
    """A county whose people press at one moment."""

    def __init__(self, database: Database, county: County) -> None:
        self.database, self.county = database, county

    def by(self, who: str, act: Callable[..., object], *said: Any, **more: Any) -> Act:
        return lambda session: act(session, self.county.actor(who), *said, **more)

    def do(self, who: str, act: Callable[..., Any], *said: Any, **more: Any) -> Any:
        with self.database.transaction() as session:
            made = act(session, self.county.actor(who), *said, **more)
            return getattr(made, "public_id", None)

    def meet(self, first: Act, second: Act, told: str) -> None:
        assert meanwhile(self.database, first, second) == ("done", told)

    def twice(self, act: Act, told: str) -> None:
        self.meet(act, act, told)

    def one(self, model: Any, *which: Any) -> str:
        with self.database.reading() as session:
            return str(session.scalars(select(model.public_id).where(*which)).one())

    def count(self, model: Any, *which: Any) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(model).where(*which)) or 0

    def count_anew(self, regular: RegularMode, hours: int) -> str:
        with self.database.transaction() as session:
            actor, now = self.county.actor("coordinator"), NOW + timedelta(hours=hours)
            return compute(session, actor, COUNTY, QUARTER, NumberSettings(regular=regular), TODAY, now).public_id

    def next_night(self, days: int) -> Act:
        def count_and_forget(session: Session) -> None:
            actor, now = self.county.actor("coordinator"), NOW + timedelta(days=days)
            compute(session, actor, COUNTY, QUARTER, NumberSettings(), TODAY, now)
            while forget_a_run(session, now + READ_FOR):
                pass

        return count_and_forget


@pytest.fixture
def meeting(database: Database, county: County) -> Iterator[Meeting]:
    with database.transaction() as session:
        people(session, county)
    yield Meeting(database, county)


def test_of_two_who_decide_on_a_scheme_a_report_or_an_appraisal_one_does_and_the_other_reads_it(
    meeting: Meeting, county: County
) -> None:
    by, do, meet, twice = meeting.by, meeting.do, meeting.meet, meeting.twice

    # a scheme: proposed twice, then adopted and withdrawn
    meet(
        lambda session: proposed(session, county),
        lambda session: proposed(session, county, who="county_office"),
        "numbers.appraisal.scheme_waiting",
    )
    scheme = meeting.one(AppraisalScheme)
    agree = by("county_office", decide_scheme, scheme, agrees=True, now=NOW)
    meet(agree, by("coordinator", withdraw_scheme, scheme, NOW), "numbers.appraisal.scheme_decided")

    # a report: submitted by two of one count
    run = meeting.count_anew(RegularMode.STRICT, 0)
    submit = partial(submit_report, command=SubmitReport(run), now=NOW)
    meet(by("coordinator", submit), by("county_office", submit), "numbers.submission.nothing_new")
    report = meeting.one(ReportSubmission)

    # marks: previewed twice, dropped twice; published and dropped
    twice(by("coordinator", preview, report, NOW), "numbers.appraisal.standing")
    first = meeting.one(Appraisal)
    twice(by("coordinator", drop_preview, first, NOW), "numbers.appraisal.not_preview")
    second = do("coordinator", preview, report, NOW)

    # a revision is agreed to while somebody publishes marks by the report before
    again = meeting.count_anew(RegularMode.LAST_VISIT, 1)
    revision = do("coordinator", submit_report, SubmitReport(again, "口径更正"), LATER)
    agree = by("county_office", decide_revision, revision, agrees=True, now=LATER)
    meet(agree, by("coordinator", publish, second, TODAY, NOW), "numbers.appraisal.revised")
    meet(
        by("coordinator", drop_preview, second, NOW),
        by("coordinator", publish, second, TODAY, NOW),
        "numbers.appraisal.not_preview",
    )

    # another revision: refused and withdrawn
    more = do("coordinator", submit_report, SubmitReport(meeting.count_anew(RegularMode.STRICT, 2), "再更正"), LATER)
    refuse = by("county_office", decide_revision, more, agrees=False, now=LATER)
    meet(refuse, by("coordinator", withdraw_revision, more, LATER), "numbers.submission.decided")

    # objections: one item twice; answered twice; one answered while somebody ends the appraisal
    third = do("coordinator", preview, revision, NOW)
    do("coordinator", publish, third, TODAY, NOW)
    word = partial(object_to, public_id=third, source="management", text="已按期随访", today=TODAY, now=NOW)
    twice(by("town", word), "numbers.appraisal.objected")
    objection = meeting.one(AppraisalObjection)
    answer = by("county_office", answer_objection, objection, AnswerObjection(False, "没有记录", None), NOW)
    twice(answer, "numbers.appraisal.objection_answered")
    after = TODAY + timedelta(days=30)
    twice(by("county_office", finish, third, after, NOW), "numbers.appraisal.not_published")
    assert meeting.one(Appraisal, Appraisal.state == AppraisalState.FINAL) == third

    # whoever did something is noted, whoever only tried is not
    with meeting.database.reading() as session:
        noted = Counter(session.scalars(select(AuditEvent.action)))
    expected = {
        "report_submitted": 1,
        "revision_proposed": 2,
        "revision_agreed": 1,
        "revision_refused": 1,
        "revision_withdrawn": 0,
    }
    marks = {"previewed": 3, "dropped": 2, "published": 1, "objection_made": 1, "objection_turned_down": 1, "final": 1}
    expected |= {f"appraisal.{what}": times for what, times in marks.items()}
    assert {what: noted[f"numbers.{what}"] for what in expected} == expected


def test_what_two_write_down_at_one_moment_stands_once(meeting: Meeting, county: County) -> None:
    by, do, meet, twice = meeting.by, meeting.do, meeting.meet, meeting.twice
    meet(
        by("county_office", set_counting, {"regular": "last_visit"}, NOW),
        by("coordinator", set_counting, {"regular": "strict"}, NOW),
        "done",
    )
    twice(by("county_office", set_residents, SetResidents(2026, {TOWN: 52_000}, "公报"), NOW), "done")
    twice(by("county_office", set_target, TOWN, "management", 2026, 9000, "安卫〔2026〕2号", NOW), "done")
    assert meeting.count(AreaSetting, AreaSetting.name == "numbers.regular") == 1
    assert meeting.count(AreaPopulation) == 1

    with meeting.database.transaction() as session:
        owe(session, county, "何小满", TaskKind.FOLLOW_UP)
        centre = unit(session, county, AgencyKind.HEALTH_CENTRE)
    send = by("coordinator", send_order, order("follow_up", centre), TODAY, NOW)
    twice(send, "done")
    assert meeting.count(SupervisionOrder) == 1

    key = new_public_id()
    held = RecordTraining(key, TODAY, TrainingTopic.FOLLOW_UP, "随访规范", "", "", 4, (), (("王五", "村委会"),))
    twice(by("coordinator", record_training, held, TODAY, NOW), "done")
    assert meeting.count(TrainingSession) == 1
    training = do("coordinator", record_training, held, TODAY, NOW)
    twice(by("coordinator", withdraw_training, training, NOW), "numbers.training.withdrawn")


def test_many_who_ask_for_one_count_at_one_moment_are_given_one(meeting: Meeting, county: County) -> None:
    def ask(who: str) -> None:
        meeting.do(who, ask_for_numbers, COUNTY, QUARTER, NOW)

    told = at_once([partial(ask, ("coordinator", "county_office")[number % 2]) for number in range(6)])
    assert sorted(told) == ["core.work.under_way"] * 3 + ["done"] * 3
    assert meeting.count(WorkItem) == 1


def test_a_count_beside_a_submission_and_an_order_keeps_nobody_waiting_and_takes_nothing_away(
    meeting: Meeting, county: County
) -> None:
    """The older count was replaced a day ago: at night it would be forgotten, were it not being submitted."""
    run = meeting.count_anew(RegularMode.STRICT, 0)
    compute_next_day = meeting.next_night(2)
    submit = meeting.by("county_office", submit_report, SubmitReport(run), NOW)
    meeting.meet(submit, compute_next_day, "done")
    assert meeting.one(IndicatorRun, IndicatorRun.is_frozen) == run
    with meeting.database.transaction() as session:
        owe(session, county, "何小满", TaskKind.FOLLOW_UP)
        centre = unit(session, county, AgencyKind.HEALTH_CENTRE)
    # an order is sent while a count is under way, and is not kept until it ends
    if not meeting.database.is_sqlite:
        with meeting.database.transaction() as session:
            compute_next_day(session)
            meeting.do("coordinator", send_order, order("follow_up", centre), TODAY, NOW)
    # the other way round: who submits what was forgotten meanwhile is told to look again
    again = meeting.count_anew(RegularMode.LAST_VISIT, 96)
    far = meeting.next_night(9)
    late = meeting.by("county_office", submit_report, SubmitReport(again, "更正"), NOW)
    assert meanwhile(meeting.database, far, late)[1] in ("numbers.submission.computed_anew", "NotFound")


def test_a_bound_volume_is_drawn_from_one_count_though_the_county_is_counted_anew_meanwhile(
    app: Flask, meeting: Meeting, county: County
) -> None:
    run = meeting.count_anew(RegularMode.STRICT, 0)
    with meeting.database.transaction() as session:
        item = ask_for_report(session, county.actor("coordinator"), COUNTY, QUARTER, NOW, below=True)
    hours = count(1)

    def count_anew(_done: int, _total: int) -> None:
        meeting.count_anew(RegularMode.STRICT, next(hours))

    print_report(meeting.database, item, count_anew)
    assert next(hours) > 2, "counted anew before each town"
    with meeting.database.reading() as session:
        towns = session.execute(select(PrintedPaper.area_code, PrintedPaper.subject_id)).all()
    assert sorted(towns) == [(TOWN, run), (OTHER_TOWN, run)]


def test_others_write_while_a_county_is_read_and_whoever_began_later_is_not_overtaken(
    meeting: Meeting, county: County
) -> None:
    told, later = [], []

    def write(done: int, total: int) -> None:
        told.append((done, total))
        if done in (1, 3):
            later.append(meeting.count_anew(RegularMode.STRICT, done))

    reading, transaction = meeting.database.reading, meeting.database.transaction
    actor = county.actor("coordinator")
    run = count_apart(reading, transaction, actor, COUNTY, QUARTER, TODAY, NOW, write)
    assert run.public_id == later[-1] and meeting.count(IndicatorRun) == 2
    assert told == [(done, 4) for done in range(5)]
    with reading() as session:
        assert not inspect(session.connection()).get_temp_table_names(), "the pool's connection knows nobody any more"


def test_of_two_counts_stored_at_one_moment_whoever_began_later_stands(meeting: Meeting, county: County) -> None:
    def counted(hours: int) -> Act:
        def act(session: Session) -> None:
            reading, actor = meeting.database.reading, county.actor("coordinator")
            now = NOW + timedelta(hours=hours)
            count_apart(reading, lambda: nullcontext(session), actor, COUNTY, QUARTER, TODAY, now)

        return act

    assert meanwhile(meeting.database, counted(1), counted(0)) == ("done", "done")
    with meeting.database.reading() as session:
        assert session.scalars(select(IndicatorRun.computed_at)).all() == [LATER]


def test_all_sets_of_a_count_are_of_one_moment(meeting: Meeting, county: County) -> None:
    def change(done: int, _total: int) -> None:
        if done == 1:
            with meeting.database.transaction() as session:
                session.execute(update(Diagnosis).values(category=DiagnosisCategory.OTHER_REPORTABLE))

    reading, transaction = meeting.database.reading, meeting.database.transaction
    actor = county.actor("coordinator")
    run = count_apart(reading, transaction, actor, COUNTY, QUARTER, TODAY, NOW, change)
    with reading() as session:
        counts = values_of(session, actor, run, [COUNTY])[COUNTY]
    assert counts["registered"] > 0, "the diagnoses were changed after the count had begun"

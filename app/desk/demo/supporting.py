"""The people around patients: plans with the family, what came of referrals, families told to civil affairs, joint groups and their
meetings. A few honest rows of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import String, cast, literal, select
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.queries import list_places
from app.areas.rules import AreaLevel, prefix_of, town_of
from app.core.actor import Actor
from app.core.batches import insert_rows
from app.core.db import new_public_id
from app.core.quarter import Quarter
from app.core.reasons import Label, Reason, reason
from app.core.scope import within_prefix
from app.desk.demo.bulk import Row
from app.desk.demo.moments import Moments
from app.desk.demo.places import COUNTY, TOWN
from app.desk.demo.settling import County
from app.desk.queries.plan_facts import plan_facts
from app.desk.rules_plan import suggest
from app.patients.commands_support import AddGroupMember, Decided, MakePlan, PlannedStep, RecordMeeting
from app.patients.models import Patient
from app.patients.rules import CareSetting, ManagementStatus, TeamPart
from app.patients.rules_support import Dependants, DependantsOutcome, MeetingDecision, MeetingTopic, PlanAim
from app.patients.service.dependants import close_dependants, report_dependants, take_up_dependants
from app.patients.service.groups import add_group_member, found_group, record_meeting
from app.patients.service.plans import make_plan, open_late_steps, tick_step
from app.people.vault import Vault
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.visits.models import FollowUpVisit
from app.visits.rules.form import YesNo
from app.visits.rules.referral import NOT_GONE_LABELS, RECEIPT_WITHIN_DAYS, NotGone

_DAY = timedelta(days=1)
_ANSWERED_AFTER = 9 * _DAY
_FORGOTTEN = 2  # of the doctor's own referrals nobody has asked yet what came of so many
_LATE = (1, 3)  # plans of which a step is late
_WISHES = ("想早点回厂里上班", "希望晚上能睡好觉，少跑医院", "老人年纪大了，担心以后没人照顾他")
_WALK = PlannedStep(PlanAim.COMPANY, "家人每天陪着说说话，每周一起出门走一走", TeamPart.GUARDIAN, date.min)
# place in a group, name, unit
_TOWN_MEMBERS = (
    (TeamPart.TOWN, "吴文举", "镇政府 副镇长"),
    (TeamPart.POLICE, "严守正", "派出所 教导员"),
    (TeamPart.DOCTOR, "胡秀英", "卫生院 公卫科长"),
    (TeamPart.CIVIL_AFFAIRS, "程家和", "民政办 主任"),
    (TeamPart.DISABLED_FEDERATION, "章丽", "残联 专职委员"),
)
_VILLAGE_MEMBERS = (
    (TeamPart.VILLAGE_CADRE, "葛长青", "村委会 主任"),
    (TeamPart.GRID_WORKER, "章小满", "网格员"),
    (TeamPart.POLICE, "罗卫国", "派出所 社区民警"),
    (TeamPart.DOCTOR, "汪海燕", "村卫生室"),
)


def support(session: Session, vault: Vault, county: County, moments: Moments) -> None:
    _answer_referrals(session, county, moments)
    patients = _patients(session)
    _plan(session, vault, county.actors["doctor"], moments, patients[:6])
    _tell(session, county, moments, patients[6:9])
    _found(session, county, moments)
    session.flush()


def _patients(session: Session) -> Sequence[Patient]:
    """In the town of the demonstration's doctor, from the end of its list: other scenes begin at its beginning."""
    at_home = select(Patient).where(
        within_prefix(Patient.area_code, prefix_of(TOWN)),
        Patient.management_status == ManagementStatus.MANAGED,
        Patient.care_setting == CareSetting.HOME,
        Patient.last_visit_on.is_not(None),
    )
    return session.scalars(at_home.order_by(Patient.id.desc()).limit(9)).all()


# -- plans -------------------------------------------------------------------------------------------------------------


def _plan(session: Session, vault: Vault, doctor: Actor, moments: Moments, patients: Sequence[Patient]) -> None:
    """Made some weeks ago; of each some steps are done, of a few one is late; the second has a version before it."""
    for number, patient in enumerate(patients):
        made_on = moments.today - (20 + 12 * number) * _DAY
        facts = plan_facts(session, doctor, patient, made_on)
        steps = [PlannedStep(one.aim, one.what, one.part, one.by_on) for one in suggest(facts, made_on)[:3]] + [
            replace(_WALK, by_on=made_on + (30 if number in _LATE else 85) * _DAY)
        ]
        if number == 1:
            _make(session, vault, doctor, patient, moments, made_on - 80 * _DAY, [steps[-1]], "")
        plan_id = _make(session, vault, doctor, patient, moments, made_on, steps, _WISHES[number % len(_WISHES)])
        for line in range(1, len(steps) if number else 2):
            on = min(made_on + (5 + 3 * line) * _DAY, moments.today)
            tick_step(session, doctor, patient, plan_id, line, on, moments.on(on, 90))
    open_late_steps(session, Actor.operator(), moments.today, moments.on(moments.today, 0))


def _make(
    session: Session,
    vault: Vault,
    doctor: Actor,
    patient: Patient,
    moments: Moments,
    on: date,
    steps: Sequence[PlannedStep],
    wishes: str,
) -> str:
    moved = tuple(replace(step, by_on=max(step.by_on, on)) for step in steps)
    order = MakePlan(new_public_id(), on, on + 91 * _DAY, moved, wishes)
    return make_plan(session, vault, doctor, patient, order, on, moments.on(on, 75)).public_id


# -- referrals ---------------------------------------------------------------------------------------------------------


def _answer_referrals(session: Session, county: County, moments: Moments) -> None:
    """What came of the referrals of two years; the youngest, and a few that somebody forgot, still wait."""
    asked = select(literal(1)).where(
        Task.kind == TaskKind.REFERRAL,
        Task.patient_id == FollowUpVisit.patient_id,
        Task.period == literal("visit:") + cast(FollowUpVisit.id, String),
    )
    rows = session.execute(
        select(
            FollowUpVisit.id,
            FollowUpVisit.patient_id,
            FollowUpVisit.visited_on,
            FollowUpVisit.referral_org,
            Patient.area_code,
            Patient.agency_id,
        )
        .join(Patient, Patient.id == FollowUpVisit.patient_id)
        .where(
            FollowUpVisit.referral == YesNo.YES,
            FollowUpVisit.withdrawn_at.is_(None),
            Patient.management_status == ManagementStatus.MANAGED,
            ~asked.exists(),
        )
        .order_by(FollowUpVisit.id)
    ).all()
    own = [row for row in rows if row.area_code.startswith(prefix_of(TOWN))]
    forgotten = {row.id for row in sorted(own, key=lambda row: row.visited_on)[-_FORGOTTEN:]}
    receipts = [_receipt(row, number, row.id in forgotten, county, moments) for number, row in enumerate(rows)]
    insert_rows(session, Task, receipts)


def _receipt(row: Any, number: int, is_forgotten: bool, county: County, moments: Moments) -> Row:
    visited_on, org = row.visited_on, row.referral_org or "—"
    due_on = visited_on + RECEIPT_WITHIN_DAYS * _DAY
    waits = is_forgotten or moments.today - visited_on < _ANSWERED_AFTER
    answered = moments.on(min(visited_on + _ANSWERED_AFTER, moments.today), number)
    awaited = reason("visit.referral.awaited", visited_on=visited_on, org=org, on=due_on)
    return {
        "public_id": new_public_id(),
        "kind": TaskKind.REFERRAL,
        "patient_id": row.patient_id,
        "period": f"visit:{row.id}",
        "area_code": row.area_code,
        "agency_id": row.agency_id,
        "due_on": due_on,
        "because": [awaited.to_json()],
        "state": TaskState.OPEN if waits else TaskState.DONE,
        "opened_at": moments.on(visited_on, number),
        "closed_at": None if waits else answered,
        "closed_by": None if waits else county.actors["doctor"].user_id,
        "outcome": None if waits else _outcome(number, visited_on + 4 * _DAY, org).to_json(),
    }


def _outcome(number: int, on: date, org: str) -> Reason:
    if number % 7 == 3:
        why = (NotGone.UNWILLING, NotGone.TRANSPORT, NotGone.BETTER)[number % 3]
        return reason("visit.referral.not_gone", why=Label(NOT_GONE_LABELS[why]))
    return reason("visit.referral.seen", on=on, org=org)


# -- dependants --------------------------------------------------------------------------------------------------------


def _tell(session: Session, county: County, moments: Moments, patients: Sequence[Patient]) -> None:
    """One family waits, one is taken up, one has been helped."""
    doctor, town = county.actors["doctor"], county.actors["town"]
    for patient, who, days in zip(patients, Dependants, (1, 4, 30), strict=False):
        on = moments.today - days * _DAY
        task = report_dependants(session, doctor, patient, who, on, moments.on(on, 40 + days))
        session.flush()
        if days > 1:
            take_up_dependants(session, town, task.public_id, moments.on(on + _DAY, 100))
        if days > 4:
            done_on = on + 3 * _DAY
            outcome = DependantsOutcome.ARRANGED
            close_dependants(session, town, task.public_id, outcome, done_on, moments.on(done_on, 200))


# -- joint groups ------------------------------------------------------------------------------------------------------


def _found(session: Session, county: County, moments: Moments) -> None:
    """All towns but the last have a group, most villages too; most have met this quarter, some not yet."""
    office = county.actors["county_office"]
    towns = list_places(session, prefix_of(COUNTY), AreaLevel.TOWN)
    for number, town in enumerate(towns[:-1]):
        _group(session, office, moments, town, _TOWN_MEMBERS, number, has_met=number % 4 != 0)
    for number, village in enumerate(_villages(session, towns[:-1])):
        if number % 6 != 5:
            _group(session, office, moments, village, _VILLAGE_MEMBERS, number, has_met=number % 3 != 0)


def _villages(session: Session, towns: Sequence[Area]) -> Iterator[Area]:
    codes = {town.code for town in towns}
    for village in list_places(session, prefix_of(COUNTY), AreaLevel.VILLAGE):
        if town_of(village.code) in codes:
            yield village


def _group(
    session: Session,
    office: Actor,
    moments: Moments,
    place: Area,
    members: Sequence[tuple[TeamPart, str, str]],
    number: int,
    has_met: bool,
) -> None:
    today, since = moments.today, moments.today - 300 * _DAY
    group = found_group(session, office, place.code, since, since, moments.on(since, number))
    present = tuple(
        add_group_member(
            session,
            office,
            group,
            AddGroupMember(part, name, since, post, f"0559-25{number:03d}{line:02d}", line == 0),
            since,
            moments.on(since, number + line),
        ).id
        for line, (part, name, post) in enumerate(members)
    )
    before = Quarter.of(today).previous().last_day - (10 + number % 40) * _DAY
    days = [before, *([_meeting_day(today, number)] if has_met else [])]
    decisions = (
        Decided(MeetingDecision.VISIT, "中秋、国庆前走访一遍", members[0][0], before + 20 * _DAY),
        Decided(MeetingDecision.RELIEF, "符合条件的尽快申请", None, None),
    )
    topics = (MeetingTopic.SITUATION, MeetingTopic.GUARDIANS, MeetingTopic.RELIEF)
    for held_on in days:
        said = RecordMeeting(
            held_on, present[: len(present) - number % 2], topics, decisions if held_on == before else ()
        )
        record_meeting(session, office, group, said, held_on, moments.on(held_on, 120))


def _meeting_day(today: date, number: int) -> date:
    """A day of the running quarter that has passed."""
    first = Quarter.of(today).first_day
    return first + ((number * 3) % max(1, (today - first).days)) * _DAY

"""Treatment in the town of the demonstration's doctor: injections in time and late, medicine that runs out, examinations, company, emergencies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.rules import prefix_of
from app.core.scope import within_prefix
from app.desk.demo.agreeing import agree
from app.desk.demo.moments import Moments
from app.desk.demo.places import TOWN
from app.desk.demo.settling import County
from app.incidents.commands import FillRecord, OpenEmergency
from app.incidents.models import Emergency
from app.incidents.queries.doses import daily_doses
from app.incidents.rules import (
    ConsentSigner,
    Disposal,
    EmergencyEffect,
    EmergencyReason,
    Measure,
    NotAnEmergency,
    PersonCategory,
    PoliceTold,
    ReporterKind,
)
from app.incidents.service import answer_no_emergency, fill_record, finish_record, open_emergency, record_check
from app.patients.commands_treatment import RecordExamination, RecordInjection, RecordSupply, SetJointVisits
from app.patients.models import Patient
from app.patients.rules import CareSetting, ManagementStatus, RegistryStatus
from app.patients.rules_treatment import AgreedBy, InjectionSite, JointTrigger
from app.patients.service.company import set_joint_visits
from app.patients.service.treatment import open_examinations, record_examination, record_injection, record_supply
from app.people.vault import Vault
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind

HOSPITAL = "安和县精神卫生中心"
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_OLD = 2 * _DAY  # a question that is older was answered on its day
# days since the last injection of a four-week course: in time, due this week, a few days late, long late
_INJECTED = (9, 24, 31, 41)
# (days since medicine was handed out, for how many days)
_SUPPLIED = ((3, 30), (26, 30), (33, 30))
_PRESSURES = ((126, 82), (148, 94), (118, 76))


def treat(session: Session, vault: Vault, county: County, moments: Moments) -> None:
    """A few honest rows of each kind; everything by the use cases that people would have used."""
    _answer_old_questions(session, county, moments)
    patients = _patients(session)
    _inject(session, vault, county, moments, patients[:4])
    _supply(session, county, moments, patients[4:7])
    _examine(session, vault, county, moments, patients[7:11])
    open_examinations(session, county.actors["county_office"], moments.today, moments.on(moments.today, 0))
    for patient in patients[11:12]:
        order = SetJointVisits(moments.today + 60 * _DAY, (JointTrigger.THREATS, JointTrigger.SUBSTANCE))
        doctor = county.actors["doctor"]
        set_joint_visits(session, doctor, patient, order, moments.today, moments.on(moments.today, 30))
    _respond(session, vault, county, moments, patients[12:14])
    agree(session, vault, county, moments, patients[9:11])
    session.flush()


def _patients(session: Session) -> Sequence[Patient]:
    at_home = select(Patient).where(
        within_prefix(Patient.area_code, prefix_of(TOWN)),
        Patient.registry_status == RegistryStatus.REGISTERED,
        Patient.management_status == ManagementStatus.MANAGED,
        Patient.care_setting == CareSetting.HOME,
        Patient.last_visit_on.is_not(None),
    )
    return session.scalars(at_home.order_by(Patient.id).limit(14)).all()


def _answer_old_questions(session: Session, county: County, moments: Moments) -> None:
    asked = select(Task).where(
        Task.kind == TaskKind.EMERGENCY_RECORD,
        Task.state == TaskState.OPEN,
        Task.due_on < moments.today - _OLD,
    )
    for task in session.scalars(asked.order_by(Task.id)).all():
        on = moments.on(task.due_on, 240)
        answer_no_emergency(session, county.actors["county_office"], task, NotAnEmergency.HANDLED, on)


def _inject(session: Session, vault: Vault, county: County, moments: Moments, patients: Sequence[Patient]) -> None:
    for number, (patient, days) in enumerate(zip(patients, _INJECTED, strict=False)):
        for given_on in (moments.today - (days + 28) * _DAY, moments.today - days * _DAY):
            order = RecordInjection(
                f"demo-injection-{number}-{given_on}", "棕榈酸帕利哌酮", "100", 4, given_on, InjectionSite.DELTOID, HOSPITAL
            )  # fmt: skip
            record_injection(session, vault, county.actors["doctor"], patient, order, _on(moments, given_on))


def _supply(session: Session, county: County, moments: Moments, patients: Sequence[Patient]) -> None:
    doctor = county.actors["doctor"]
    taken = daily_doses(session, doctor, [patient.id for patient in patients])
    for number, (patient, (days, enough)) in enumerate(zip(patients, _SUPPLIED, strict=False)):
        given_on = moments.today - days * _DAY
        drug = next(iter(taken.get(patient.id, {})), "奥氮平片")
        order = RecordSupply(f"demo-supply-{number}", drug, given_on, enough, HOSPITAL)
        record_supply(session, doctor, patient, order, _on(moments, given_on))


def _examine(session: Session, vault: Vault, county: County, moments: Moments, patients: Sequence[Patient]) -> None:
    """Three were examined, one declined."""
    on = max(moments.today - 40 * _DAY, date(moments.today.year, 1, 1))
    for number, patient in enumerate(patients):
        key = f"demo-examination-{number}"
        order = RecordExamination(key, on, AgreedBy.REFUSED)
        if number < len(_PRESSURES):
            systolic, diastolic = _PRESSURES[number]
            order = RecordExamination(
                key, on, AgreedBy.GUARDIAN, systolic, diastolic, "62.5", "6.1", "3.6", "24", "5.6", 1
            )  # fmt: skip
        record_examination(session, vault, county.actors["doctor"], patient, order, _on(moments, on))


def _respond(session: Session, vault: Vault, county: County, moments: Moments, patients: Sequence[Patient]) -> None:
    """One that is being written down, one that is finished and checked once, one about somebody unknown."""
    doctor, now = county.actors["doctor"], moments.on(moments.today, 300)
    if len(patients) < 2:
        return
    running, over = patients
    reporter, reason = ReporterKind.FAMILY, EmergencyReason.SELF_HARM
    began = OpenEmergency("demo-emergency-1", reporter, reason, now - 3 * _HOUR, "镇卫生院门前", running.public_id)
    open_emergency(session, vault, doctor, began, now - 2 * _HOUR)
    at = now - 20 * _HOUR
    earlier = OpenEmergency("demo-emergency-2", reporter, EmergencyReason.RELAPSE, at, "家中", over.public_id)
    emergency = open_emergency(session, vault, doctor, earlier, at)
    fill_record(session, vault, doctor, emergency, _filled(emergency, at + _HOUR), at + 2 * _HOUR)
    finish_record(session, doctor, emergency, at + 3 * _HOUR)
    record_check(session, vault, doctor, emergency, True, "神志清楚，情绪平稳，已进食。", at + 5 * _HOUR)
    unknown = OpenEmergency(
        "demo-emergency-3", ReporterKind.POLICE, EmergencyReason.DANGER, now - 30 * _HOUR, "长途汽车站",
        category=PersonCategory.UNKNOWN, area_code=running.area_code,
    )  # fmt: skip
    open_emergency(session, vault, doctor, unknown, now - 29 * _HOUR)


def _filled(emergency: Emergency, ended_at: datetime) -> FillRecord:
    return FillRecord(
        version=emergency.version,
        reason=EmergencyReason.RELAPSE,
        ended_at=ended_at,
        place="家中",
        scene="三天未服药，夜间摔砸家具，家属劝止无效。",
        reporter_name="邻居老钱",
        diagnosis="精神分裂症，病情复发",
        measures_text="劝导、陪伴；氟哌啶醇注射液 5 mg 肌内注射，观察 1 小时。",
        consent_name="家属",
        risk_level=3,
        measures=int(Measure.ON_THE_SPOT | Measure.DRUG),
        effect=EmergencyEffect.CONTROLLED,
        disposal=Disposal.ON_THE_SPOT,
        consent_signer=ConsentSigner.GUARDIAN,
        police_told_at=ended_at,
        police_told=PoliceTold.ON_SCENE,
        team=(("曹医生", "镇卫生院"), ("民警老田", "镇派出所"), ("村主任", "村民委员会")),
    )


def _on(moments: Moments, day: date) -> datetime:
    return moments.on(day, 180)

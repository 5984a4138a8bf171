"""Last quarter's report as the county handed it in, what was learned about it since, and the year's training."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.rules import prefix_of, town_of
from app.core.quarter import Quarter
from app.core.scope import within_prefix
from app.desk.demo.bulk import new_id
from app.desk.demo.moments import Moments
from app.desk.demo.places import COUNTY, TOWN
from app.desk.demo.settling import County
from app.guardians.models import Agreement
from app.numbers.commands import SubmitReport
from app.numbers.commands_training import RecordTraining
from app.numbers.queries.training import TRAINED
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.training import TrainingTopic
from app.numbers.service.computing import compute_county
from app.numbers.service.submitting import submit_report
from app.numbers.service.training import record_training
from app.patients.models import Patient
from app.patients.rules import CareSetting, ManagementStatus
from app.patients.service import record_death
from app.people.models import DatePrecision

_NATURAL = 1  # cause of death on the form
# how many days before today, subject, title, place, teacher, half-hours, one in how many of the staff came
_SESSIONS = (
    (212, TrainingTopic.NORM, "管理治疗工作规范培训", "县卫生健康委会议室", "市精神卫生中心", 6, 2),
    (96, TrainingTopic.EMERGENCY, "应急处置与警医联动演练", "城关镇卫生院", "县精神卫生中心", 5, 3),
    (31, TrainingTopic.CONFIDENTIALITY, "患者隐私与信息安全", "县卫生健康委会议室", "县精防办", 3, 4),
)


def submit_last_quarter(session: Session, county: County, moments: Moments) -> None:
    """Handed in the day before; a death that the village tells of today makes today's count another one."""
    period = ReportPeriod.quarter_of(Quarter.of(moments.today).previous())
    coordinator, day_before = county.actors["coordinator"], moments.today - timedelta(days=1)
    run = compute_county(session, coordinator, COUNTY, period, moments.today, moments.on(day_before, 0))
    submit_report(session, coordinator, SubmitReport(run.public_id), moments.on(day_before, 5))
    patient = _alone(session, period)
    if patient is not None and patient.last_visit_on is not None:
        died_on = min(patient.last_visit_on + timedelta(days=9), period.last_day)
        record_death(
            session, county.actors["county_office"], patient, died_on, DatePrecision.DAY, _NATURAL, moments.on(moments.today, 3)
        )  # fmt: skip
    compute_county(session, coordinator, COUNTY, period, moments.today, moments.on(moments.today, 5))


def _alone(session: Session, period: ReportPeriod) -> Patient | None:
    """Somebody last seen in the quarter, of another town than the doctor's, for whom no guardian is paid."""
    is_paid_for = exists().where(Agreement.patient_id == Patient.id)
    return session.scalar(
        select(Patient)
        .where(
            within_prefix(Patient.area_code, prefix_of(COUNTY)),
            ~within_prefix(Patient.area_code, prefix_of(town_of(TOWN))),
            Patient.management_status == ManagementStatus.MANAGED,
            Patient.care_setting == CareSetting.HOME,
            Patient.last_visit_on >= period.first_day,
            Patient.last_visit_on <= period.last_day - timedelta(days=10),
            ~is_paid_for,
        )
        .order_by(Patient.last_visit_on, Patient.id)
        .limit(1)
    )


def train(session: Session, county: County, moments: Moments, rng: Random) -> None:
    """Three sessions of the year; some of the staff have had none."""
    office = county.actors["county_office"]
    staff = select(User).where(within_prefix(User.area_code, office.area_prefix), User.role.in_(TRAINED))
    accounts = session.scalars(staff.order_by(User.id)).all()
    for days, topic, title, place, teacher, half_hours, share in _SESSIONS:
        held_on = moments.today - timedelta(days=days)
        came = tuple(one.public_id for number, one in enumerate(accounts) if number % share == 0)
        others = (("程书远", "县残联"),) if share == 2 else ()
        command = RecordTraining(new_id(rng), held_on, topic, title, place, teacher, half_hours, came, others)
        record_training(session, office, command, moments.today, moments.on(held_on, 400))

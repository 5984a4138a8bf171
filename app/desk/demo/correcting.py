"""News that came after the money: a discharge that the next run makes good, and a stay learned late that is being paid back in parts."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.db import new_public_id
from app.core.money import Money
from app.core.quarter import Quarter
from app.desk.demo.moments import Moments
from app.desk.demo.places import COUNTY
from app.desk.demo.settling import County
from app.guardians.models import Agreement
from app.patients.models import Admission, Patient
from app.patients.rules import CareSetting, ManagementStatus
from app.patients.service import record_admission, record_discharge
from app.subsidies.commands import ProposeRecovery, ReceiveMoney
from app.subsidies.models import Recovery, SubsidyLine
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.recovery import RecoveryState, RecoveryStep
from app.subsidies.service.late_facts import find_late_facts_everywhere
from app.subsidies.service.recovering import decide_recovery, propose_recovery, receive_money

HOSPITAL = "市第四人民医院"
_DAY = timedelta(days=1)
_STAY = 10 * _DAY


def admit_one(session: Session, county: County, moments: Moments, quarter: Quarter, day: date) -> Patient | None:
    """Somebody is known to lie in hospital when the quarter is prepared; nobody has told yet that they are home again."""
    agreed = exists().where(
        Agreement.patient_id == Patient.id,
        Agreement.from_on <= quarter.first_day,
        Agreement.ended_on.is_(None),
        Agreement.to_on >= quarter.last_day,
    )
    patient = session.scalars(
        select(Patient)
        .where(
            Patient.management_status == ManagementStatus.MANAGED,
            Patient.care_setting == CareSetting.HOME,
            Patient.risk_level >= 3,
            agreed,
            ~exists().where(Admission.patient_id == Patient.id),
        )
        .order_by(Patient.id)
        .limit(1)
    ).one_or_none()
    if patient is not None:
        from_on, office = quarter.last_day - 3 * _STAY, county.actors["county_office"]
        record_admission(session, office, patient, HOSPITAL, from_on, None, moments.on(day, 20))
    return patient


def discharge_one(
    session: Session, county: County, moments: Moments, patient: Patient | None, quarter: Quarter, day: date
) -> None:
    """The word comes when the quarter has been paid: the discharge lies weeks back."""
    if patient is not None:
        on, office = quarter.last_day - 2 * _STAY, county.actors["county_office"]
        record_discharge(session, office, patient, on, moments.on(day, 420))


def pay_back(session: Session, county: County, moments: Moments, paid: Quarter) -> None:
    """The night's look finds what was too much; of one case the county has decided, and a part has come back."""
    today, actors = moments.today, county.actors
    _learn_of_a_stay(session, actors["county_office"], moments, paid)
    held = nullcontext(session)
    find_late_facts_everywhere(lambda: held, lambda: held, Actor.operator(), today, moments.on(today, 3))
    case = session.scalars(
        select(Recovery).where(Recovery.state == RecoveryState.FOUND).order_by(Recovery.amount_fen.desc(), Recovery.id)
    ).first()
    if case is None:
        return
    document = f"安民追〔{today.year}〕1号"
    command = ProposeRecovery(new_public_id(), case.public_id, RecoveryStep.ASKED, document, today + 3 * _STAY)
    propose_recovery(session, actors["clerk"], command, moments.on(today, 30))
    decide_recovery(session, actors["reviewer"], case.public_id, True, moments.on(today, 50))
    part = Money(max(case.amount_fen // 200 * 100, 1))
    slip = ReceiveMoney(new_public_id(), case.public_id, part, f"HD{today:%Y%m%d}01", today)
    receive_money(session, actors["finance"], slip, moments.on(today, 70))


def _learn_of_a_stay(session: Session, office: Actor, moments: Moments, paid: Quarter) -> None:
    line = SubsidyLine
    patient = session.scalars(
        select(Patient)
        .join(line, line.patient_id == Patient.id)
        .where(
            line.period == str(paid),
            line.days == paid.days,
            line.decision == LineState.PAY,
            line.is_live,
            Patient.care_setting == CareSetting.HOME,
            ~exists().where(Admission.patient_id == Patient.id),
        )
        .order_by(line.id.desc())
        .limit(1)
    ).one_or_none()
    if patient is not None and patient.area_code.startswith(COUNTY[:6]):
        from_on = paid.first_day + _STAY
        record_admission(session, office, patient, HOSPITAL, from_on, from_on + 2 * _STAY, moments.on(moments.today, 2))

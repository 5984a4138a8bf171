"""Where each check of data quality looks: a condition on a registration (`Patient` joined with its `Person`), as of a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, Integer, and_, cast, exists, extract, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.accounts.models import User
from app.areas.models import Area
from app.areas.rules import AreaLevel
from app.core.dates import add_months
from app.guardians.models import Agreement, Guardianship
from app.guardians.rules import Rank
from app.guardians.rules.guardianship import MANY_PATIENTS
from app.numbers.rules.quality import OLDEST, STAY_CONFIRMED_WITHIN, YOUNGEST_GUARDIAN
from app.patients.models import Consent, Patient, PatientSpan
from app.patients.rules import (
    NOT_LIVE,
    CareSetting,
    ConsentKind,
    ManagementStatus,
    RegistryStatus,
    SpanKind,
)
from app.people.models import Person, Phone
from app.visits.models import FollowUpVisit
from app.visits.rules.form import VisitClass, YesNo

Condition = ColumnElement[bool]
Guard = aliased(Person)
Doctor = aliased(User)

_REGISTERED = Patient.registry_status == RegistryStatus.REGISTERED
_CARED_FOR = (ManagementStatus.MANAGED, ManagementStatus.PENDING_CONSENT)


def _guardian(rank: Rank | None = None) -> Condition:
    """A guardianship of the patient that stands."""
    standing = and_(
        Guardianship.patient_id == Patient.id, Guardianship.to_on.is_(None), Guardianship.withdrawn_at.is_(None)
    )
    return standing if rank is None else and_(standing, Guardianship.rank == rank)


def _guarded_by(what: Condition) -> Condition:
    return exists(select(1).select_from(Guardianship).join(Guard, Guard.id == Guardianship.person_id).where(_guardian(), what))  # fmt: skip


def _last_visit(what: Condition) -> Condition:
    return exists(select(1).where(FollowUpVisit.id == Patient.last_visit_id, what))


def _open_span(what: SpanKind, value: str, *more: Condition) -> Condition:
    return exists(
        select(1).where(
            PatientSpan.patient_id == Patient.id,
            PatientSpan.what == what,
            PatientSpan.value == value,
            PatientSpan.to_on.is_(None),
            PatientSpan.withdrawn_at.is_(None),
            *more,
        )
    )


def _no_phone() -> Condition:
    own = exists(select(1).where(Phone.person_id == Patient.person_id))
    of_guardian = exists(
        select(1).select_from(Guardianship).join(Phone, Phone.person_id == Guardianship.person_id).where(_guardian())
    )
    return and_(~own, ~of_guardian)


def _no_village() -> Condition:
    """A town without villages stands for its own village."""
    below = aliased(Area)
    has_villages = exists(
        select(1).where(below.parent_code == Area.code, below.level == AreaLevel.VILLAGE, below.replaced_by.is_(None))
    )
    wrong = or_(Area.replaced_by.is_not(None), and_(Area.level != AreaLevel.VILLAGE, has_villages))
    return exists(select(1).where(Area.code == Patient.area_code, wrong))


def _guardian_of_many() -> Condition:
    """Nothing in it hangs on the patient, so that it is looked up once and not for each."""
    standing = (Guardianship.rank == Rank.FIRST, Guardianship.to_on.is_(None), Guardianship.withdrawn_at.is_(None))
    many = (
        select(Guardianship.person_id)
        .where(*standing)
        .group_by(Guardianship.person_id)
        .having(func.count() >= MANY_PATIENTS)
    )
    return Patient.id.in_(select(Guardianship.patient_id).where(*standing, Guardianship.person_id.in_(many)))


def _no_consent() -> Condition:
    agreed = exists(
        select(1).where(
            Consent.patient_id == Patient.id,
            Consent.kind == ConsentKind.COMMUNITY_MANAGEMENT,
            Consent.is_agreed,
            Consent.to_on.is_(None),
            Consent.withdrawn_at.is_(None),
        )
    )
    return and_(Patient.management_status.in_(_CARED_FOR), ~agreed)


def _year(partial: InstrumentedAttribute[str | None]) -> ColumnElement[int]:
    return cast(func.substr(partial, 1, 4), Integer)


def _earlier(first: InstrumentedAttribute[str | None], then: InstrumentedAttribute[str | None]) -> Condition:
    """Of two partial dates, as far as both are known."""
    return func.substr(first, 1, func.length(then)) < func.substr(then, 1, func.length(first))


def _running(today: date) -> Condition:
    return exists(
        select(1).where(
            Agreement.patient_id == Patient.id,
            Agreement.withdrawn_at.is_(None),
            Agreement.ended_on.is_(None),
            Agreement.from_on <= today,
            Agreement.to_on >= today,
        )
    )


def _after_death() -> Condition:
    late = exists(
        select(1).where(
            FollowUpVisit.patient_id == Patient.id,
            FollowUpVisit.visited_on > Person.died_on,
            FollowUpVisit.withdrawn_at.is_(None),
        )
    )
    return and_(Person.died_on.is_not(None), Patient.registry_status.not_in(NOT_LIVE), late)


def _lost_but_seen() -> Condition:
    since = _open_span(SpanKind.MANAGEMENT, ManagementStatus.LOST, PatientSpan.from_on < Patient.last_seen_on)
    return and_(Patient.management_status == ManagementStatus.LOST, since)


def _long_stay(today: date) -> Condition:
    limit = add_months(today, -STAY_CONFIRMED_WITHIN)
    return and_(
        Patient.care_setting == CareSetting.INPATIENT,
        _open_span(SpanKind.CARE, CareSetting.INPATIENT, PatientSpan.from_on < limit),
        or_(Patient.last_visit_on.is_(None), Patient.last_visit_on < limit),
    )


def _born_before(today: date, years: int) -> date:
    return add_months(today, -12 * years)


_LIVING: Final[dict[str, Callable[[date], Condition]]] = {
    "dead_but_registered": lambda _: Person.died_on.is_not(None),
    "guardian_dead": lambda _: _guarded_by(Guard.died_on.is_not(None)),
    "guardian_under_age": lambda today: _guarded_by(Guard.born_on > _born_before(today, YOUNGEST_GUARDIAN)),
    "due_too_late": lambda _: _last_visit(FollowUpVisit.next_due_on > FollowUpVisit.latest_due_on),
    "high_level_but_stable": lambda _: and_(Patient.risk_level >= 3, Patient.visit_class != VisitClass.UNSTABLE),
    "lost_but_seen": lambda _: _lost_but_seen(),
    "age_impossible": lambda today: or_(Person.born_on > today, Person.born_on < _born_before(today, OLDEST)),
    "onset_before_birth": lambda _: _year(Patient.first_onset) < extract("year", Person.born_on),
    "medicine_before_onset": lambda _: _earlier(Patient.first_antipsychotic, Patient.first_onset),
    "no_diagnosis": lambda _: Patient.diagnosis_category.is_(None),
    "no_id_number": lambda _: Person.id_number_sealed.is_(None),
    "no_birth_date": lambda _: Person.born_on.is_(None),
    "no_sex": lambda _: Person.sex.not_in((1, 2)),
    "no_phone": lambda _: _no_phone(),
    "no_address": lambda _: Patient.address_sealed.is_(None),
    "no_village": lambda _: _no_village(),
    "no_record_number": lambda _: Patient.record_number.is_(None),
    "no_doctor": lambda _: Patient.doctor_id.is_(None),
    "doctor_gone": lambda _: exists(select(1).where(Doctor.id == Patient.doctor_id, Doctor.is_disabled)),
    "no_guardian": lambda _: ~exists(select(1).where(_guardian(Rank.FIRST))),
    "no_second_guardian": lambda _: ~exists(select(1).where(_guardian(Rank.SECOND))),
    "no_consent": lambda _: _no_consent(),
    "no_risk_level": lambda _: Patient.risk_level.is_(None),
    "no_onset": lambda _: Patient.first_onset.is_(None),
    "unstable_not_referred": lambda _: _last_visit(
        and_(
            FollowUpVisit.visit_class == VisitClass.UNSTABLE,
            or_(FollowUpVisit.referral.is_(None), FollowUpVisit.referral != YesNo.YES),
        )
    ),
    "long_stay": _long_stay,
    "guardian_of_many": lambda _: _guardian_of_many(),
}
_ENDED = (RegistryStatus.DEAD, *NOT_LIVE)
_OTHERS: Final[dict[str, Callable[[date], Condition]]] = {
    "visit_after_death": lambda _: _after_death(),
    "agreement_after_end": lambda today: and_(Patient.registry_status.in_(_ENDED), _running(today)),
}


def condition(code: str, today: date) -> Condition:
    """Whom a check finds; most are asked of registered patients."""
    if code in _OTHERS:
        return _OTHERS[code](today)
    return and_(_REGISTERED, _LIVING[code](today))

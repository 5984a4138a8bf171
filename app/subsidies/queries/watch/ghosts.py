"""Files that may have nobody behind them: what is known of the patients of a run whose files are young, in a query a kind of sign."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.areas.rules import prefix_of
from app.core.clock import SHANGHAI, business_day
from app.core.reasons import reason
from app.core.scope import within_prefix
from app.guardians.models import Agreement, Guardianship
from app.guardians.rules import Rank
from app.incidents.models import Emergency
from app.patients.models import Admission, Diagnosis, Patient
from app.patients.rules import NOT_LIVE
from app.people.models import Person, Phone
from app.risk.models import Reassessment, RiskLevel
from app.subsidies.models import HomeCheck, RunKind, SubsidyLine, SubsidyRun
from app.subsidies.queries.watch.watched import Watched
from app.subsidies.rules.watch import Finding, FlagSubject, Pattern
from app.subsidies.rules.watch_ghosts import GhostFact, ghost_signs
from app.visits.models import DeviceSubmission, FollowUpVisit
from app.visits.rules.states import VisitChannel

YOUNG = timedelta(
    days=366
)  # a ghost is looked for in its first year; afterwards yearly papers and home checks have met the patient
NIGHT = (time(22), time(5))

_Creator = aliased(User)
_Recorder = aliased(User)
_OtherPatient = aliased(Patient)
_OtherPerson = aliased(Person)
_OtherPhone = aliased(Phone)
# what somebody who works with patients leaves behind, and who wrote it
_RECORDS = (
    (FollowUpVisit, FollowUpVisit.recorded_by),
    (RiskLevel, RiskLevel.recorded_by),
    (Reassessment, Reassessment.recorded_by),
    (Diagnosis, Diagnosis.recorded_by),
    (Admission, Admission.recorded_by),
    (Emergency, Emergency.opened_by),
)


@dataclass
class _Known:
    """What the run's young files are judged by, one look-up each."""

    elsewhere: set[int] = field(default_factory=set)
    diagnosed: set[int] = field(default_factory=set)
    twins: set[int] = field(default_factory=set)
    files: Counter[Any] = field(default_factory=Counter)
    minutes: dict[int, int] = field(default_factory=dict)
    nightly: set[int] = field(default_factory=set)
    wards: dict[int, int] = field(default_factory=dict)
    phones: dict[int, int] = field(default_factory=dict)
    first_run_at: datetime | None = None


def ghost_patients(session: Session, watched: Watched) -> Iterator[Finding]:
    """Named: who made the file."""
    rows = session.execute(
        watched.lines(SubsidyLine, Agreement, Patient, Person.id_index)
        .join(Patient, Patient.id == SubsidyLine.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .where(*_young(watched))
        .order_by(SubsidyLine.id)
    ).all()
    if not rows:
        return
    known = _known(session, watched)
    for line, agreement, patient, id_index in rows:
        fact = _fact(known, line, agreement, patient, id_index is not None)
        said = ghost_signs(fact, watched.limits)
        if said:
            yield Finding(
                Pattern.GHOST_PATIENT, FlagSubject.PATIENT, patient.public_id, line.area_code, said, patient.created_by,
                line.id,
            )  # fmt: skip


def unmet_at_home(session: Session, watched: Watched) -> Iterator[Finding]:
    """Drawn for a check at home, and nobody was met, however old the file is; named: the doctor who visits, else the file's maker."""
    rows = session.execute(
        watched.lines(SubsidyLine, Patient)
        .join(Patient, Patient.id == SubsidyLine.patient_id)
        .join(HomeCheck, HomeCheck.agreement_id == SubsidyLine.agreement_id)
        .where(HomeCheck.run_id == SubsidyLine.run_id, HomeCheck.is_met.is_(False))
        .order_by(SubsidyLine.id)
    )
    for line, patient in rows:
        said = (reason("subsidies.watch.ghost_not_met"),)
        user = patient.doctor_id or patient.created_by
        yield Finding(
            Pattern.GHOST_PATIENT, FlagSubject.PATIENT, patient.public_id, line.area_code, said, user, line.id
        )  # fmt: skip


def _fact(known: _Known, line: SubsidyLine, agreement: Agreement, patient: Patient, has_number: bool) -> GhostFact:
    first = known.first_run_at
    return GhostFact(
        created_on=business_day(patient.created_at),
        registered_on=patient.registered_on,
        is_opening=patient.is_opening,
        is_late_opening=patient.is_opening and first is not None and patient.created_at > first,
        has_other_record=patient.id in known.elsewhere,
        has_diagnosis=patient.id in known.diagnosed,
        has_number=has_number,
        files_that_day=known.files[patient.created_by, business_day(patient.created_at)],
        visits_that_minute=known.minutes.get(patient.id, 1),
        has_twin=patient.id in known.twins,
        wards=known.wards.get(line.payee_person_id, 1),
        on_the_phone=known.phones.get(line.payee_person_id, 1),
        agreement_from=agreement.from_on,
        agreement_recorded_on=business_day(agreement.recorded_at),
        is_nightly=patient.id in known.nightly,
    )


def _young(watched: Watched) -> tuple[Any, ...]:
    since = datetime.combine(watched.run.decided_as_of - YOUNG, time.min, SHANGHAI)
    return (Patient.created_at >= since,)


def _young_patients(watched: Watched) -> Select[Any]:
    return (
        watched.lines(SubsidyLine.patient_id)
        .join(Patient, Patient.id == SubsidyLine.patient_id)
        .where(*_young(watched))
    )


def _known(session: Session, watched: Watched) -> _Known:
    known = _Known(
        elsewhere={one for model, by in _RECORDS for one in session.scalars(_elsewhere(watched, model, by))},
        diagnosed=set(
            session.scalars(select(Diagnosis.patient_id).where(Diagnosis.patient_id.in_(_young_patients(watched))))
        ),
        twins=set(session.scalars(_twins(watched))),
        files=_files(session, watched),
        wards={person: count for person, count in session.execute(_wards(watched)).all()},  # noqa: C416  # rows are no pairs to a type checker
        phones={person: count for person, count in session.execute(_phones(watched)).all()},  # noqa: C416  # as above
        first_run_at=session.scalar(
            select(func.min(SubsidyRun.prepared_at)).where(
                SubsidyRun.county_code == watched.run.county_code, SubsidyRun.kind != RunKind.OPENING
            )
        ),
    )
    _look_at_minutes(session, watched, known)
    return known


def _elsewhere(watched: Watched, model: Any, by: Any) -> Select[Any]:
    """Patients of whom somebody of another organisation than the file's maker has recorded something."""
    return (
        select(model.patient_id)
        .join(Patient, Patient.id == model.patient_id)
        .join(_Creator, _Creator.id == Patient.created_by)
        .join(_Recorder, _Recorder.id == by)
        .where(
            model.patient_id.in_(_young_patients(watched)),
            func.coalesce(_Recorder.agency_id, 0) != func.coalesce(_Creator.agency_id, 0),
        )
        .distinct()
    )


def _twins(watched: Watched) -> Select[Any]:
    """Another live file of the county bears the same name and birth date."""
    twin = (
        exists()
        .where(_OtherPerson.id == _OtherPatient.person_id)
        .where(_OtherPatient.id != Patient.id, _OtherPatient.registry_status.not_in(NOT_LIVE))
        .where(within_prefix(_OtherPatient.area_code, prefix_of(watched.run.county_code)))
        .where(_OtherPerson.name_sort == Person.name_sort, _OtherPerson.name == Person.name)
        .where(_OtherPerson.born_on == Person.born_on)
    )
    return (
        watched.lines(SubsidyLine.patient_id)
        .join(Patient, Patient.id == SubsidyLine.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .where(*_young(watched), twin)
    )


def _files(session: Session, watched: Watched) -> Counter[Any]:
    """(user, day) → how many files were made, the county's own list aside."""
    rows = session.execute(
        select(Patient.created_by, Patient.created_at).where(
            within_prefix(Patient.area_code, prefix_of(watched.run.county_code)), ~Patient.is_opening, *_young(watched)
        )
    )
    return Counter((by, business_day(at)) for by, at in rows)


def _wards(watched: Watched) -> Select[int, int]:
    """First guardian → patients, where there are several."""
    return (
        select(Guardianship.person_id, func.count(Guardianship.patient_id.distinct()))
        .where(
            Guardianship.rank == Rank.FIRST,
            Guardianship.withdrawn_at.is_(None),
            or_(Guardianship.to_on.is_(None), Guardianship.to_on > watched.period.first_day),
            Guardianship.person_id.in_(watched.payees()),
        )
        .group_by(Guardianship.person_id)
        .having(func.count(Guardianship.patient_id.distinct()) > 1)
    )


def _phones(watched: Watched) -> Select[int, int]:
    """Payee → people who have the same telephone, where there are several."""
    return (
        select(Phone.person_id, func.count(_OtherPhone.person_id.distinct()))
        .join(_OtherPhone, _OtherPhone.number_index == Phone.number_index)
        .where(Phone.is_main, Phone.person_id.in_(watched.payees()))
        .group_by(Phone.person_id)
        .having(func.count(_OtherPhone.person_id.distinct()) > 1)
    )


def _look_at_minutes(session: Session, watched: Watched, known: _Known) -> None:
    """Who entered visits for several patients within one minute, and whose visits were all entered at night."""
    since = datetime.combine(watched.period.first_day, time.min, SHANGHAI)
    area = within_prefix(FollowUpVisit.area_code, prefix_of(watched.run.county_code))
    typed = session.execute(
        select(FollowUpVisit.recorded_by, FollowUpVisit.recorded_at, FollowUpVisit.patient_id).where(
            area,
            ~FollowUpVisit.is_opening,
            FollowUpVisit.channel == VisitChannel.PAGE,
            FollowUpVisit.recorded_at >= since,
        )
    ).all()
    sent = session.execute(
        select(DeviceSubmission.device_id, DeviceSubmission.claimed_at, DeviceSubmission.patient_id).where(
            within_prefix(DeviceSubmission.area_code, prefix_of(watched.run.county_code)),
            DeviceSubmission.claimed_at >= since,
        )
    ).all()
    for rows in (typed, sent):
        at_once: defaultdict[Any, set[int]] = defaultdict(set)
        for who, at, patient_id in rows:
            if at is not None:
                at_once[who, at.replace(second=0, microsecond=0)].add(patient_id)
        for patients in at_once.values():
            for patient_id in patients:
                known.minutes[patient_id] = max(known.minutes.get(patient_id, 1), len(patients))
    by_day = {patient_id for _, at, patient_id in typed if not _is_night(at)}
    known.nightly = {patient_id for _, _, patient_id in typed} - by_day


def _is_night(at: datetime) -> bool:
    local = at.astimezone(SHANGHAI).time()
    return local >= NIGHT[0] or local < NIGHT[1]

"""Families that apply for the coming year, one in each state, and a few papers that are kept: neutral drawings, nobody's papers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.crypto import Keyring
from app.core.dates import add_months
from app.core.db import new_public_id
from app.core.reasons import reason
from app.core.scope import within
from app.desk.demo.moments import Moments
from app.desk.demo.places import VILLAGE
from app.desk.demo.scans import keep_scans
from app.desk.demo.settling import County
from app.documents.rules import DocumentKind, DocumentSubject
from app.documents.subjects import Subject
from app.guardians.commands import SignAgreement
from app.guardians.commands_application import Apply
from app.guardians.models import Agreement, Guardianship
from app.guardians.rules import Rank
from app.guardians.rules.application import REQUIRED, ApplicationStep
from app.guardians.service.applications import apply_for_agreement, check_application, send_back, sign_application
from app.patients.models import Patient
from app.patients.rules import RegistryStatus
from app.tasks.rules import RENEWAL_DAYS_BEFORE_END

_ALL = tuple(sorted(REQUIRED))
_SOME = (DocumentKind.APPLICATION, DocumentKind.IDENTITY)
_PAPERS = (DocumentKind.AGREEMENT, DocumentKind.IDENTITY, DocumentKind.RELATION)
_KEPT = 4  # agreements of the village worker's village with a picture of their signed page
# how far each family has come; the last two are done
_STATES = ("applied", "first_checked", "second_checked", "returned", "withdrawn", "signed")


@dataclass
class _Office:
    """Who takes the steps, and when."""

    session: Session
    county: County
    moments: Moments

    def actor(self, name: str) -> Actor:
        return self.county.actors[name]


def apply_some(session: Session, keyring: Keyring, county: County, moments: Moments) -> None:
    """Nothing where every family of the town has an agreement that runs on."""
    office = _Office(session, county, moments)
    families = list(_applying(session, county.actors["town"], moments.today))
    for state, (patient, starts) in zip(_STATES, families, strict=False):
        _bring(office, patient, starts, state)
    _keep_papers(office, keyring)


def _applying(session: Session, town: Actor, today: date) -> Iterator[tuple[Patient, date]]:
    """Families and the first day they ask for: those whose agreement ends within weeks, then those who have none; the village worker's
    village first."""
    last = func.max(func.coalesce(Agreement.ended_on, Agreement.to_on))
    rows = session.execute(
        select(Patient, last)
        .join(Guardianship, Guardianship.patient_id == Patient.id)
        .outerjoin(Agreement, and_(Agreement.patient_id == Patient.id, Agreement.withdrawn_at.is_(None)))
        .where(
            Guardianship.rank == Rank.FIRST,
            Guardianship.to_on.is_(None),
            Guardianship.withdrawn_at.is_(None),
            Patient.registry_status == RegistryStatus.REGISTERED,
            within(Patient.area_code, town),
        )
        .group_by(Patient.id)
        .having(or_(last.is_(None), last <= today + timedelta(days=RENEWAL_DAYS_BEFORE_END)))
        .order_by(last.is_(None), Patient.area_code != VILLAGE, Patient.id)
        .limit(len(_STATES))
    ).all()
    for patient, ends_on in rows:
        yield patient, max(today, ends_on + timedelta(days=1)) if ends_on else today


def _bring(office: _Office, patient: Patient, starts: date, state: str) -> None:
    today, now = office.moments.today, office.moments.now
    session = office.session
    wanted = Apply(new_public_id(), today - timedelta(days=1), starts, _SOME if state == "returned" else _ALL)
    public_id = apply_for_agreement(session, office.actor("clerk"), patient, wanted, today, now).public_id
    if state == "withdrawn":
        ground = "guardians.application.family_wish"
        send_back(session, office.actor("clerk"), public_id, ApplicationStep.WITHDRAW, ground, now)
    elif state == "returned":
        ground = "guardians.application.lacks_papers"
        send_back(session, office.actor("town"), public_id, ApplicationStep.RETURN, ground, now)
    elif state != "applied":
        _pass_on(office, patient, public_id, state, starts)


def _pass_on(office: _Office, patient: Patient, public_id: str, state: str, starts: date) -> None:
    """The village's check, or the town's where it is another village; then the county's for the town's, and the signature."""
    session, today, now = office.session, office.moments.today, office.moments.now
    first, second = ("village_worker", "town") if patient.area_code == VILLAGE else ("town", "clerk")
    check_application(session, office.actor(first), public_id, (), True, today, now)
    if state == "first_checked":
        return
    check_application(session, office.actor(second), public_id, (), True, today, now)
    if state == "signed":
        third = "clerk" if second == "town" else "town"
        command = SignAgreement(starts, add_months(starts, 12) - timedelta(days=1), signed_on=today)
        sign_application(session, office.actor(third), patient, public_id, command, now)


def _keep_papers(office: _Office, keyring: Keyring) -> None:
    session, today, now = office.session, office.moments.today, office.moments.now
    rows: Sequence[tuple[Agreement, Patient]] = [
        (agreement, patient)
        for agreement, patient in session.execute(
            select(Agreement, Patient)
            .join(Patient, Patient.id == Agreement.patient_id)
            .where(Patient.area_code == VILLAGE, Agreement.withdrawn_at.is_(None), Agreement.to_on >= today)
            .order_by(Agreement.id)
            .limit(_KEPT)
        )
    ]
    for place, (agreement, patient) in enumerate(rows):
        title = reason("guardians.papers.agreement", number=agreement.number)
        about = Subject(DocumentSubject.AGREEMENT, agreement.public_id, patient.id, patient.area_code, title, "/")
        some, keeper = _PAPERS[: 3 - place % 3], office.actor("village_worker")
        keep_scans(session, keyring, keeper, about, some, place, agreement.signed_on, now)

"""Families that apply for the coming year, one in each state, and a few papers that are kept: neutral drawings, nobody's papers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO

from PIL import Image, ImageDraw
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.crypto import Keyring
from app.core.dates import add_months
from app.core.db import new_public_id
from app.core.reasons import reason
from app.core.scope import within
from app.desk.demo.moments import Moments
from app.desk.demo.places import VILLAGE
from app.desk.demo.settling import County
from app.documents.commands import AttachDocument
from app.documents.rules import DocumentKind, DocumentSubject
from app.documents.service import attach_document
from app.documents.subjects import Subject
from app.guardians.commands import SignAgreement
from app.guardians.commands_application import Apply
from app.guardians.models import Agreement
from app.guardians.queries.applications import find_live_application
from app.guardians.rules.application import REQUIRED, ApplicationStep
from app.guardians.service.applications import apply_for_agreement, check_application, send_back, sign_application
from app.patients.models import Patient
from app.patients.rules import RegistryStatus
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind

_ALL = tuple(sorted(REQUIRED))
_SOME = (DocumentKind.APPLICATION, DocumentKind.IDENTITY)
_PAPERS = (DocumentKind.AGREEMENT, DocumentKind.IDENTITY, DocumentKind.RELATION)
_PAGE = (620, 877)
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
    """Nothing where no agreement of the town is about to end."""
    office = _Office(session, county, moments)
    for state, (patient, agreement) in zip(_STATES, _renewing(session, county.actors["town"]), strict=False):
        _bring(office, patient, agreement, state)
    _keep_papers(office, keyring)


def _renewing(session: Session, town: Actor) -> Iterator[tuple[Patient, Agreement]]:
    """Families whose renewal is open and who have not applied yet, the village worker's village first."""
    rows = session.execute(
        select(Patient, Agreement)
        .join(Task, Task.patient_id == Patient.id)
        .join(Agreement, Agreement.patient_id == Patient.id)
        .where(
            Task.kind == TaskKind.AGREEMENT_RENEWAL,
            Task.state == TaskState.OPEN,
            Agreement.withdrawn_at.is_(None),
            Agreement.ended_on.is_(None),
            Patient.registry_status == RegistryStatus.REGISTERED,
            within(Patient.area_code, town),
        )
        .order_by(Patient.area_code != VILLAGE, Patient.id, Agreement.to_on.desc())
        .limit(40)
    ).all()
    seen: set[int] = set()
    for patient, agreement in rows:
        if patient.id not in seen and find_live_application(session, town, patient) is None:
            seen.add(patient.id)
            yield patient, agreement


def _bring(office: _Office, patient: Patient, agreement: Agreement, state: str) -> None:
    today, now = office.moments.today, office.moments.now
    session, starts = office.session, max(today, agreement.to_on + timedelta(days=1))
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
        for number, kind in enumerate(_PAPERS[: 3 - place % 3]):
            paper = AttachDocument(new_public_id(), kind, agreement.signed_on, _drawn(place, number))
            attach_document(session, keyring, office.actor("village_worker"), about, paper, today, now)


def _drawn(place: int, kind: int) -> bytes:
    """A sheet with grey lines: no face, no name, no number."""
    sheet = Image.new("RGB", _PAGE, (248, 247, 243))
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((230, 60, 390, 82), fill=(120, 120, 120))
    for number, y in enumerate(range(130, 780, 34 + 5 * kind)):
        pen.rectangle((70, y, 550 - (number * 53 + place * 31) % 170, y + 7), fill=(185, 185, 182))
    kept = BytesIO()
    sheet.save(kept, "JPEG", quality=70)
    return kept.getvalue()

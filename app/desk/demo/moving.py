"""People who move, and a record that is there twice: one transfer to answer, one accepted, one sent back; one merge to decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.rules import prefix_of
from app.core.actor import Actor
from app.core.scope import within_prefix
from app.desk.commands import AcceptTransfer, Proposal, ProposeTransfer, RefuseTransfer
from app.desk.demo.moments import Moments
from app.desk.demo.places import TOWN, VILLAGE, doctor_of
from app.desk.demo.settling import County
from app.desk.rules import TransferRefusal
from app.desk.service.requests import propose
from app.desk.service.transfers import accept_transfer, propose_transfer, refuse_transfer
from app.patients.commands import ConsentDraft, DiagnosisDraft, RegisterPatient
from app.patients.models import Patient
from app.patients.rules import (
    CareSetting,
    DiagnosisCategory,
    ManagementStatus,
    RegistryStatus,
    RequestKind,
    TransferReason,
)
from app.patients.service import register_patient
from app.people.commands import PersonDraft
from app.people.models import Person
from app.people.vault import Vault

OTHER_TOWN = "349921101000"  # 安平镇
_DAY = timedelta(days=1)


def move_some(session: Session, vault: Vault, county: County, moments: Moments) -> None:
    """By the use cases that people would have used, each on its day."""
    here, there = county.actors[doctor_of(TOWN)], county.actors[doctor_of(OTHER_TOWN)]
    ours, theirs = _at_home(session, TOWN), _at_home(session, OTHER_TOWN)
    if len(ours) < 3 or not theirs:
        return
    village = theirs[0].area_code
    _propose(session, there, theirs[-1], VILLAGE, TransferReason.FAMILY, 2, moments)
    accepted = _propose(session, here, ours[-1], village, TransferReason.MOVED_HOUSE, 12, moments)
    day = moments.today - 9 * _DAY
    accept_transfer(session, there, accepted, AcceptTransfer(day, there.user_id), day, moments.on(day, 40))
    refused = _propose(session, here, ours[-2], village, TransferReason.WORK, 20, moments)
    why = RefuseTransfer(TransferRefusal.NOT_LIVING_HERE, "工地已停工，人未到")
    refuse_transfer(session, there, refused, why, moments.on(moments.today - 17 * _DAY, 40))
    _register_twice(session, vault, county, there, ours[-3], village, moments)
    session.flush()


def _at_home(session: Session, town: str) -> Sequence[Patient]:
    """Managed people at home, whose last state is older than the days told here."""
    rows = select(Patient).where(
        within_prefix(Patient.area_code, prefix_of(town)),
        Patient.registry_status == RegistryStatus.REGISTERED,
        Patient.management_status == ManagementStatus.MANAGED,
        Patient.care_setting == CareSetting.HOME,
        Patient.risk_level < 3,
    )
    return session.scalars(rows.order_by(Patient.id.desc()).limit(60)).all()[::-1][:40]


def _propose(
    session: Session, actor: Actor, patient: Patient, village: str, why: TransferReason, ago: int, moments: Moments
) -> str:
    day = moments.today - ago * _DAY
    wanted = ProposeTransfer(patient.public_id, f"demo-move-{patient.id}", village, why)
    return propose_transfer(session, actor, wanted, day, moments.on(day, 60)).public_id


def _register_twice(
    session: Session, vault: Vault, county: County, there: Actor, patient: Patient, village: str, moments: Moments
) -> None:
    """Registered again in another town without papers, and found by the county office."""
    human, day = session.get_one(Person, patient.person_id), moments.today - 6 * _DAY
    twin = register_patient(
        session,
        vault,
        there,
        RegisterPatient(
            area_code=village,
            person=PersonDraft(human.name, born_on=human.born_on),
            registered_on=day,
            diagnosis=DiagnosisDraft(patient.diagnosis_category or DiagnosisCategory.SCHIZOPHRENIA),
            consent=ConsentDraft(day),
        ),
        day,
        moments.on(day, 80),
    )
    asked = Proposal(
        RequestKind.MERGE,
        twin.public_id,
        f"demo-merge-{twin.id}",
        from_on=moments.today - _DAY,
        why="desk.why.same_after_check",
        paper="入户核实记录",
        kept=patient.public_id,
    )
    office = county.actors["county_office"]
    propose(session, vault, office, asked, moments.today - _DAY, moments.on(moments.today - _DAY, 90))

"""Claims in the demonstration: one that was paid, one that was told late and still lacks papers, and relief while it waits."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import business_day
from app.core.db import new_public_id
from app.core.money import Money
from app.core.reasons import reason
from app.desk.demo.moments import Moments
from app.desk.demo.scans import keep_scans
from app.desk.demo.settling import County
from app.documents.rules import DocumentSubject
from app.documents.subjects import Subject
from app.incidents.models import Incident
from app.incidents.rules.incidents import IncidentState
from app.insurance.commands import ProposeRelief, ReportClaim
from app.insurance.models import Claim, Enrolment, InsurancePolicy
from app.insurance.rules.claims import SCANS, Harm, papers_needed
from app.insurance.rules.relief import ReliefGround
from app.insurance.service.claiming import complete_papers, decide_claim, pay_claim, report_claim
from app.insurance.service.relieving import propose_relief
from app.patients.models import Patient
from app.people.vault import Vault

_DAY = timedelta(days=1)
_YUAN = Money.from_yuan


def claim_some(session: Session, vault: Vault, county: County, policy: InsurancePolicy, moments: Moments) -> None:
    """Of the first two families of the insurer's list; the second's is of the incident that stands on record, where its family is insured."""
    insured = session.scalars(
        select(Patient).join(Enrolment, Enrolment.patient_id == Patient.id).where(Enrolment.policy_id == policy.id)
        .order_by(Enrolment.number).limit(2)
    ).all()  # fmt: skip
    if len(insured) < 2:
        return
    _paid(session, vault, county, policy, insured[0], moments)
    incident = session.scalars(
        select(Incident)
        .join(Enrolment, Enrolment.patient_id == Incident.patient_id)
        .where(Enrolment.policy_id == policy.id, Incident.state == IncidentState.CONFIRMED)
        .limit(1)
    ).one_or_none()
    if incident is None:
        _waiting(session, vault, county, policy, insured[1], moments.on(moments.today - 6 * _DAY, 60), moments)
    else:
        patient = session.get_one(Patient, incident.patient_id)
        _waiting(session, vault, county, policy, patient, incident.happened_at, moments)


def _paid(
    session: Session, vault: Vault, county: County, policy: InsurancePolicy, patient: Patient, moments: Moments
) -> None:
    clerk, old = county.actors["clerk"], moments.today - 40 * _DAY
    told = _told(policy, moments.on(old, 60), moments.on(old, 300), Harm.INJURY, "8650.00", "BA0021")
    claim = report_claim(session, clerk, patient, told, moments.on(old, 320))
    handed = old + 9 * _DAY
    _scan(session, vault, county, policy, claim, patient, 11, handed, moments.on(handed, 30))
    complete_papers(session, clerk, claim.public_id, handed, handed, moments.on(handed, 60))
    day, paid = old + 16 * _DAY, old + 18 * _DAY
    decide_claim(
        session, clerk, claim.public_id, agreed=_YUAN("7980.00"), refusal=None, decided_on=day, today=day,
        now=moments.on(day, 60),
    )  # fmt: skip
    pay_claim(session, clerk, claim.public_id, _YUAN("7980.00"), paid, paid, moments.on(paid, 60))


def _waiting(
    session: Session,
    vault: Vault,
    county: County,
    policy: InsurancePolicy,
    patient: Patient,
    happened_at: datetime,
    moments: Moments,
) -> None:
    clerk, new = county.actors["clerk"], business_day(happened_at)
    told = _told(policy, happened_at, moments.on(new + 3 * _DAY, 60), Harm.PROPERTY, "2300.00")
    claim = report_claim(session, clerk, patient, told, moments.on(new + 3 * _DAY, 90))
    came = new + 5 * _DAY
    _scan(session, vault, county, policy, claim, patient, 3, came, moments.on(came, 60))
    relief = ProposeRelief(
        new_public_id(), "孔祥顺", new, Harm.PROPERTY, ReliefGround.WAITS, _YUAN("1000.00"),
        f"安综治〔{moments.today.year}〕31号", claim.public_id,
    )  # fmt: skip
    propose_relief(session, vault, clerk, patient, relief, moments.now)


def _told(
    policy: InsurancePolicy, happened: datetime, told: datetime, harm: Harm, yuan: str, reference: str = ""
) -> ReportClaim:
    return ReportClaim(new_public_id(), policy.public_id, happened, told, harm, _YUAN(yuan), reference)


def _scan(
    session: Session,
    vault: Vault,
    county: County,
    policy: InsurancePolicy,
    claim: Claim,
    patient: Patient,
    most: int,
    on_day: date,
    now: datetime,
) -> None:
    """So many papers of the checklist, from its beginning."""
    title = reason("insurance.papers.claim", number=claim.number)
    about = Subject(DocumentSubject.CLAIM, claim.public_id, patient.id, patient.area_code, title, "/")
    kinds = [SCANS[kind] for kind in papers_needed(policy.kind, claim.harm)][:most]
    keep_scans(session, vault.keyring, county.actors["clerk"], about, kinds, claim.id, on_day, now)

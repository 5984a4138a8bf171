"""What happens to a patient beside the visits, each by the use case that people would have used, on its day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.desk.demo.contracts import Contract
from app.desk.demo.moments import Moments
from app.desk.demo.papers import Papers
from app.desk.demo.plan import Act, ActKind, Life
from app.desk.demo.settling import County
from app.desk.demo.visiting import submission_key
from app.guardians.commands import SignAgreement
from app.guardians.models import Guardianship
from app.guardians.rules import Rank
from app.guardians.service import sign_agreement
from app.patients.models import Patient
from app.patients.rules import ConsentKind, SpanKind
from app.patients.service import change_state, record_admission, record_death, record_discharge, withdraw_consent
from app.people import service as people
from app.people.commands import AccountDraft
from app.people.models import DatePrecision, Person
from app.people.vault import Vault
from app.visits.commands import DecideLost, KeepLoss, RecordAttempt, RecordVisit, Told
from app.visits.rules.attempts import AttemptOutcome, AttemptWay
from app.visits.rules.form import LostReason
from app.visits.rules.losses import Office, ToldWay
from app.visits.rules.prompts import DOUBTS
from app.visits.service import confirm_lost, record_attempt, record_visit
from app.visits.service.losses import keep_loss

HOSPITAL = "安和县精神卫生中心"
_DEATHS = ((1, 3), (1, 4), (1, 2), (1, 5), (4, None), (6, None))  # cause and physical cause, as the form codes them


@dataclass
class Actors:
    """What the acts share: where they are stored, who does them, and papers for those who need new ones."""

    session: Session
    vault: Vault
    county: County
    moments: Moments
    rng: Random
    papers: Papers

    def patient(self, life: Life) -> Patient:
        return self.session.get_one(Patient, self.county.patients[life.resident.number])


def do(acting: Actors, life: Life, act: Act) -> None:
    _DOINGS[act.kind](acting, life, act, acting.moments.on(act.day, 200))
    acting.session.flush()


def visit(acting: Actors, life: Life, index: int) -> None:
    """A visit by the use case itself, for whom more happens than visits."""
    encounter, doctor = life.encounters[index], acting.county.doctor_of(life.resident)
    command = RecordVisit(
        patient=acting.patient(life).public_id,
        submission_key=submission_key(life, index),
        record=encounter.record,
        notes=encounter.notes,
        accepted=DOUBTS,
    )
    now = acting.moments.on(encounter.entered_on, 300)
    record_visit(acting.session, acting.vault, doctor, command, encounter.entered_on, now)


def sign(acting: Actors, life: Life, contract: Contract) -> None:
    # not the product's own series: a roster uploaded to the demonstration brings numbers of that one
    number = f"ANHE-{contract.signed_on:%y%m}-{life.resident.number:05d}"
    command = SignAgreement(contract.from_on, contract.to_on, number, contract.signed_on)
    now = acting.moments.on(contract.signed_on, 120)
    sign_agreement(acting.session, acting.county.actors["town_county"], acting.patient(life), command, now)


def _admit(acting: Actors, life: Life, act: Act, now: datetime) -> None:
    doctor = acting.county.doctor_of(life.resident)
    record_admission(acting.session, doctor, acting.patient(life), HOSPITAL, act.on, None, now)


def _discharge(acting: Actors, life: Life, act: Act, now: datetime) -> None:
    record_discharge(acting.session, acting.county.doctor_of(life.resident), acting.patient(life), act.on, now)


def _move_care(acting: Actors, life: Life, act: Act, now: datetime) -> None:
    if act.care is None:
        raise ValueError("a move has a destination")
    doctor = acting.county.doctor_of(life.resident)
    change_state(acting.session, doctor, acting.patient(life), SpanKind.CARE, act.care.value, act.on, None, now)


def _attempt(acting: Actors, life: Life, act: Act, now: datetime) -> None:
    command = RecordAttempt(
        patient=acting.patient(life).public_id,
        submission_key=f"demo-{life.resident.number}-try-{act.on:%Y%m%d}",
        attempted_on=act.on,
        way=acting.rng.choice((AttemptWay.TELEPHONE, AttemptWay.HOME)),
        outcome=acting.rng.choice((AttemptOutcome.NOT_REACHED, AttemptOutcome.NOT_REACHED, AttemptOutcome.AWAY)),
    )
    record_attempt(acting.session, acting.vault, acting.county.doctor_of(life.resident), command, act.day, now)


_TOLD_OF_LOSS = {
    Office.POLITICAL_LEGAL: ToldWay.WRITTEN,
    Office.POLICE: ToldWay.BOTH,
    Office.PREVENTION: ToldWay.WRITTEN,
}


def _confirm_lost(acting: Actors, life: Life, act: Act, now: datetime) -> None:
    command = DecideLost(acting.patient(life).public_id, is_lost=True)
    lead = acting.county.lead_of(life.resident)
    confirm_lost(acting.session, lead, command, act.day, now)
    told = tuple(Told(office, now, way) for office, way in _TOLD_OF_LOSS.items())
    known = KeepLoss(command.patient, 0, LostReason.NOT_REACHED_THREE_TIMES, "邻居说往外县打工去了", told)
    keep_loss(acting.session, acting.vault, lead, known, now)


def _withdraw_consent(acting: Actors, life: Life, act: Act, now: datetime) -> None:
    signer = "guardian" if life.resident.guardian else "patient"
    withdraw_consent(
        acting.session,
        acting.county.doctor_of(life.resident),
        acting.patient(life),
        ConsentKind.COMMUNITY_MANAGEMENT,
        signer,
        act.on,
        now,
    )


def _die(acting: Actors, life: Life, act: Act, now: datetime) -> None:
    cause, physical = acting.rng.choice(_DEATHS)
    record_death(
        acting.session,
        acting.county.doctor_of(life.resident),
        acting.patient(life),
        act.on,
        DatePrecision.DAY,
        cause,
        now,
        physical_cause=physical,
    )


def _guardian_dies(acting: Actors, life: Life, act: Act, now: datetime) -> None:
    guardian = _first_guardian(acting, life)
    doctor = acting.county.doctor_of(life.resident)
    people.record_death(acting.session, doctor, guardian, act.on, DatePrecision.DAY, 1, now, physical_cause=4)


def _change_account(acting: Actors, life: Life, act: Act, now: datetime) -> None:
    kind, number, bank = acting.papers.account()
    draft = AccountDraft(kind=kind, number=number, from_on=act.on, bank_name=bank)
    clerk: Actor = acting.county.actors["clerk"]
    people.set_account(acting.session, acting.vault, _first_guardian(acting, life), draft, clerk, now)


def _first_guardian(acting: Actors, life: Life) -> Person:
    patient_id = acting.county.patients[life.resident.number]
    return acting.session.scalars(
        select(Person)
        .join(Guardianship, Guardianship.person_id == Person.id)
        .where(Guardianship.patient_id == patient_id, Guardianship.rank == Rank.FIRST, Guardianship.to_on.is_(None))
    ).one()


_DOINGS: dict[ActKind, Callable[[Actors, Life, Act, datetime], None]] = {
    ActKind.ADMIT: _admit,
    ActKind.DISCHARGE: _discharge,
    ActKind.MOVE_CARE: _move_care,
    ActKind.ATTEMPT: _attempt,
    ActKind.CONFIRM_LOST: _confirm_lost,
    ActKind.WITHDRAW_CONSENT: _withdraw_consent,
    ActKind.DIE: _die,
    ActKind.GUARDIAN_DIES: _guardian_dies,
    ActKind.CHANGE_ACCOUNT: _change_account,
}

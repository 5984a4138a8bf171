"""What a patient's treatment looks like: injections, supplies, examinations, and how the course of injections stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.errors import Forbidden
from app.core.reasons import Reason
from app.core.scope import within
from app.patients.models import Examination, Injection, MedicineSupply, Patient
from app.patients.rules_treatment import InjectionStanding, injection_standing
from app.people.vault import Vault
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind

SHOWN = 12  # a year of monthly injections

REACTION, FINDINGS = "injections.reaction", "examinations.findings"


@dataclass(frozen=True, slots=True)
class GivenInjection:
    """One injection as the page tells it; the reaction for roles that read free text."""

    injection: Injection
    reaction: str | None


@dataclass(frozen=True, slots=True)
class MadeExamination:
    examination: Examination
    findings: str | None


@dataclass(frozen=True, slots=True)
class Treatment:
    """The newest records of each kind, `course` None without a running course of injections."""

    injections: Sequence[GivenInjection]
    supplies: Sequence[MedicineSupply]
    examinations: Sequence[MadeExamination]
    course: InjectionStanding | None
    unlockings: Sequence[Reason]


def treatment_of(session: Session, actor: Actor, vault: Vault, patient: Patient, today: date) -> Treatment:
    """Raises `Forbidden` for roles that see nothing clinical."""
    _require_clinical(actor)
    reads_text = sees(actor, Field.FREE_TEXT) is Grant.FULL

    def text(place: str, sealed: bytes | None) -> str | None:
        return vault.open(patient.person_id, place, sealed) if reads_text else None

    return Treatment(
        [GivenInjection(one, text(REACTION, one.reaction_sealed)) for one in _newest(session, Injection, patient, "given_on")],
        _newest(session, MedicineSupply, patient, "given_on"),
        [
            MadeExamination(one, text(FINDINGS, one.findings_sealed))
            for one in _newest(session, Examination, patient, "examined_on")
        ],
        find_course(session, actor, patient, today),
        _unlockings(session, actor, patient),
    )  # fmt: skip


def find_course(session: Session, actor: Actor, patient: Patient, today: date) -> InjectionStanding | None:
    """How the running course of injections stands; None when nobody is waiting for the next one."""
    due_on = session.scalar(
        select(Task.due_on)
        .where(
            Task.patient_id == patient.id,
            Task.kind == TaskKind.INJECTION,
            Task.state == TaskState.OPEN,
            within(Task.area_code, actor),
        )
        .order_by(Task.due_on.desc())
        .limit(1)
    )
    return injection_standing(due_on, today) if due_on else None


def _newest(session: Session, model: Any, patient: Patient, day: str) -> Sequence[Any]:
    column = getattr(model, day)
    standing = select(model).where(model.patient_id == patient.id, model.withdrawn_at.is_(None))
    return session.scalars(standing.order_by(column.desc(), model.id.desc()).limit(SHOWN)).all()


def _unlockings(session: Session, actor: Actor, patient: Patient) -> list[Reason]:
    """How lockings-up were ended, the newest first."""
    ended = session.scalars(
        select(Task.outcome)
        .where(
            Task.patient_id == patient.id,
            Task.kind == TaskKind.UNLOCKING,
            Task.state == TaskState.DONE,
            within(Task.area_code, actor),
        )
        .order_by(Task.closed_at.desc())
        .limit(SHOWN)
    )
    return [Reason.from_json(one) for one in ended if one]


def _require_clinical(actor: Actor) -> None:
    if sees(actor, Field.CLINICAL) is not Grant.FULL:
        raise Forbidden

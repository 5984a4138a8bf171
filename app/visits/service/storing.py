"""Turning a judged form into rows, free texts sealed under the patient's own key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.db import new_public_id, store_row
from app.core.reasons import Reason
from app.patients.models import Patient
from app.people.vault import Vault
from app.visits.commands import RecordVisit
from app.visits.models import FollowUpVisit, VisitMedicine
from app.visits.queries_confirmation import needs_confirmation
from app.visits.queries_national import find_term
from app.visits.readers import PLAIN, SEALED, place_of
from app.visits.rules.classification import check_override
from app.visits.rules.form import VisitClass
from app.visits.rules.prompts import is_late_entry
from app.visits.rules.record import Medicine, VisitRecord
from app.visits.service.judging import Judgement


def store_visit(
    session: Session,
    vault: Vault,
    actor: Actor,
    patient: Patient,
    command: RecordVisit,
    judged: Judgement,
    now: datetime,
) -> FollowUpVisit:
    """The visit and its medicine lines, stored."""
    texts = {name: getattr(judged.record, name) for name in SEALED}
    texts |= {"notes": command.notes, "back_entry_reason": command.back_entry_reason}
    row = dict(
        public_id=new_public_id(),
        submission_key=command.submission_key,
        patient_id=patient.id,
        area_code=patient.area_code,
        agency_id=patient.agency_id,
        **_answers(judged),
        computed_class=int(judged.computed.visit_class) if judged.computed else None,
        class_because=_stored(judged.because),
        is_flagged=_is_flagged(judged),
        latest_due_on=judged.due.on if judged.due and not judged.rest else None,
        due_because=_stored(_due_because(judged)),
        warnings=_stored(judged.warnings),
        rule_set_version=judged.context.rules.version,
        is_complete=judged.is_completed_visit,
        is_late_entry=is_late_entry(judged.record, judged.context),
        needs_confirmation=needs_confirmation(session, actor, patient.area_code),
        national_due_on=find_term(session, judged.record.visited_on, judged.context.rules).ends_on,
        doctor_id=actor.user_id,
        recorded_at=now,
        recorded_by=actor.user_id,
        **sealed_texts(vault, patient.person_id, texts),
    )
    visit = store_row(session, FollowUpVisit, row)
    lines = list(medicine_rows(visit.id, judged.record))
    if lines:
        session.connection().execute(_INSERT_LINES, lines)
    return visit


def sealed_texts(vault: Vault, person_id: int, texts: dict[str, str]) -> dict[str, bytes | None]:
    """Column → sealed text."""
    return {f"{name}_sealed": vault.seal(person_id, place_of(name), text.strip()) for name, text in texts.items()}


_INSERT_LINES = insert(VisitMedicine)


def _answers(judged: Judgement) -> dict[str, object]:
    answers: dict[str, object] = {name: getattr(judged.record, name) for name in PLAIN}
    for name in ("referral_org", "referral_dept"):
        answers[name] = answers[name] or None
    if judged.rest:
        answers["next_due_on"] = None
    return answers


def _due_because(judged: Judgement) -> Sequence[Reason]:
    if judged.rest:
        return (judged.rest.why,)
    return judged.due.reasons if judged.due else ()


def _is_flagged(judged: Judgement) -> bool:
    record = judged.record
    if judged.computed is None or record.visit_class is None or record.risk_level is None:
        return False
    chosen = VisitClass(record.visit_class)
    override = check_override(judged.computed, chosen, record.risk_level, record.override_reason, judged.context.rules)
    return override.is_flagged


def _stored(reasons: Iterable[Reason]) -> list[dict[str, object]]:
    return [why.to_json() for why in reasons]


def medicine_rows(visit_id: int, record: VisitRecord) -> Iterator[dict[str, Any]]:
    """The medicine lines of a form, as rows."""
    for is_guidance, medicines in ((False, record.medicines), (True, record.guidance)):
        for number, medicine in enumerate(medicines, start=1):
            written = {column: getattr(medicine, column) for column in _WRITTEN}
            yield {"visit_id": visit_id, "is_guidance": is_guidance, "line": number, **written}


_WRITTEN = tuple(one.name for one in fields(Medicine))

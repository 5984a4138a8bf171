"""Drafts on the server: every change of a form is kept, sealed, until the form is saved or given up."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete
from sqlalchemy.orm import Session

from app.core.access import Action, require
from app.core.actor import Actor
from app.core.db import canonical_json
from app.core.errors import Invalid
from app.core.reasons import reason
from app.patients.models import Patient
from app.patients.queries import lock_patient
from app.people.vault import Vault
from app.visits.models.devices import VisitDraft
from app.visits.queries import find_by_submission_key, load_history
from app.visits.queries_drafts import find_draft
from app.visits.rules.sync import DRAFTS_KEPT_FOR

PLACE = "visit_drafts.content"
LONGEST = 60_000  # characters: a form with every text at its longest has a quarter of it

Typed = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Draft:
    """What was typed, field by field. `is_overtaken`: another visit has been stored since the draft was begun."""

    typed: dict[str, list[str]]
    submission_key: str
    saved_at: datetime
    is_overtaken: bool

    @property
    def kept_until(self) -> datetime:
        return self.saved_at + DRAFTS_KEPT_FOR


def keep_draft(
    session: Session, vault: Vault, actor: Actor, public_id: str, submission_key: str, typed: Typed, now: datetime
) -> VisitDraft | None:
    """Keep what stands in the form now; one draft per user and patient.

    None when the form has been saved meanwhile: a draft that comes late does not bring it back. Raises `NotFound`, `Invalid`.
    """
    require(actor, Action.LOG_VISIT)
    patient = lock_patient(session, actor, public_id)
    if find_by_submission_key(session, submission_key) is not None:
        return None
    content = canonical_json({name: list(values) for name, values in typed.items()})
    if len(content) > LONGEST:
        raise Invalid({"": [reason("visit.draft.too_long")]})
    sealed = vault.seal(patient.person_id, PLACE, content)
    draft = find_draft(session, actor, patient.id)
    if draft is None:
        draft = VisitDraft(user_id=actor.user_id, patient_id=patient.id)
        session.add(draft)
    if draft.submission_key != submission_key:
        latest = load_history(session, patient.id).latest
        draft.submission_key, draft.based_on_visit_id = submission_key, latest.id if latest else None
    draft.content_sealed, draft.saved_at = sealed or b"", now
    session.flush()
    return draft


def open_draft(session: Session, vault: Vault, actor: Actor, patient: Patient) -> Draft | None:
    """The actor's own draft for this patient, opened; None without one."""
    kept = find_draft(session, actor, patient.id)
    if kept is None:
        return None
    latest = load_history(session, patient.id).latest
    return Draft(
        typed=json.loads(vault.open(patient.person_id, PLACE, kept.content_sealed) or "{}"),
        submission_key=kept.submission_key,
        saved_at=kept.saved_at,
        is_overtaken=(latest.id if latest else None) != kept.based_on_visit_id,
    )


def end_draft(session: Session, actor: Actor, patient_id: int) -> None:
    """The form was saved, or given up; `patient_id` comes from a scoped query."""
    session.connection().execute(_END, {"user": actor.user_id, "patient": patient_id})


def forget_drafts(session: Session, now: datetime) -> int:
    """What nobody has touched for so long is no visit any more; a visit of that day is entered anew, from the paper."""
    old = delete(VisitDraft).where(VisitDraft.saved_at < now - DRAFTS_KEPT_FOR)
    return int(session.connection().execute(old).rowcount)


# Built once: it is part of saving a visit.
_END = delete(VisitDraft).where(VisitDraft.user_id == bindparam("user"), VisitDraft.patient_id == bindparam("patient"))

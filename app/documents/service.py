"""Keeping a paper's picture, looking at it, and saying that it no longer counts. Every one of these is noted."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.queries import count_acts, start_of_day
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.crypto import Keyring
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.files import keep_file, open_file
from app.core.models import KeptFile
from app.core.reasons import Reason, reason
from app.documents.commands import AttachDocument
from app.documents.labels import WITHDRAWAL_REASONS
from app.documents.models import Document
from app.documents.queries import may_withdraw, sight_for
from app.documents.readers.papers import PDF_TYPE
from app.documents.rules import KINDS_OF, Sight
from app.documents.subjects import Subject
from app.people.rules import REVEALS_A_DAY, reveal_problems

REVEALED = "documents.revealed"


def attach_document(
    session: Session,
    keyring: Keyring,
    actor: Actor,
    subject: Subject,
    command: AttachDocument,
    today: date,
    now: datetime,
) -> Document:
    """Keep the cleaned picture, sealed; the one of this key if it was kept already.

    Raises `Invalid` by field: `file`, `kind`, `on_day`; `Conflict` where the record takes no papers any more.
    """
    require(actor, Action.KEEP_DOCUMENTS)
    kept = session.scalar(
        select(Document).where(Document.submission_key == command.key, Document.patient_id == subject.patient_id)
    )
    if kept is not None:
        return kept
    if not subject.takes_papers:
        raise Conflict(reason("documents.takes_none"))
    _refuse(command, subject, today)
    content, media_type = command.paper
    sha256 = hashlib.sha256(content).hexdigest()
    _refuse_same(session, subject, sha256)
    name = "document.pdf" if media_type == PDF_TYPE else "document.jpg"
    file = keep_file(session, keyring, "document", name, media_type, content, subject.area_code, actor, now)
    document = Document(
        submission_key=command.key,
        kind=command.kind,
        subject_kind=subject.kind,
        subject_id=subject.public_id,
        patient_id=subject.patient_id,
        area_code=subject.area_code,
        on_day=command.on_day,
        file_id=file.id,
        sha256=sha256,
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    session.add(document)
    session.flush()
    _note(session, actor, "documents.attached", document, now)
    return document


def open_document(
    session: Session,
    keyring: Keyring,
    actor: Actor,
    document: Document,
    subject: Subject,
    now: datetime,
    today: date,
    reason_code: str | None = None,
    case_number: str = "",
) -> tuple[bytes, KeptFile]:
    """The picture's bytes and its file. `Forbidden` where the role does not see what stands on it; where it sees that masked,
    a reason and a file's number are asked for (`Invalid`), twenty times a day at most (`Conflict`)."""
    sight = sight_for(actor, document.kind, subject)
    if sight is Sight.LISTED or (sight is Sight.BY_REASON and reason_code is None):
        raise Forbidden(reason("documents.no_sight"))
    if sight is Sight.BY_REASON:
        problems = reveal_problems(reason_code or "", case_number)
        if problems:
            raise Invalid(problems)
        if count_acts(session, actor, [REVEALED], start_of_day(today)) >= REVEALS_A_DAY:
            raise Conflict(Reason("people.reveal.budget", {"most": REVEALS_A_DAY}))
        detail = {"reason": reason_code} | ({"case": case_number} if case_number else {})
        _note(session, actor, REVEALED, document, now, **detail)
    else:
        _note(session, actor, "documents.opened", document, now)
    file = session.get_one(KeptFile, document.file_id)
    return open_file(session, keyring, file), file


def withdraw_document(
    session: Session, actor: Actor, document: Document, subject: Subject, code: str, now: datetime
) -> None:
    """It proves nothing any more; the row and the sealed bytes stay. The first of two at once is the one that counts."""
    require(actor, Action.KEEP_DOCUMENTS)
    if not may_withdraw(actor, document, subject):
        raise Forbidden(reason("documents.not_yours"))
    if code not in WITHDRAWAL_REASONS:
        raise Invalid({"reason": [reason("documents.reason_missing")]})
    session.refresh(document, with_for_update=True)
    if document.withdrawn_at is not None:
        raise Conflict(reason("documents.withdrawn_before"))
    document.withdrawn_at, document.withdrawn_by, document.withdrawn_reason = now, actor.user_id, code
    _note(session, actor, "documents.withdrawn", document, now, reason=code)


def _refuse(command: AttachDocument, subject: Subject, today: date) -> None:
    if command.kind not in KINDS_OF[subject.kind]:
        raise Invalid({"kind": [reason("documents.wrong_kind")]})
    if command.on_day is not None and command.on_day > today:
        raise Invalid({"on_day": [reason("documents.after_today")]})


def _refuse_same(session: Session, subject: Subject, sha256: str) -> None:
    same = select(Document.id).where(
        Document.sha256 == sha256,
        Document.subject_kind == subject.kind,
        Document.subject_id == subject.public_id,
        Document.withdrawn_at.is_(None),
    )
    if session.scalar(same.limit(1)) is not None:
        raise Invalid({"file": [reason("documents.kept_already")]})


def _note(session: Session, actor: Actor, action: str, document: Document, now: datetime, **detail: str | None) -> None:
    note(
        session,
        actor,
        action,
        now=now,
        subject=("document", document.public_id),
        area_code=document.area_code,
        detail={"kind": document.kind.value, **detail},
        changed=[document.subject_kind.value, document.subject_id, document.sha256],
    )

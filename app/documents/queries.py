"""Papers of a record that the actor reaches, each with how the role may look at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.core.access import Action, may, sees
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.models import KeptFile
from app.documents.models import Document
from app.documents.rules import DocumentKind, DocumentSubject, Sight, sight_of
from app.documents.subjects import Subject, get_subject

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Paper:
    """One kept picture, without its bytes."""

    public_id: str
    kind: DocumentKind
    on_day: date | None
    recorded_at: datetime
    recorded_by: str
    size: int
    media_type: str
    sha256: str
    sight: Sight
    is_mine_to_withdraw: bool
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_reason: str | None


@dataclass(frozen=True, slots=True)
class Papers:
    """What `documents/_papers.html` shows on the page of a record."""

    subject: Subject
    standing: list[Paper]


def list_papers(session: Session, actor: Actor, subject: Subject) -> list[Paper]:
    """Those that stand first, the newest first; `subject` is proof that the actor reaches the record."""
    keeper, taker = aliased(User), aliased(User)
    rows = session.execute(
        select(Document, KeptFile.size, KeptFile.media_type, keeper.display_name, taker.display_name.label("taken_by"))
        .join(KeptFile, KeptFile.id == Document.file_id)
        .join(keeper, keeper.id == Document.recorded_by)
        .outerjoin(taker, taker.id == Document.withdrawn_by)
        .where(Document.subject_kind == subject.kind, Document.subject_id == subject.public_id)
        .order_by(Document.withdrawn_at.is_not(None), Document.id.desc())
        .limit(MOST_SHOWN)
    ).all()
    return [
        Paper(
            one.public_id,
            one.kind,
            one.on_day,
            one.recorded_at,
            kept_by,
            size,
            media_type,
            one.sha256,
            sight_for(actor, one.kind, subject),
            may_withdraw(actor, one, subject),
            one.withdrawn_at,
            taken_by,
            one.withdrawn_reason,
        )
        for one, size, media_type, kept_by, taken_by in rows
    ]


def papers_of(session: Session, actor: Actor, kind: DocumentSubject, public_id: str) -> Papers | None:
    """For the page of a record: its standing papers; None for who may not see that there are any."""
    if not may(actor, Action.SEE_DOCUMENTS):
        return None
    try:
        subject = get_subject(session, actor, kind, public_id)
    except NotFound:
        return None
    return Papers(subject, [one for one in list_papers(session, actor, subject) if one.withdrawn_at is None])


def get_document(session: Session, actor: Actor, public_id: str) -> tuple[Document, Subject]:
    """A picture of a record that the actor reaches; `NotFound` for all others."""
    document = session.scalar(select(Document).where(Document.public_id == public_id))
    if document is None:
        raise NotFound()
    return document, get_subject(session, actor, document.subject_kind, document.subject_id)


def sight_for(actor: Actor, kind: DocumentKind, subject: Subject) -> Sight:
    return sight_of(kind, partial(sees, actor), subject.has_task)


def may_withdraw(actor: Actor, document: Document, subject: Subject) -> bool:
    """Whoever kept a paper, or may look at it, can say that it is the wrong one; nobody else can know."""
    return document.recorded_by == actor.user_id or sight_for(actor, document.kind, subject) is not Sight.LISTED

"""A file between upload and import: kept sealed for a day, for whoever sent it, and read anew each time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.areas.queries import place_of
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.crypto import Keyring
from app.core.errors import NotFound
from app.core.files import get_file, keep_file, open_file
from app.core.models import KeptFile
from app.core.workbooks.sheet import Sheet
from app.core.workbooks.workbook import open_workbook
from app.core.workbooks.worker import MAX_ROWS
from app.roster.rules.listed_rows import MOST_LISTED
from app.roster.rules.national_rows import MOST_PATIENTS

KEPT = timedelta(days=1)
HEADROOM = 200  # titles, headers and signatures around a list's rows
LONGEST_NAME = 120


@dataclass(frozen=True)
class UploadKind:
    """What is uploaded, and who may."""

    name: str
    action: Action
    most_rows: int = MAX_ROWS
    kept: timedelta = KEPT


ROSTERS = UploadKind("roster_upload", Action.IMPORT_ROSTER)
VISITS = UploadKind("visits_upload", Action.IMPORT_VISITS)
# almost everybody on such a list is a stranger: it is kept only while somebody looks at its columns
CHECK_LISTS = UploadKind("check_list_upload", Action.KEEP_CHECK_LISTS, MOST_LISTED + HEADROOM, timedelta(hours=1))
# a whole register: as long as a roster, and no longer than until it is compared
NATIONAL = UploadKind("national_upload", Action.COMPARE_NATIONAL, MOST_PATIENTS + HEADROOM)


@dataclass(frozen=True)
class Upload:
    """An uploaded file. Opening it takes a while: never inside a writing transaction."""

    public_id: str
    name: str
    sha256: str
    content: bytes
    most_rows: int = MAX_ROWS

    def sheets(self) -> list[Sheet]:
        return open_workbook(self.content, self.name, self.most_rows)


def keep_upload(
    session: Session, keyring: Keyring, actor: Actor, kind: UploadKind, name: str, content: bytes, now: datetime
) -> KeptFile:
    """Store the file after it has been opened once; `Invalid` on `file` when it is no readable workbook."""
    require(actor, kind.action)
    open_workbook(content, name, kind.most_rows)
    return keep_file(
        session,
        keyring,
        kind.name,
        name[-LONGEST_NAME:],
        "application/octet-stream",
        content,
        place_of(actor),
        actor,
        now,
        now + kind.kept,
    )


def get_upload(
    session: Session, keyring: Keyring, actor: Actor, kind: UploadKind, public_id: str, now: datetime
) -> Upload:
    """An upload of one's own; `NotFound` for others' and for what has expired."""
    require(actor, kind.action)
    file = get_file(session, actor, public_id)
    is_over = file.expires_at is not None and file.expires_at <= now
    if file.kind != kind.name or file.created_by != actor.user_id or is_over:
        raise NotFound()
    return Upload(file.public_id, file.name, file.sha256, open_file(session, keyring, file), kind.most_rows)


def forget_upload(session: Session, actor: Actor, kind: UploadKind, public_id: str) -> None:
    """Take an upload of one's own away before its time; nothing where it is gone already."""
    session.execute(
        delete(KeptFile).where(
            KeptFile.public_id == public_id, KeptFile.kind == kind.name, KeptFile.created_by == actor.user_id
        )
    )


def note_rejects_taken(session: Session, actor: Actor, rows: int, now: datetime) -> None:
    """Refused rows hold identities, so whoever takes them away is noted."""
    note(session, actor, "roster.rejects_downloaded", now=now, area_code=place_of(actor), count=max(rows, 1))

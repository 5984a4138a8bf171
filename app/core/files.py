"""Kept files: bytes that were handed out (pay file, print, rejects), sealed under the current key, with the hash of what is inside."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.crypto import Keyring, KeyUnavailable
from app.core.db import new_public_id
from app.core.errors import NotFound
from app.core.models import KeptFile
from app.core.scope import within


def keep_file(
    session: Session,
    keyring: Keyring,
    kind: str,
    name: str,
    media_type: str,
    content: bytes,
    area_code: str,
    actor: Actor,
    now: datetime,
    expires_at: datetime | None = None,
) -> KeptFile:
    """Seal and store `content`. `name` is what a download offers; it says nothing about persons. Without `expires_at` it is a voucher."""
    public_id = new_public_id()
    kek_id, sealed = keyring.seal_file(content, public_id)
    file = KeptFile(
        public_id=public_id,
        kind=kind,
        name=name,
        media_type=media_type,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        kek_id=kek_id,
        content=sealed,
        area_code=area_code,
        created_by=actor.user_id,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(file)
    session.flush()
    return file


def open_file(_session: Session, keyring: Keyring, file: KeptFile) -> bytes:
    """The plain bytes, proved by their hash; `KeyUnavailable` where key or content do not fit."""
    content = keyring.open_file(file.kek_id, file.content, file.public_id)
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise KeyUnavailable(f"kept file {file.id} does not have the hash that it was stored with")
    return content


def get_file(session: Session, actor: Actor, public_id: str) -> KeptFile:
    """A kept file of the actor's area; who may open this kind of file is the room's own rule."""
    file = session.scalar(select(KeptFile).where(KeptFile.public_id == public_id, within(KeptFile.area_code, actor)))
    if file is None:
        raise NotFound()
    return file


def purge_files(session: Session, now: datetime) -> int:
    """Delete what has expired; how many. Vouchers never expire."""
    expired = delete(KeptFile).where(KeptFile.expires_at.is_not(None), KeptFile.expires_at <= now)
    return session.execute(expired, execution_options={"synchronize_session": False}).rowcount  # type: ignore[attr-defined, no-any-return]  # a statement that writes has a row count

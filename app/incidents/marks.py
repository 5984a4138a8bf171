"""What stands at the foot of the room's papers: the print's number and check code; and its row in the book of prints."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from app.audit.prints import Print, keep_print, mark_of
from app.core.actor import Actor
from app.core.crypto import Keyring
from reports.wording import print_mark


def printed(
    session: Session,
    keyring: Keyring,
    actor: Actor,
    kind: str,
    subject: tuple[str, str],
    area_code: str,
    state: str,
    now: datetime,
    draw: Callable[[str], bytes],
) -> bytes:
    """Draw a paper with its mark and put the print on record. `state` is what tells one version of the subject from the next."""
    fingerprint = hashlib.sha256(f"{kind}:{subject[1]}:{state}".encode()).hexdigest()
    wanted = Print(kind, subject, area_code, fingerprint, actor.user_id, now)
    mark = mark_of(keyring, wanted)
    content = draw(print_mark(mark.serial, mark.code))
    keep_print(session, keyring, actor, wanted, content)
    return content

"""Noting an act in its own transaction. Sealing and verifying the chain stand in `chain.py`."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.core.actor import Actor
from app.core.crypto import digest
from app.core.db import canonical_json

ANONYMOUS = "anonymous"
_EVENT = insert(AuditEvent.__table__)  # type: ignore[arg-type]  # a mapped table is a Table


def note(
    session: Session,
    actor: Actor | None,
    action: str,
    *,
    now: datetime,
    subject: tuple[str, str] = ("", ""),
    area_code: str = "",
    count: int = 1,
    detail: Mapping[str, Any] | None = None,
    changed: Any = None,
) -> None:
    """Write one event beside the act: who (None: somebody who is not signed in), what, on what, how many.

    `subject` is (kind, public id). `detail` holds codes, counts and digests only. `changed` is anything JSON-able that the act
    stored; only a salted commitment to it is kept, so that it can be proved later and never read here.
    """
    salt = secrets.token_hex(16) if changed is not None else ""
    event = {
        "at": now,
        "actor_user_id": actor.user_id if actor else None,
        "actor_role": actor.role.value if actor else ANONYMOUS,
        "action": action,
        "subject_kind": subject[0],
        "subject_id": subject[1],
        "area_code": area_code,
        "count": count,
        "detail": dict(detail or {}),
        "commitment": digest(salt + canonical_json(changed)) if changed is not None else "",
        "salt": salt,
    }
    session.connection().execute(_EVENT, event)

"""Prints: what stands on a paper so that a copy can be traced, and the row that the paper leads back to.

Serial and check code follow from who prints what when, under the index key: they are known before the paper is drawn, the row is
written after it was drawn, and nobody without the key can make up a pair that fits.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import PrintedPaper
from app.audit.service import note
from app.core.actor import Actor
from app.core.crypto import Keyring
from app.core.db import canonical_json
from app.core.scope import within

SERIAL_TAIL, CODE_LENGTH = 7, 8
_LOCAL = ZoneInfo("Asia/Shanghai")
# Crockford's alphabet: no I, L, O, U, which a reader takes for something else
_FROM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_TO = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CLEAN = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None})


@dataclass(frozen=True, slots=True)
class Print:
    """One print. `kind` is the audit's word for it (`subsidies.ledger_printed`), `fingerprint` the digest of what is printed."""

    kind: str
    subject: tuple[str, str]
    area_code: str
    fingerprint: str
    by: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """What is printed: `20261122-7K3M9QX` and eight characters to check it by."""

    serial: str
    code: str


def mark_of(keyring: Keyring, wanted: Print) -> Mark:
    """The same print has the same mark, however often it is asked for."""
    said = canonical_json([wanted.kind, *wanted.subject, wanted.fingerprint, wanted.by, wanted.at.isoformat()])
    day = wanted.at.astimezone(_LOCAL)
    return Mark(
        f"{day:%Y%m%d}-{_readable(keyring.index('print-serial', said), SERIAL_TAIL)}",
        _readable(keyring.index("print-code", said), CODE_LENGTH),
    )


def keep_print(session: Session, keyring: Keyring, actor: Actor, wanted: Print, content: bytes) -> PrintedPaper:
    """Put a print that was drawn on record and note it as a disclosure; the very same print is on record once."""
    mark, sha256 = mark_of(keyring, wanted), hashlib.sha256(content).hexdigest()
    note(
        session,
        actor,
        wanted.kind,
        now=wanted.at,
        subject=wanted.subject,
        area_code=wanted.area_code,
        detail={"sha256": sha256, "digest": wanted.fingerprint, "serial": mark.serial},
    )
    kept = session.scalar(select(PrintedPaper).where(PrintedPaper.serial == mark.serial))
    if kept is None:
        kept = PrintedPaper(
            serial=mark.serial,
            kind=wanted.kind,
            subject_kind=wanted.subject[0],
            subject_id=wanted.subject[1],
            area_code=wanted.area_code,
            fingerprint=wanted.fingerprint,
            code=mark.code,
            printed_at=wanted.at,
            printed_by=wanted.by,
            sha256=sha256,
        )
        session.add(kept)
        session.flush()
    return kept


def find_print(session: Session, actor: Actor, serial: str, code: str) -> PrintedPaper | None:
    """The print of the actor's area that serial and code belong to together; case, blanks and look-alike letters do not matter."""
    tail = serial.strip().upper()
    day, _, rest = tail.partition("-")
    query = select(PrintedPaper).where(
        PrintedPaper.serial == f"{day}-{rest.translate(_CLEAN)}", within(PrintedPaper.area_code, actor)
    )
    kept = session.scalar(query)
    fits = kept is not None and hmac.compare_digest(kept.code.encode(), tidy_code(code).encode())
    return kept if fits else None


def tidy_code(text: str) -> str:
    """As it was printed, whatever a hand made of it."""
    return text.strip().upper().translate(_CLEAN)


def _readable(secret: bytes, length: int) -> str:
    text = base64.b32encode(secret).decode()
    return text.translate(str.maketrans(_FROM, _TO))[:length]

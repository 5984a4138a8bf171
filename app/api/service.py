"""Making and revoking keys; an administrator's work, and noted."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.api.commands import MakeKey
from app.api.models import ApiKey
from app.api.queries import Bearer, count_good_keys, get_key, list_speakers
from app.api.rules import KEY_DAYS, MOST_KEYS, hash_key, new_key
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Conflict, Invalid
from app.core.reasons import Reason


def make_key(session: Session, actor: Actor, order: MakeKey, today: date, now: datetime) -> tuple[ApiKey, str]:
    """A new key and the word to hand over, which is stored nowhere. Invalid by field; Conflict when the agency has enough."""
    require(actor, Action.KEEP_API_KEYS)
    user = next((user for user, _agency in list_speakers(session, actor) if user.public_id == order.user), None)
    errors = {
        "user": [] if user else [Reason("core.nothing_chosen")],
        "label": [] if order.label.strip() else [Reason("api.key.unnamed")],
        "days": [] if order.days in KEY_DAYS else [Reason("core.nothing_chosen")],
    }
    if user is None or user.agency_id is None or actor.user_id is None or any(errors.values()):
        raise Invalid({name: reasons for name, reasons in errors.items() if reasons})
    if count_good_keys(session, user.agency_id, today) >= MOST_KEYS:
        raise Conflict(Reason("api.key.enough", {"most": MOST_KEYS}))
    clear = new_key()
    key = ApiKey(
        agency_id=user.agency_id,
        user_id=user.id,
        label=order.label.strip(),
        key_hash=hash_key(clear),
        good_to=today + timedelta(days=order.days),
        made_at=now,
        made_by=actor.user_id,
    )
    session.add(key)
    session.flush()
    _note(session, actor, "api.key_made", key, user.area_code, now)
    return key, clear


def revoke_key(session: Session, actor: Actor, public_id: str, now: datetime) -> None:
    """The key opens nothing from now on. Conflict when that was said before."""
    require(actor, Action.KEEP_API_KEYS)
    key = get_key(session, actor, public_id)
    if key.revoked_at is not None:
        raise Conflict(Reason("api.key.revoked_already"))
    key.revoked_at, key.revoked_by = now, actor.user_id
    _note(session, actor, "api.key_revoked", key, "", now)


def note_use(session: Session, bearer: Bearer, today: date) -> None:
    """Remember the last day on which a key was used; one write a day."""
    if bearer.used_on != today:
        session.execute(update(ApiKey).where(ApiKey.id == bearer.key_id).values(used_on=today))


def _note(session: Session, actor: Actor, action: str, key: ApiKey, area_code: str, now: datetime) -> None:
    note(session, actor, action, now=now, subject=("api_key", key.public_id), area_code=area_code)

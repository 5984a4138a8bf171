"""Phones that may work offline: turned on by their owner, heard from, revoked; the server's part of each store's key."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, may, require
from app.core.actor import Actor
from app.core.crypto import Keyring
from app.core.errors import Conflict, Invalid
from app.core.reasons import reason
from app.core.sealed_box import device_place, new_box_key
from app.visits.models.devices import Device
from app.visits.queries_devices import get_device, get_own_device, list_own_devices
from app.visits.rules.sync import LAPSES_AFTER, DeviceState, device_state

PART_BYTES = 32
LONGEST_LABEL = 60
# more phones than anybody carries: something is wrong, or they are to be revoked first
MOST_DEVICES = 5
MOST_UNSENT = 9999


@dataclass(frozen=True)
class Opened:
    """A device that was just turned on: what its browser needs, handed out once more at each contact but for `seal_to`."""

    device: Device
    server_part: bytes
    seal_to: bytes


@dataclass(frozen=True)
class Contact:
    """What a phone learns: its state, and the server's part while it may have it."""

    device: Device
    state: DeviceState
    server_part: bytes | None


def turn_on(session: Session, keyring: Keyring, actor: Actor, label: str, now: datetime) -> Opened:
    """A new device of the actor's. Raises `Forbidden`, `Invalid` without a name, `Conflict` when there are too many."""
    require(actor, Action.WORK_OFFLINE)
    label = label.strip()
    if not 0 < len(label) <= LONGEST_LABEL:
        raise Invalid({"label": [reason("visit.device.label", most=LONGEST_LABEL)]})
    standing = [device for device in list_own_devices(session, actor) if device.revoked_at is None]
    if len(standing) >= MOST_DEVICES:
        raise Conflict(reason("visit.device.too_many", most=MOST_DEVICES))
    key, part = new_box_key(), secrets.token_bytes(PART_BYTES)
    device = Device(
        user_id=actor.user_id,
        label=label,
        kek_id="",
        opening_key_sealed=b"",
        opened_at=now,
        seen_at=now,
        lapses_at=now + LAPSES_AFTER,
    )
    session.add(device)
    session.flush()
    device.kek_id, device.server_part_sealed = keyring.seal_file(part, device_place("part", device.public_id))
    _kek_id, device.opening_key_sealed = keyring.seal_file(key.private, device_place("opening", device.public_id))
    note(session, actor, "visits.device_opened", now=now, subject=("device", device.public_id))
    session.flush()
    return Opened(device, part, key.public)


def hear_from(
    session: Session,
    keyring: Keyring,
    actor: Actor,
    public_id: str,
    unsent: int,
    oldest_age: timedelta | None,
    now: datetime,
) -> Contact:
    """A phone of the actor's says what still waits on it; its time runs anew. Raises `NotFound`.

    How long the oldest form waits is a length of the phone's clock, which is right even where the clock is wrong.
    """
    require(actor, Action.WORK_OFFLINE)
    device = get_own_device(session, actor, public_id)
    device.seen_at = now
    device.unsent_count = min(max(unsent, 0), MOST_UNSENT)
    device.unsent_since = now - max(oldest_age, timedelta(0)) if oldest_age is not None and unsent > 0 else None
    if device.revoked_at is None:
        device.lapses_at = now + LAPSES_AFTER
    return Contact(device, device_state(device.revoked_at, device.lapses_at, now), _server_part(keyring, device))


def revoke(session: Session, actor: Actor, public_id: str, now: datetime) -> Device:
    """The owner, or whoever keeps devices in the owner's area, ends it: the server's part is destroyed.

    What the phone sends after that goes to quarantine. Raises `NotFound`; a second time changes nothing.
    """
    find = get_device if may(actor, Action.KEEP_DEVICES) else get_own_device
    device = find(session, actor, public_id)
    if device.revoked_at is None:
        device.revoked_at, device.revoked_by, device.server_part_sealed = now, actor.user_id, None
        note(session, actor, "visits.device_revoked", now=now, subject=("device", device.public_id))
        session.flush()
    return device


def opening_key(keyring: Keyring, device: Device) -> bytes:
    """The private key that opens what this phone's queue has sealed; also of a revoked one."""
    return keyring.open_file(device.kek_id, device.opening_key_sealed, device_place("opening", device.public_id))


def _server_part(keyring: Keyring, device: Device) -> bytes | None:
    if device.server_part_sealed is None:
        return None
    return keyring.open_file(device.kek_id, device.server_part_sealed, device_place("part", device.public_id))

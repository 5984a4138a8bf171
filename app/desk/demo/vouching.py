"""Calls about accounts that were changed: the reviewer rings the number known before, some days later; the newest still waits."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from app.core.crypto import Keyring
from app.core.db import new_public_id
from app.desk.demo.moments import Moments
from app.desk.demo.settling import County
from app.people.vault import Vault
from app.subsidies.commands import RecordCall
from app.subsidies.queries.accounts import list_changed
from app.subsidies.rules.bank import CallBack
from app.subsidies.service.vouching import record_call

LOOK_BACK_DAYS, AFTER_DAYS = 400, 4


def call_back(session: Session, keyring: Keyring, county: County, moments: Moments) -> None:
    """Everybody confirms: the demonstration's people are honest."""
    reviewer = county.actors["reviewer"]
    changed = list_changed(session, Vault(session, keyring), reviewer, moments.today, LOOK_BACK_DAYS, size=200).rows
    for row in changed[1:]:
        day = row.from_on + timedelta(days=AFTER_DAYS)
        if day <= moments.today and row.known_phone:
            command = RecordCall(new_public_id(), row.public_id, day, CallBack.CONFIRMED)
            record_call(session, reviewer, command, day, moments.on(day, 120))

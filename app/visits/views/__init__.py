"""Pages of the room: the form, what was stored, attempts."""

from __future__ import annotations

from app.visits.views import (
    attempts,
    confirming,
    devices,
    drafts,
    form,
    losses,
    mistakes,
    national,
    offline,
    printing,
    sent,
    stored,
    taking,
)
from app.visits.views import referrals as referrals
from app.visits.views.blueprint import visits

__all__ = [
    "attempts",
    "confirming",
    "devices",
    "drafts",
    "form",
    "losses",
    "mistakes",
    "national",
    "offline",
    "printing",
    "referrals",
    "sent",
    "stored",
    "taking",
    "visits",
]

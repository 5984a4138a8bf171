"""Alerts that call for several agencies, offered to the agendas of conferences: red and orange ones, as their reader may see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.core.access import Action, may
from app.core.actor import Actor
from app.core.reasons import Label, reason
from app.desk.queries.alerts import AlertRow, alert_board
from app.incidents.commands.conferences import AgendaItem
from app.incidents.queries.agenda import MOST_SUGGESTED, Suggested, offer
from app.incidents.rules.conferences import ItemSource
from app.risk.rules_alerts import Colour
from app.risk.texts_alerts import SHORT

GRAVE = (Colour.RED, Colour.ORANGE)


def grave_alerts(session: Session, actor: Actor, today: date, now: datetime) -> Sequence[Suggested]:
    """None for who sees no alert board, as a town."""
    if not may(actor, Action.SEE_ALERTS):
        return []
    return [
        _told(row)
        for colour in GRAVE
        for row in alert_board(session, actor, colour, None, today, now, MOST_SUGGESTED).page.rows
    ]


def _told(row: AlertRow) -> Suggested:
    """The same alert of the same person stands on an agenda once."""
    because = (reason("incidents.agenda.colour", colour=Label(SHORT[row.alert.colour])), row.alert.because)
    key = f"{row.alert.cause}:{row.patient}"
    return Suggested(AgendaItem(ItemSource.ALERT, key, row.patient, because), row.name, row.village)


offer(grave_alerts)

"""The assessment meetings of the county town: last quarter's is signed, this quarter's is under way."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from app.core.quarter import Quarter
from app.desk.demo.moments import Moments
from app.desk.demo.settling import County
from app.risk.commands import HoldSession, PanelMember
from app.risk.queries.sessions import list_rows
from app.risk.service import confirm_together, open_session, sign_session

_PANEL = (
    PanelMember("doctor", "季素梅", "城关镇卫生院"),
    PanelMember("psychiatrist", "柯远山", "县精神卫生中心"),
    PanelMember("police", "严守正", "城关派出所"),
    PanelMember("town", "方晓岚", "城关镇政府"),
)
_CONFIRMED = 2  # of so many unchanged one is confirmed already


def hold_meetings(session: Session, county: County, moments: Moments) -> None:
    """Through the product's own use cases; a past quarter with nobody in it is left without a meeting."""
    lead, today = county.actors["health_lead"], moments.today
    running = Quarter.of(today)
    past = running.previous()
    held_on = past.last_day - timedelta(days=4)
    now = moments.on(held_on, 480)
    held = open_session(session, lead, HoldSession(past, held_on, _PANEL), today, now)
    rows = list_rows(session, lead, held)
    if rows and not any(row.is_open for row in rows):
        sign_session(session, lead, held, now)
    now = moments.on(today, 30)
    held = open_session(session, lead, HoldSession(running, today, _PANEL), today, now)
    calm = [row.task_public_id for row in list_rows(session, lead, held) if row.is_open and not row.whys_single]
    confirm_together(session, lead, held, calm[::_CONFIRMED], now)
    session.flush()
    session.expire_all()

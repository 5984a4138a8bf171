"""Screening rounds (集中摸排): a county asks, every village answers with its clues or a signed zero report."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.areas.queries import place_of, village_choices
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor, Role
from app.core.batches import insert_missing
from app.core.db import new_public_id
from app.core.errors import Invalid
from app.core.quarter import Quarter
from app.core.reasons import reason
from app.patients.models import Clue, ScreeningReturn, ScreeningRound


def open_round(
    session: Session, actor: Actor, quarter: Quarter, from_on: date, due_on: date, now: datetime
) -> ScreeningRound:
    """The county's round of the quarter: one return owed by every village. Opening it again adds villages that are new."""
    require(actor, Action.OPEN_SCREENING)
    if due_on < from_on:
        raise Invalid({"due_on": [reason("patients.screening.dates")]})
    found = session.scalars(
        select(ScreeningRound).where(ScreeningRound.area_code == place_of(actor), ScreeningRound.period == str(quarter))
    ).one_or_none()
    asked = found or ScreeningRound(area_code=place_of(actor), period=str(quarter), opened_by=actor.user_id)
    if found is None:
        asked.from_on, asked.due_on, asked.opened_at = from_on, due_on, now
        session.add(asked)
        session.flush()
    villages = [code for places in village_choices(session, actor).values() for code, _name in places]
    owed = {"round_id": asked.id, "clue_count": 0, "how": [], "is_on_behalf": False}
    insert_missing(
        session,
        ScreeningReturn,
        [{**owed, "area_code": code, "public_id": new_public_id()} for code in villages],
    )
    note(
        session,
        actor,
        "patients.screening_opened",
        now=now,
        subject=("screening", asked.public_id),
        area_code=asked.area_code,
        count=len(villages),
    )
    return asked


def sign_return(
    session: Session, actor: Actor, owed: ScreeningReturn, ways: list[int], today: date, now: datetime
) -> None:
    """The village's answer: how many clues it reported since the round began; none is the zero report.

    Signed stays signed: a second tap changes nothing. A town that signs does so on the village's behalf, from its paper.
    """
    require(actor, Action.SCREEN_VILLAGE)
    if owed.signed_at is not None:
        return
    owed.clue_count = count_reported(session, owed, today)
    owed.how = sorted(set(ways))
    owed.is_on_behalf = actor.role is Role.TOWN
    owed.signed_at, owed.signed_by = now, actor.user_id
    session.flush()
    note(
        session,
        actor,
        "patients.screening_signed",
        now=now,
        subject=("screening_return", owed.public_id),
        area_code=owed.area_code,
        count=owed.clue_count,
        detail={"on_behalf": owed.is_on_behalf},
    )


def count_reported(session: Session, owed: ScreeningReturn, today: date) -> int:
    """Clues of the village since the round began."""
    began = select(ScreeningRound.from_on).where(ScreeningRound.id == owed.round_id).scalar_subquery()
    reported = select(func.count()).where(
        Clue.area_code == owed.area_code, Clue.reported_on >= began, Clue.reported_on <= today
    )
    return session.scalar(reported) or 0

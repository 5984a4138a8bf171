"""A year's list of working days comes in: stored whole, and every open deadline of an office counted by it, in one transaction.

Clinical days are never moved by it: visits, injections, emergencies and the day on which medicine runs out stay (domain C7).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.rules import PREFIX_LENGTHS, AreaLevel
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.calendar import load_all_workdays, replace_year
from app.core.crypto import digest
from app.core.errors import Forbidden, Invalid
from app.core.holiday_notice import HolidayNotice, lines_of
from app.core.workdays import WorkdayCalendar, add_working_days
from app.desk.rules import ANSWER_WITHIN_WORKING_DAYS
from app.patients.models import Transfer
from app.patients.recounting import count_moved_looks, recount_supplies
from app.patients.rules import TransferState
from app.tasks.recounting import Recounted, recount_open
from app.visits.recounting import recount_owed


@dataclass(frozen=True, slots=True)
class KeptNotice:
    """What came of a list: its days, and the open deadlines that moved or are provisional no more."""

    year: int
    days: int
    tasks: Recounted
    transfers: Recounted
    supplies: Recounted
    # visits that are to be entered in the national system
    owed: Recounted
    # clues that wait to be looked at
    looks: int

    @property
    def moved(self) -> int:
        return self._counted.moved + self.looks

    @property
    def settled(self) -> int:
        return self._counted.settled

    @property
    def _counted(self) -> Recounted:
        return self.tasks + self.transfers + self.supplies + self.owed


def keep_notice(
    session: Session, actor: Actor, notice: HolidayNotice, document: str, today: date, now: datetime
) -> KeptNotice:
    """Put the notice in the place of what was known of its year. Raises `Invalid` on `lines` for a list with errors."""
    require_whole_county(actor)
    if notice.errors:
        raise Invalid({"lines": [one.why for one in notice.errors]})
    before = load_all_workdays(session)
    replace_year(session, notice, document)
    after = load_all_workdays(session)
    kept = KeptNotice(
        year=notice.year,
        days=len(notice.days),
        tasks=recount_open(session, after, document, today),
        transfers=_recount_transfers(session, actor, after, today, now),
        supplies=recount_supplies(session, after, document, today),
        owed=recount_owed(session, before, after, today),
        looks=count_moved_looks(session, before, after),
    )
    detail = {
        "document": document,
        "digest": digest(lines_of(notice.days)),
        "moved": kept.moved,
        "settled": kept.settled,
    }
    note(
        session,
        actor,
        "desk.workdays_kept",
        now=now,
        subject=("workdays", str(notice.year)),
        area_code=actor.area_prefix,
        count=kept.days,
        detail=detail,
    )
    return kept


def require_whole_county(actor: Actor) -> None:
    """The list holds for everybody here: a town's administrator does not change it."""
    require(actor, Action.KEEP_WORKDAYS)
    if len(actor.area_prefix) > PREFIX_LENGTHS[AreaLevel.COUNTY]:
        raise Forbidden()


def _recount_transfers(
    session: Session, actor: Actor, calendar: WorkdayCalendar, today: date, now: datetime
) -> Recounted:
    """Answers that are still to come. A transfer keeps no reasons of its day: the audit has the day that it was."""
    waiting = session.scalars(
        select(Transfer).where(Transfer.state == TransferState.PROPOSED, Transfer.due_on >= today)
    )
    moved = settled = 0
    for transfer in waiting.all():
        deadline = add_working_days(transfer.proposed_on, ANSWER_WITHIN_WORKING_DAYS, calendar)
        was_on, was_provisional = transfer.due_on, transfer.is_due_provisional
        transfer.due_on, transfer.is_due_provisional = max(deadline.ends_on, today), deadline.provisional
        settled += transfer.due_on == was_on and was_provisional and not deadline.provisional
        if transfer.due_on != was_on:
            moved += 1
            _note_transfer(session, actor, transfer, was_on, now)
    session.flush()
    return Recounted(moved, settled)


def _note_transfer(session: Session, actor: Actor, transfer: Transfer, was_on: date, now: datetime) -> None:
    days = {"transfer": transfer.public_id, "was_on": was_on.isoformat(), "due_on": transfer.due_on.isoformat()}
    note(
        session,
        actor,
        "desk.transfer_recounted",
        now=now,
        subject=("transfer", transfer.public_id),
        area_code=transfer.from_area_code,
        detail=days,
    )

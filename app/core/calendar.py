"""The working days that are stored, for deadlines that are counted in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import bindparam, delete, extract, func, select
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from app.core.db import reading
from app.core.holiday_notice import EARLIEST_BEFORE, HolidayNotice, NoticeDay
from app.core.migrate import MIGRATIONS
from app.core.models import Workday
from app.core.workdays import WorkdayCalendar

SEED = "0006"  # the migration that gives a new house its first years


def load_workdays(session: Session, first: date, last: date) -> WorkdayCalendar:
    """The holidays and make-up days of the years from `first` to `last`, whole, because a year counts as known by its days."""
    days = session.execute(_SPANNED, {"first": date(first.year, 1, 1), "last": date(last.year, 12, 31)})
    return WorkdayCalendar.of_days((day, is_working) for day, is_working in days)


# Built once: it is part of saving a visit.
_SPANNED = select(Workday.day, Workday.is_working).where(Workday.day.between(bindparam("first"), bindparam("last")))


def load_all_workdays(session: Session) -> WorkdayCalendar:
    """Every day that is known: for work over many deadlines at once."""
    days = session.execute(select(Workday.day, Workday.is_working))
    return WorkdayCalendar.of_days((day, is_working) for day, is_working in days)


def seeded_workdays() -> WorkdayCalendar:
    """The days that a new house is given, read from the migration that gives them."""
    [migration] = ScriptDirectory(str(MIGRATIONS)).get_revisions(SEED)
    return WorkdayCalendar.of_days((day, is_working) for day, is_working, _name in migration.module.days())


def house_workdays() -> WorkdayCalendar:
    """The days of the running application's house; where no database answers yet, those that a new one is given."""
    if "anhu.db" not in current_app.extensions:
        return seeded_workdays()
    try:
        with reading() as session:
            return load_all_workdays(session)
    except (OperationalError, ProgrammingError):
        return seeded_workdays()


# -- whole years -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KnownYear:
    """A year whose list is loaded, by the notice that its 1 January comes from."""

    year: int
    source: str
    holidays: int
    makeup_days: int


def list_known_years(session: Session) -> list[KnownYear]:
    """The years that are loaded, newest first."""
    year = extract("year", Workday.day)
    counted = select(year, Workday.is_working, func.count()).group_by(year, Workday.is_working)
    counts = {(int(of), is_working): number for of, is_working, number in session.execute(counted)}
    firsts = select(Workday.day, Workday.source).where(
        extract("month", Workday.day) == 1, extract("day", Workday.day) == 1
    )
    rows = session.execute(firsts.order_by(Workday.day.desc()))
    return [
        KnownYear(day.year, source, counts.get((day.year, False), 0), counts.get((day.year, True), 0))
        for day, source in rows
    ]


def list_year(session: Session, year: int) -> list[Workday]:
    """The days of one year in their order."""
    of_year = Workday.day.between(date(year, 1, 1), date(year, 12, 31))
    return list(session.scalars(select(Workday).where(of_year).order_by(Workday.day)))


def replace_year(session: Session, notice: HolidayNotice, document: str) -> None:
    """Put the notice's days in the place of what was known of its year.

    Days of a December belong to the notice of the New Year that they stand beside, whichever is replaced.
    """
    first, last = date(notice.year, 1, 1), date(notice.year, 12, 31)
    _delete_from(session, date(notice.year - 1, *EARLIEST_BEFORE), first, _source_of(session, first))
    beside = _source_of(session, date(notice.year + 1, 1, 1))
    of_year = Workday.day.between(first, last)
    belongs_beside = (Workday.day >= date(notice.year, *EARLIEST_BEFORE)) & (Workday.source == beside)
    session.execute(delete(Workday).where(of_year, ~belongs_beside) if beside else delete(Workday).where(of_year))
    named = [day.day for day in notice.days]
    session.execute(delete(Workday).where(Workday.day.in_(named)))
    session.add_all(_row(day, document) for day in notice.days)
    session.flush()


def _source_of(session: Session, new_year: date) -> str | None:
    return session.scalar(select(Workday.source).where(Workday.day == new_year))


def _delete_from(session: Session, first: date, before: date, source: str | None) -> None:
    if source is not None:
        session.execute(delete(Workday).where(Workday.day >= first, Workday.day < before, Workday.source == source))


def _row(day: NoticeDay, document: str) -> Workday:
    return Workday(day=day.day, is_working=day.is_working, name=day.name, source=document)

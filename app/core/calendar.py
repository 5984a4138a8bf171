"""The working days that are stored, for deadlines that are counted in them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.models import Workday
from app.core.workdays import WorkdayCalendar


def load_workdays(session: Session, first: date, last: date) -> WorkdayCalendar:
    """The holidays and make-up days of the years from `first` to `last`, whole, because a year counts as known by its days."""
    spanned = Workday.day.between(date(first.year, 1, 1), date(last.year, 12, 31))
    days = session.execute(select(Workday.day, Workday.is_working).where(spanned))
    return WorkdayCalendar.of_days((day, is_working) for day, is_working in days)

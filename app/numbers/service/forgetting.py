"""Counts that nobody reads any more go at night, each in a transaction of its own, so that no visit waits for it to be stored."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, exists, or_, select
from sqlalchemy.orm import Session, aliased

from app.audit.models import PrintedPaper
from app.numbers.models import IndicatorMember, IndicatorRun, IndicatorValue, SupervisionOrder

# so long a page, a list or a report that began with a count may go on reading it after a newer one stands
READ_FOR = timedelta(days=1)
_ONE_DAY = "____-__-__"  # a period that somebody once asked about; nobody counts it again by itself


def forget_a_run(session: Session, now: datetime) -> bool:
    """The oldest of those that a newer count of their period replaced a day ago or earlier, or that are as old, of a single day, and of
    which nothing was printed and no order asks. Never what was submitted. False when there is none."""
    run, later, order, until = IndicatorRun, aliased(IndicatorRun), SupervisionOrder, now - READ_FOR
    has_later = exists().where(
        later.area_code == run.area_code,
        later.period == run.period,
        later.id > run.id,
        later.computed_at <= until,
    )
    is_printed = exists().where(PrintedPaper.subject_kind == "indicator_run", PrintedPaper.subject_id == run.public_id)
    is_asked_about = exists().where(order.area_code == run.area_code, order.period == run.period)
    is_of_one_day = and_(run.period.like(_ONE_DAY), ~is_printed, ~is_asked_about)
    gone = session.scalar(
        select(run.id)
        .where(run.is_frozen.is_(False), or_(has_later, and_(is_of_one_day, run.computed_at <= until)))
        .order_by(run.id)
        .limit(1)
        .with_for_update(of=run, skip_locked=True)  # somebody may be submitting one at this moment
    )
    if gone is None:
        return False
    for model in (IndicatorMember, IndicatorValue):
        session.execute(delete(model).where(model.run_id == gone))
    session.execute(delete(run).where(run.id == gone))
    return True

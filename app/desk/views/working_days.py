"""The State's yearly list of holidays: which years are known, one year's days, and a new list looked at before it is kept."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Action, current_actor, permit
from app.core.calendar import list_known_years, list_year
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import AnhuError, NotFound
from app.core.holiday_notice import HolidayNotice, NoticeDay, Run, read_notice, runs_of, split_lines
from app.core.i18n import _
from app.core.web import forget_reads, read_session, show_errors
from app.desk.forms.working_days import NoticeForm, text_of_file
from app.desk.service.working_days import keep_notice, require_whole_county
from app.desk.views.blueprint import desk

Answer = str | tuple[str, int]


@desk.get("/workdays/")
@permit(Action.KEEP_WORKDAYS)
def workdays() -> str:
    return _page(NoticeForm())


@desk.post("/workdays/")
@permit(Action.KEEP_WORKDAYS)
def check_workdays() -> Answer:
    """How the list would be read and what it would change; nothing is stored."""
    form = NoticeForm()
    notice = _read(form)
    return (_page(form, notice), 200) if notice and not notice.errors else (_page(form, notice), 400)


@desk.post("/workdays/keep")
@permit(Action.KEEP_WORKDAYS)
def keep_workdays() -> BaseResponse | Answer:
    form = NoticeForm()
    notice = _read(form)
    if notice is None or notice.errors:
        return _page(form, notice), 400
    actor, clock = current_actor(), current_clock()
    forget_reads()
    with transaction() as session:
        kept = keep_notice(session, actor, notice, form.document.data, clock.today(), clock.now())
    flash(_("%(year)s 年的放假安排已启用，共 %(n)s 天", year=kept.year, n=kept.days), "success")
    flash(
        _(
            "未办结的办公期限已按它重排：%(moved)s 项改了日期，%(settled)s 项日期不变、不再是暂定；随访等医疗期限不变",
            moved=kept.moved,
            settled=kept.settled,
        )
    )
    return redirect(url_for("desk.workdays_of", year=kept.year))


@desk.get("/workdays/<int:year>", endpoint="workdays_of")
@permit(Action.KEEP_WORKDAYS)
def one_year(year: int) -> str:
    require_whole_county(current_actor())
    session = read_session()
    known = next((one for one in list_known_years(session) if one.year == year), None)
    if known is None:
        raise NotFound()
    days = [NoticeDay(row.day, row.is_working, row.name) for row in list_year(session, year)]
    return render_template("desk/workdays/year.html", known=known, runs=runs_of(days))


@dataclass(frozen=True, slots=True)
class Difference:
    """A new list beside the one that stands: days that come, go, or turn from off to worked."""

    added: int
    removed: int
    turned: int


def _page(form: NoticeForm, notice: HolidayNotice | None = None) -> str:
    require_whole_county(current_actor())
    session, today = read_session(), current_clock().today()
    years = list_known_years(session)
    if not form.is_submitted():
        form.year.data = str(max((one.year for one in years), default=today.year - 1) + 1)
    runs: list[Run] = runs_of(notice.days) if notice else []
    return render_template(
        "desk/workdays/index.html",
        form=form,
        years=years,
        notice=notice,
        runs=runs,
        difference=_difference(session, notice) if notice and not notice.errors else None,
    )


def _difference(session: Session, notice: HolidayNotice) -> Difference | None:
    """None where nothing is known of the year."""
    before = {row.day: row.is_working for row in list_year(session, notice.year)}
    after = {day.day: day.is_working for day in notice.days if day.day.year == notice.year}
    if not before:
        return None
    turned = sum(before[day] != after[day] for day in before.keys() & after.keys())
    return Difference(len(after.keys() - before.keys()), len(before.keys() - after.keys()), turned)


def _read(form: NoticeForm) -> HolidayNotice | None:
    """The list that the form brings; None where the form itself has errors. A file's lines end up in the form."""
    if not form.validate_on_submit():
        return None
    if form.file.data:
        try:
            form.lines.data = text_of_file(form.file.data.read(), form.file.data.filename or "")
        except AnhuError as refused:
            show_errors(form, refused)
            return None
        form.lines.raw_data = [form.lines.data]
    return read_notice(split_lines(form.lines.data or ""), int(form.year.data))

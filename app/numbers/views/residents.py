"""Residents of a year: one table of all places with one save, filled by hand, from a pasted list or from the year before."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for

from app.areas.rules import AreaLevel, town_of
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Invalid
from app.core.i18n import _
from app.core.web import forget_reads, read_session, show_errors
from app.numbers.commands import RESIDENTS_OF
from app.numbers.forms_residents import ResidentsForm, residents_form
from app.numbers.queries.decided import ResidentsRow, residents_table
from app.numbers.rules.places import BELOW
from app.numbers.rules.residents import Named, read_pasted
from app.numbers.service.deciding import set_residents
from app.numbers.views.blueprint import Answer, numbers
from app.numbers.views.settings import FIRST_YEAR, check_year


@numbers.get("/residents/<int:year>")
@permit(Action.SET_NUMBERS)
def residents(year: int) -> str:
    check_year(year)
    rows = residents_table(read_session(), current_actor(), year)
    return _page(year, rows, residents_form(rows))


@numbers.post("/residents/<int:year>", endpoint="set_residents")
@permit(Action.SET_NUMBERS)
def keep_residents(year: int) -> Answer:
    """Save what was typed over, and what is understood of a pasted list, which may be put into the table first to be looked at, as
    the numbers of the year before are."""
    check_year(year)
    rows = residents_table(read_session(), current_actor(), year)
    form = residents_form(rows)
    if not form.validate_on_submit():
        return _page(year, rows, form), 400
    if form.pasted.data:
        read = read_pasted(form.pasted.data, _named(rows))
        form.take_paste(read)
        if "read" in request.form:
            return _page(year, rows, form, recognised=len(read.found)), 400 if read.left else 200
    if "copy" in request.form:
        form.copy(rows)
        return _page(year, rows, form)
    return _save(year, rows, form)


def _save(year: int, rows: list[ResidentsRow], form: ResidentsForm) -> Answer:
    forget_reads()
    try:
        with transaction() as session:
            changed = set_residents(session, current_actor(), form.command(year), current_clock().now())
    except Invalid as refused:
        rows = residents_table(read_session(), current_actor(), year)
        form.see_again(rows, [name.removeprefix(RESIDENTS_OF) for name in refused.errors])
        show_errors(form, refused)
        return _page(year, rows, form), 409
    if changed:
        flash(_("已保存 %(n)s 处，从下一次统计起生效；已上报的报告不变。", n=changed), "success")
    if form.pasted.data:  # the lines that were not understood stay, each with why
        rows = residents_table(read_session(), current_actor(), year)
        form.see_all(rows)
        return _page(year, rows, form, rest_is_saved=bool(changed)), 400
    return redirect(url_for("numbers.residents", year=year))


def _named(rows: list[ResidentsRow]) -> list[Named]:
    """Villages with the town above them, as the table has it."""
    found, town = [], ""
    for row in rows:
        is_village = row.level not in BELOW
        town = town if is_village else row.name
        found.append(Named(row.code, row.name, town if is_village else ""))
    return found


def _villages(town: str, rows: list[ResidentsRow]) -> list[ResidentsRow]:
    return [row for row in rows if row.level is AreaLevel.VILLAGE and town_of(row.code) == town]


def _page(
    year: int,
    rows: list[ResidentsRow],
    form: ResidentsForm,
    *,
    recognised: int | None = None,
    rest_is_saved: bool = False,
) -> str:
    return render_template(
        "numbers/residents.html",
        form=form,
        year=year,
        above=[row for row in rows if row.level in BELOW],
        villages={row.code: _villages(row.code, rows) for row in rows if row.level is AreaLevel.TOWN},
        to_look_at={town_of(row.code) for row in rows if form.places[row.code].errors or form.is_unsaved(row)},
        recognised=recognised,
        rest_is_saved=rest_is_saved,
        first=FIRST_YEAR,
        has_before=any(row.before for row in rows),
    )

"""What a county decides about its numbers, two pages: how it counts, targets of a year (residents: `residents.py`)."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from flask import render_template, url_for
from sqlalchemy.orm import Session

from app.areas.queries import full_names, place_of
from app.core.access import Action, current_actor, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.errors import NotFound
from app.core.i18n import _
from app.core.reasons import reason, say
from app.core.web import read_session
from app.numbers.forms_settings import SettingsForm, TargetForm
from app.numbers.queries.decided import county_and_towns, list_targets, targeted_codes
from app.numbers.queries.settings import settings_of, write_settings
from app.numbers.service.deciding import set_counting, set_target
from app.numbers.views.blueprint import Answer, numbers
from app.numbers.views.pressing import press

FIRST_YEAR = 2011


@numbers.get("/settings")
@permit(Action.SET_NUMBERS)
def settings() -> str:
    said = write_settings(settings_of(read_session(), place_of(current_actor())))
    return _settings(SettingsForm(data=said))


@numbers.post("/settings", endpoint="set_settings")
@permit(Action.SET_NUMBERS)
def keep_settings() -> Answer:
    """From the next computation on."""
    form = SettingsForm()
    return press(
        lambda session, actor, now: set_counting(session, actor, form.to_said(), now),
        _("已保存，从下一次统计起生效；已上报的报告不变。"),
        _settings,
        url_for("numbers.settings"),
        form,
    )


@numbers.get("/targets/<int:year>")
@permit(Action.SET_NUMBERS)
def targets(year: int) -> str:
    check_year(year)
    return _targets(year, _target_form())


@numbers.post("/targets/<int:year>", endpoint="set_target")
@permit(Action.SET_NUMBERS)
def keep_target(year: int) -> Answer:
    """One indicator of one place; an empty one takes it back."""
    check_year(year)
    form = _target_form()

    def act(session: Session, actor: Actor, now: datetime) -> None:
        said = (form.place.data, form.indicator.data, year, form.per_10000, form.source.data)
        set_target(session, actor, *said, now)

    return press(act, _("目标已保存。"), partial(_targets, year), url_for("numbers.targets", year=year), form)


def check_year(year: int) -> None:
    """Of an address."""
    if not FIRST_YEAR <= year <= current_clock().today().year + 1:
        raise NotFound()


def _target_form() -> TargetForm:
    session, actor = read_session(), current_actor()
    codes = [(code, say(reason(f"numbers.indicator.{code}"))) for code in targeted_codes(session, actor)]
    return TargetForm().offer(county_and_towns(session, actor), codes)


def _settings(form: SettingsForm) -> str:
    return render_template("numbers/settings.html", form=form, year=current_clock().today().year)


def _targets(year: int, form: TargetForm) -> str:
    session, actor = read_session(), current_actor()
    rows = list_targets(session, actor, year)
    names = full_names(session, [row.area_code for row in rows])
    return render_template("numbers/targets.html", form=form, year=year, rows=rows, names=names, first=FIRST_YEAR)

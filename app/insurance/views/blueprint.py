"""The blueprint of insurance, and how its acts answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from flask import Blueprint, flash, redirect
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import current_actor
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Conflict, Invalid
from app.core.forms import Form
from app.core.web import forget_reads, show_errors
from app.subsidies.hands import require_person

insurance = Blueprint("insurance", "app.insurance", url_prefix="/insurance", template_folder="templates")

Answer = BaseResponse | tuple[str, int] | str
Act = Callable[[Session, Actor, date, datetime], object]


def press(act: Act, done: str, page: Callable[[Form], str], to: str) -> Answer:
    """An act with nothing to fill in."""
    return take(Form(), act, done, page, lambda _done: to)


def take(form: Form, act: Act, done: str, page: Callable[[Form], str], to: Callable[[object], str]) -> Answer:
    """One act in one transaction; a refusal comes back on the page with what was typed. `to` is where a success leads."""
    actor, clock = current_actor(), current_clock()
    if not form.validate_on_submit():
        return page(form), 400
    require_person(actor)
    forget_reads()
    try:
        with transaction() as session:
            where = to(act(session, actor, clock.today(), clock.now()))
    except (Conflict, Invalid) as refused:
        forget_reads()
        show_errors(form, refused)
        return page(form), 400 if isinstance(refused, Invalid) else 409
    flash(done, "success")
    return redirect(where)

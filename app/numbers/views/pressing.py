"""Acts of the numbers' pages on something that stands: one transaction, and a refusal comes back on the page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import flash, redirect
from sqlalchemy.orm import Session

from app.core.access import current_actor
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Conflict, Invalid
from app.core.forms import Form
from app.core.web import forget_reads, show_errors
from app.numbers.views.blueprint import Answer

Act = Callable[[Session, Actor, datetime], object]


def press(act: Act, done: str, page: Callable[[Form], str], to: str, form: Form | None = None) -> Answer:
    """`page` draws the same page with the form that holds the refusal; `to` is where a success leads; `form` is what was filled in,
    where there is anything."""
    actor, form = current_actor(), form or Form()
    if not form.validate_on_submit():
        return page(form), 400
    forget_reads()
    try:
        with transaction() as session:
            act(session, actor, current_clock().now())
    except (Conflict, Invalid) as refused:
        show_errors(form, refused)
        return page(form), 400 if isinstance(refused, Invalid) else 409
    flash(done, "success")
    return redirect(to)

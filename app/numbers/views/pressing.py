"""Acts of the numbers' pages: one transaction, and a refusal comes back on the page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

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

Act = Callable[[Session, Actor, datetime], Any]
# words, or an address; where they tell of what was made, a function of that
Said = str | Callable[[Any], str]


def press(act: Act, done: Said, page: Callable[[Any], str], to: Said, form: Form | None = None) -> Answer:
    """`page` draws the same page with the form that holds the refusal; `done` is said, and `to` led to, after a success; `form` is what
    was filled in, where there is anything."""
    actor, form = current_actor(), form or Form()
    if not form.validate_on_submit():
        return page(form), 400
    forget_reads()
    try:
        with transaction() as session:
            made = act(session, actor, current_clock().now())
    except (Conflict, Invalid) as refused:
        show_errors(form, refused)
        return page(form), 400 if isinstance(refused, Invalid) else 409
    flash(done(made) if callable(done) else done, "success")
    return redirect(to(made) if callable(to) else to)

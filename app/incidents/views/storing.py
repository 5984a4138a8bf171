"""How every form of the room is stored: one transaction, the refusal at the form, else a word and the next page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import flash, redirect
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.core.db import transaction
from app.core.errors import AnhuError
from app.core.keys import current_keyring
from app.core.web import forget_reads, show_errors
from app.people.vault import Vault

T = TypeVar("T")


def stored(
    form: Any, act: Callable[[Session, Vault], T], said: str, where: Callable[[T], str] | str
) -> BaseResponse | None:
    """The answer to a form whose act was done; None when it was refused, with the reasons beside its fields."""
    forget_reads()
    try:
        with transaction() as session:
            done = act(session, Vault(session, current_keyring()))
            to = where if isinstance(where, str) else where(done)
    except AnhuError as refused:
        show_errors(form, refused)
        return None
    flash(said)
    return redirect(to)

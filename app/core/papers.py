"""Handing out a printed paper. A file's name says what the paper is and never whom it is about: it stays on the machine.

Papers are in Chinese whatever the language of whoever prints them: families, offices and files read them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import ParamSpec, TypeVar

from flask import Response, send_file

from app.core.i18n import DEFAULT_LANGUAGE, speaking

P = ParamSpec("P")
T = TypeVar("T")


def paper(view: Callable[P, T]) -> Callable[P, T]:
    """Worn by every view that draws a paper: all that it says is said in the language of papers."""

    @wraps(view)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> T:
        with speaking(DEFAULT_LANGUAGE):
            return view(*args, **kwargs)

    drawn.is_paper = True  # type: ignore[attr-defined]  # a mark that the tests look for
    return drawn


def hand_out(pdf: bytes, name: str, *, is_saved: bool = False) -> Response:
    """`name` without its ending. `is_saved` for an answer to a form: a link says by its `download` attribute that it is kept."""
    return send_file(BytesIO(pdf), mimetype="application/pdf", download_name=f"{name}.pdf", as_attachment=is_saved)

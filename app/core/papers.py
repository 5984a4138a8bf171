"""Handing out a printed paper. A file's name says what the paper is and never whom it is about: it stays on the machine."""

from __future__ import annotations

from io import BytesIO

from flask import Response, send_file


def hand_out(pdf: bytes, name: str, *, is_saved: bool = False) -> Response:
    """`name` without its ending. `is_saved` for an answer to a form: a link says by its `download` attribute that it is kept."""
    return send_file(BytesIO(pdf), mimetype="application/pdf", download_name=f"{name}.pdf", as_attachment=is_saved)

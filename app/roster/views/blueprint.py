"""The room's blueprint, apart from the views that hang on it."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, send_file

from app.roster.papers import XLSX

roster = Blueprint("roster", "app.roster", url_prefix="/roster", template_folder="templates")

SHOWN = 200  # findings on one page; the workbook of refused rows has all of them


def workbook(content: bytes, name: str) -> Response:
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)

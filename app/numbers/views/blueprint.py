"""The blueprint of the numbers."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response as BaseResponse

numbers = Blueprint("numbers", "app.numbers", url_prefix="/numbers", template_folder="templates")

Answer = BaseResponse | tuple[str, int] | str

"""The blueprint of the numbers."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.routing import BaseConverter
from werkzeug.wrappers import Response as BaseResponse


class PeriodConverter(BaseConverter):
    """`2026M09`, `2026Q3`, `2026Y`, `2026-09-17`: no other word of an address is taken for a period."""

    regex = r"\d{4}(?:M\d{2}|Q[1-4]|Y|-\d{2}-\d{2})"


numbers = Blueprint("numbers", "app.numbers", url_prefix="/numbers", template_folder="templates")
# before any route that uses it
numbers.record_once(lambda state: state.app.url_map.converters.update(period=PeriodConverter))

Answer = BaseResponse | tuple[str, int] | str

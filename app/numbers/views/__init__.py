"""Pages of the numbers; importing them hangs them on the blueprint."""

from app.numbers.views import board
from app.numbers.views.blueprint import numbers

__all__ = ["board", "numbers"]

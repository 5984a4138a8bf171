"""Pages of the numbers; importing them hangs them on the blueprint."""

from app.numbers.views import board, people, reports, settings, submitting, training, words
from app.numbers.views.blueprint import numbers

__all__ = ["board", "numbers", "people", "reports", "settings", "submitting", "training", "words"]

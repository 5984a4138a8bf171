"""Pages of the numbers; importing them hangs them on the blueprint."""

from app.numbers.views import board, order_steps, orders, people, quality, reports, settings, submitting, training, words
from app.numbers.views.blueprint import numbers

__all__ = [
    "board",
    "numbers",
    "order_steps",
    "orders",
    "people",
    "quality",
    "reports",
    "settings",
    "submitting",
    "training",
    "words",
]

"""Pages of the numbers; importing them hangs them on the blueprint."""

from app.numbers.views import (
    appraisal,
    appraised,
    board,
    mending,
    order_steps,
    orders,
    people,
    quality,
    reports,
    residents,
    schemes,
    settings,
    submitting,
    training,
    villages,
    words,
)
from app.numbers.views.blueprint import numbers

__all__ = [
    "appraisal",
    "appraised",
    "board",
    "mending",
    "numbers",
    "order_steps",
    "orders",
    "people",
    "quality",
    "reports",
    "residents",
    "sample_findings",
    "sampling",
    "schemes",
    "settings",
    "submitting",
    "training",
    "villages",
    "words",
]

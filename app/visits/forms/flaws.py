"""What keeps a form from being saved, field by field, in the very words that saving would answer with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from wtforms import HiddenField, RadioField, SelectMultipleField

from app.core.reasons import Reason, say
from app.visits.forms.visit import VisitForm


@dataclass(frozen=True)
class Flaw:
    """`target` is the id of the control to go to; both names are empty for the form as a whole."""

    name: str
    target: str
    label: str
    words: str


def flaws(form: VisitForm, errors: Mapping[str, Iterable[Reason]]) -> list[Flaw]:
    """The first of each field, in the form's order: what its shape says, then what the rules say."""
    said = {field.name: str(field.errors[0]) for field in form if field.errors}
    general = []
    for field, why in form.placed(errors):
        if field is None:
            general.append(Flaw("", "", "", say(why)))
        else:
            said.setdefault(field.name, say(why))
    shown = (field for field in form if field.name in said and not isinstance(field, HiddenField))
    return general + [Flaw(field.name, _target(field), str(field.label.text), said[field.name]) for field in shown]


def _target(field: Any) -> str:
    """A question of several buttons begins with its first."""
    return f"{field.id}-0" if isinstance(field, (RadioField, SelectMultipleField)) else str(field.id)

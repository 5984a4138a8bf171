"""A posted visit form read without building the whole form: the same fields, but only those that were sent.

Saving a visit is the busiest act of all, and of ninety-one fields a form sends some thirty. What is read here is sound in every
respect; whatever is not, `VisitForm` reads again, whole, to say what is wrong where.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import SelectMultipleField

from app.core.errors import Invalid
from app.core.forms import refuse_untidy
from app.visits.forms.visit import VisitAnswers, VisitForm


class SentVisit(VisitAnswers):
    """Copies of the fields that were sent, over the empty ones that all requests share and none changes."""

    def __init__(self, sent: MultiDict[str, str]) -> None:
        self._fields, always = _empty_fields()
        self._read = {name: _copy(self._fields[name]) for name in always | (sent.keys() & self._fields.keys())}
        for field in self._read.values():
            field.process(sent, None)

    def __getitem__(self, name: str) -> Any:
        return self._read.get(name) or self._fields[name]

    def is_sound(self) -> bool:
        return all(self._is_fine(name, field) for name, field in self._read.items()) and not any(self.misplaced())

    def _is_fine(self, name: str, field: Any) -> bool:
        is_doubled = len(field.raw_data) > 1 and not isinstance(field, SelectMultipleField)
        return not is_doubled and bool(field.validate(self, _own_check(name)))


def read_sent_visit() -> VisitAnswers | None:
    """The answers of the request's form; None where anything about them is not as it should be."""
    try:
        refuse_untidy()
    except Invalid:
        return None
    sent = SentVisit(request.form)
    return sent if sent.is_sound() else None


@cache
def _empty_fields() -> tuple[dict[str, Any], frozenset[str]]:
    """Every field with no answer, and the names of those that have to be looked at all the same."""
    meta = VisitForm.Meta()
    names = [name for name in dir(VisitForm) if name[0] != "_" and hasattr(getattr(VisitForm, name), "_formfield")]
    fields = {name: getattr(VisitForm, name).bind(None, name, _meta=meta) for name in names}
    for field in fields.values():
        field.process(MultiDict(), None)
    always = frozenset(name for name, field in fields.items() if _own_check(name) or not _copy(field).validate(None))
    return fields, always


def _copy(field: Any) -> Any:
    """WTForms' classes make unbound fields of themselves when `copy` calls them."""
    twin = object.__new__(type(field))
    vars(twin).update(vars(field))
    return twin


def _own_check(name: str) -> tuple[Any, ...]:
    """The form's own check of a field, as WTForms finds it."""
    check = getattr(VisitForm, f"validate_{name}", None)
    return (check,) if check else ()

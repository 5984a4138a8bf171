"""The base of every form: what a browser sent counts, nothing else does, and what cannot be kept is said beside its field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import g, request
from flask_wtf import FlaskForm
from werkzeug.datastructures import ImmutableMultiDict
from wtforms import SelectMultipleField

from app.core.errors import Invalid
from app.core.plain_text import UNKEPT, find_unkept, without_unkept
from app.core.reasons import Reason, reason, say

LONGEST_KEPT = 500_000  # characters of one field that are shown again; more is no slip of the hand


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a field's text was not taken as it came. `is_cut`: what stands in the form is only its beginning."""

    why: Reason
    is_cut: bool = False


def tidy_form() -> None:
    """Take out of the request's form what cannot be kept, and remember at which field: `Form` says it there.

    The page can then show everything else as it was typed. Names of fields are ours; one that needs tidying is nobody's.
    """
    sent = [*request.form, *(value for values in request.form.listvalues() for value in values)]
    if not UNKEPT.search("\n".join(sent)) and all(len(text) <= LONGEST_KEPT for text in sent):
        return
    refused = {name: found for name, value in request.form.items(multi=True) if (found := _refusal(value))}
    named = [name for name in request.form if UNKEPT.search(name)]
    if refused or named:
        g.refused_text = refused
        request.form = ImmutableMultiDict(
            (name, without_unkept(value)[:LONGEST_KEPT])
            for name, value in request.form.items(multi=True)
            if name not in named
        )


def _refusal(value: str) -> Refusal | None:
    if len(value) > LONGEST_KEPT:
        return Refusal(reason("core.text.endless", length=len(value), kept=LONGEST_KEPT), is_cut=True)
    code = find_unkept(value)
    return Refusal(Reason(code)) if code else None


def refuse_untidy(*single: str) -> None:
    """For a view that reads its form without validating it; `single` are fields that come once. Raises `Invalid`."""
    found = {name: [refusal.why] for name, refusal in _refused().items()}
    doubled = {name: [Reason("core.text.doubled")] for name in single if len(request.form.getlist(name)) > 1}
    if found or doubled:
        raise Invalid(doubled | found)


def _refused() -> Mapping[str, Refusal]:
    found: Mapping[str, Refusal] = g.get("refused_text", {})
    return found


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    """A form whose posted fields are only what was posted: what the page began with is no answer, and a field comes once."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # Flask-WTF is untyped
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            wrapped = super().wrap_formdata(form, formdata)
            is_ours = formdata is not None and wrapped is None and form.is_submitted()
            return request.form if is_ours else wrapped  # a form without a single field was sent all the same

    def process(
        self, formdata: Any = None, obj: Any = None, data: Any = None, extra_filters: Any = None, **kwargs: Any
    ) -> None:
        sent = self.meta.wrap_formdata(self, formdata)
        if sent is not None:
            obj, data, kwargs = None, dict.fromkeys(self._fields), {}
        super().process(sent, obj, data, extra_filters, **kwargs)

    def validate(self, extra_validators: Any = None) -> bool:
        is_fine: bool = super().validate(extra_validators)
        for field, refusal in self._refusals():
            if field is None:
                self.form_errors.append(say(refusal.why))
            else:
                field.errors = [say(refusal.why), *(() if refusal.is_cut else field.errors)]
            is_fine = False
        return is_fine

    def _refusals(self) -> Iterator[tuple[Any, Refusal]]:
        for name, refusal in _refused().items():
            yield self._fields.get(name), refusal
        for field in self:
            if len(field.raw_data or ()) > 1 and not isinstance(field, SelectMultipleField):
                yield field, Refusal(Reason("core.text.doubled"))

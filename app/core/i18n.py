"""Languages: Chinese is the source text, English stands in each room's own catalogue.

`_` now, `lazy_` when shown, `N_` marks for extraction only. Catalogues are read from the rooms' `.po` files when a language is
first used, so there is nothing to compile and nothing to forget. A page says hundreds of texts, so a request's language is found
once and a text is one look-up; Flask-Babel brings the locale to everything else (forms' own messages, dates).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, request
from flask_babel import Babel, Domain
from flask_babel.speaklater import LazyString
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

__all__ = [
    "LANGUAGES",
    "N_",
    "_",
    "gettext_anywhere",
    "init_app",
    "language",
    "lazy_",
    "ngettext",
    "phrase",
    "said_in",
    "speaking",
]

APP = Path(__file__).resolve().parent.parent
LANGUAGES = {"zh": "中文", "en": "English"}
DEFAULT_LANGUAGE = "zh"
_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark `text` for extraction and leave it as it is."""
    return text


def _(text: str, /, **variables: Any) -> str:
    """`text` in the reader's language; Chinese outside a request."""
    return phrase(text, variables) % variables if variables else _catalogue(language()).gettext(text)


def phrase(text: str, variables: Mapping[str, Any]) -> str:
    """`text` in the reader's language before its values stand in it, in the form that its count asks for: one day, two days.

    A catalogue gives such a text two forms (msgid_plural); its count is the first of its values that is a number.
    """
    code = language()
    forms = _counted(code).get(text)
    if forms is None:
        return _catalogue(code).gettext(text)
    values = (str(variables.get(name, "")).replace(",", "") for name in _PLACEHOLDER.findall(forms[1]))
    return forms[0] if next(filter(str.isdecimal, values), "") == "1" else forms[1]


def ngettext(singular: str, plural: str, num: int, **variables: Any) -> str:
    return _catalogue(language()).ngettext(singular, plural, num) % ({"num": num} | variables)


def lazy_(text: str) -> LazyString:
    """`_(text)`, said anew each time that it is shown."""
    return LazyString(_, text)


def gettext_anywhere(text: str) -> str:
    """`text` in the reader's language, also where there is no application (pure rules, workers)."""
    return _catalogue(language()).gettext(text)


def said_in(code: str, text: str) -> str:
    """`text` in a named language, for what is handed out in all of them at once."""
    return _catalogue(code).gettext(text)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Everything in a named language until the end, whoever reads: what is printed goes to other people."""
    token = _spoken.set(code)
    try:
        yield
    finally:
        _spoken.reset(token)


def language() -> str:
    """The reader's language, found once a request; the one that is being spoken goes before it."""
    spoken = _spoken.get()
    if spoken is not None:
        return spoken
    try:
        return request.anhu_language  # type: ignore[attr-defined, no-any-return]  # kept on the request for its life
    except AttributeError:
        found = request.anhu_language = _select()  # type: ignore[attr-defined]  # the same
        return found
    except RuntimeError:  # outside a request
        return DEFAULT_LANGUAGE


class RoomsDomain(Domain):  # type: ignore[misc]  # Flask-Babel is untyped
    """All rooms' catalogues as one."""

    def get_translations(self) -> NullTranslations:
        return _catalogue(language())


def catalogue_files(code: str) -> list[Path]:
    return sorted(APP.glob(f"**/translations/{code}/LC_MESSAGES/messages.po"))


@cache
def _catalogue(code: str) -> NullTranslations:
    merged: Translations | None = None
    for path in catalogue_files(code):
        with path.open("rb") as po:
            compiled, messages = BytesIO(), read_po(po, locale=code)
        for text, (_one, many) in _forms_of(messages):
            messages.delete(text)
            messages.add(text, string=many)
        write_mo(compiled, messages)
        compiled.seek(0)
        catalogue = Translations(compiled)
        merged = merged.merge(catalogue) if merged else catalogue
    return merged or NullTranslations()


@cache
def _counted(code: str) -> dict[str, tuple[str, str]]:
    """The texts that have one form for one and another for all else."""
    found: dict[str, tuple[str, str]] = {}
    for path in catalogue_files(code):
        with path.open("rb") as po:
            found.update(_forms_of(read_po(po, locale=code)))
    return found


def _forms_of(messages: Catalog) -> list[tuple[str, tuple[str, str]]]:
    """A message that is counted has both its texts and both its translations in tuples."""
    found = []
    for one in messages:
        if isinstance(one.id, tuple) and isinstance(one.string, tuple):
            found.append((one.id[0], (one.string[0], one.string[1])))
    return found


@pass_context
def _in_template(context: Context, text: str, /, **variables: Any) -> str:
    """`_` for templates: as Jinja's own, with the form that a count asks for; values are escaped where the page escapes."""
    said = phrase(text, variables)
    # a text of ours, as Jinja's own `_` takes it; its values are escaped by the formatting
    return (Markup(said) if context.eval_ctx.autoescape else said) % variables  # noqa: S704 - no one else's text


def init_app(app: Flask) -> None:
    babel = Babel()
    babel.init_app(app, default_locale=DEFAULT_LANGUAGE, default_timezone="Asia/Shanghai", locale_selector=language)
    babel.domain_instance = RoomsDomain()
    app.jinja_env.install_gettext_callables(_, ngettext, newstyle=True)  # type: ignore[attr-defined]  # the stubs know no extension methods
    app.jinja_env.globals["gettext"] = _in_template


def _select() -> str:
    """The user's own choice, then this browser's, then what the browser asks for, then Chinese."""
    actor = getattr(g, "actor", None)
    chosen = actor.language if actor else request.cookies.get("anhu_language")
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(list(LANGUAGES), DEFAULT_LANGUAGE) or DEFAULT_LANGUAGE

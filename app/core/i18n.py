"""Languages: Chinese is the source text, English stands in each room's own catalogue.

`_` now, `lazy_` when shown, `N_` marks for extraction only. Catalogues are read from the rooms' `.po` files when a language is
first used, so there is nothing to compile and nothing to forget. A page says hundreds of texts, so a request's language is found
once and a text is one look-up; Flask-Babel brings the locale to everything else (forms' own messages, dates).
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, request
from flask_babel import Babel, Domain
from flask_babel.speaklater import LazyString

__all__ = ["LANGUAGES", "N_", "_", "gettext_anywhere", "init_app", "language", "lazy_", "ngettext"]

APP = Path(__file__).resolve().parent.parent
LANGUAGES = {"zh": "中文", "en": "English"}
DEFAULT_LANGUAGE = "zh"


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark `text` for extraction and leave it as it is."""
    return text


def _(text: str, /, **variables: Any) -> str:
    """`text` in the reader's language; Chinese outside a request."""
    said = _catalogue(language()).gettext(text)
    return said % variables if variables else said


def ngettext(singular: str, plural: str, num: int, **variables: Any) -> str:
    return _catalogue(language()).ngettext(singular, plural, num) % ({"num": num} | variables)


def lazy_(text: str) -> LazyString:
    """`_(text)`, said anew each time that it is shown."""
    return LazyString(_, text)


def gettext_anywhere(text: str) -> str:
    """`text` in the reader's language, also where there is no application (pure rules, workers)."""
    return _catalogue(language()).gettext(text)


def language() -> str:
    """The reader's language, found once a request."""
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
            compiled = BytesIO()
            write_mo(compiled, read_po(po, locale=code))
        compiled.seek(0)
        catalogue = Translations(compiled)
        merged = merged.merge(catalogue) if merged else catalogue
    return merged or NullTranslations()


def init_app(app: Flask) -> None:
    babel = Babel()
    babel.init_app(app, default_locale=DEFAULT_LANGUAGE, default_timezone="Asia/Shanghai", locale_selector=language)
    babel.domain_instance = RoomsDomain()
    app.jinja_env.install_gettext_callables(_, ngettext, newstyle=True)  # type: ignore[attr-defined]  # the stubs know no extension methods


def _select() -> str:
    """The user's own choice, then this browser's, then what the browser asks for, then Chinese."""
    actor = getattr(g, "actor", None)
    chosen = actor.language if actor else request.cookies.get("anhu_language")
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(list(LANGUAGES), DEFAULT_LANGUAGE) or DEFAULT_LANGUAGE

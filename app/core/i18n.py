"""Languages: Chinese is the source text, English stands in each room's own catalogue.

`_` now, `lazy_` when shown, `N_` marks for extraction only. Catalogues are read from the rooms' `.po` files when a language is
first used, so there is nothing to compile and nothing to forget.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, has_app_context, has_request_context, request
from flask_babel import Babel, Domain, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy_
from flask_babel import ngettext as ngettext

__all__ = ["LANGUAGES", "N_", "_", "gettext_anywhere", "init_app", "language", "lazy_", "ngettext"]

APP = Path(__file__).resolve().parent.parent
LANGUAGES = {"zh": "中文", "en": "English"}
DEFAULT_LANGUAGE = "zh"


def N_(text: str) -> str:
    """Mark `text` for extraction and leave it as it is."""
    return text


def gettext_anywhere(text: str) -> str:
    """`text` in the reader's language, or as written where there is no application (pure rules, workers)."""
    return str(_(text)) if has_app_context() else text


def language() -> str:
    locale = get_locale()
    return locale.language if locale else DEFAULT_LANGUAGE


class RoomsDomain(Domain):  # type: ignore[misc]  # Flask-Babel is untyped
    """All rooms' catalogues as one."""

    def get_translations(self) -> NullTranslations:
        code = language()
        if code not in self.cache:
            self.cache[code] = _catalogue(code)
        found: NullTranslations = self.cache[code]
        return found


def catalogue_files(code: str) -> list[Path]:
    return sorted(APP.glob(f"**/translations/{code}/LC_MESSAGES/messages.po"))


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
    babel.init_app(app, default_locale=DEFAULT_LANGUAGE, default_timezone="Asia/Shanghai", locale_selector=_select)
    babel.domain_instance = RoomsDomain()


def _select() -> str:
    """The user's own choice, then this browser's, then what the browser asks for, then Chinese."""
    if not has_request_context():
        return DEFAULT_LANGUAGE
    actor = getattr(g, "actor", None)
    chosen = actor.language if actor else request.cookies.get("anhu_language")
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(list(LANGUAGES), DEFAULT_LANGUAGE) or DEFAULT_LANGUAGE

"""The forms of a page as a browser would send them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class PageForm:
    """`fields`: name → kind (text, textarea, select, radio, checkbox, hidden, password, file); `values` as the page shows them."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    values: dict[str, list[str]] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self._form: PageForm | None = None
        self._select = self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = PageForm(given.get("action", "")) if given.get("method") == "post" else None
            self.forms += [self._form] if self._form else []
        elif self._form is not None and tag == "option":
            if "selected" in given or self._select not in self._form.values:
                self._form.values[self._select] = [given.get("value", "")]
        elif self._form is not None and given.get("name"):
            self._enter(self._form, tag, given)

    def _enter(self, form: PageForm, tag: str, given: dict[str, str]) -> None:
        name, kind = given["name"], given.get("type", "text") if tag == "input" else tag
        if tag == "button":
            return
        form.fields[name] = kind
        if kind == "select":
            self._select = name
        elif kind == "textarea":
            self._textarea = name
        elif kind not in ("radio", "checkbox") or "checked" in given:
            form.values.setdefault(name, []).append(given.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._textarea:
            self._form.values[self._textarea] = [data.strip()]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._textarea = ""


def forms_of(html: str) -> list[PageForm]:
    """Every POST form of a page."""
    reader = _Reader()
    reader.feed(html)
    return reader.forms

"""A form that arrived when its session was over: carried through the sign-in page, so that nobody types it twice.

It travels in the page and nowhere else. Files and passwords do not; neither does what is longer than any honest form.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from flask import g, request

from app.core.web import local_path

LONGEST = 100_000  # characters of names and values together
MOST_FIELDS = 500


@dataclass(frozen=True)
class KeptForm:
    """Where a form was going, and its fields in their order."""

    path: str
    fields: tuple[tuple[str, str], ...]

    def to_text(self) -> str:
        return json.dumps([self.path, self.fields], ensure_ascii=False)


def keep_form() -> KeptForm | None:
    """This request's form; None for what cannot be carried. What was already refused goes back to be read again."""
    if request.method != "POST" or request.files or request.blueprint == "accounts" or g.get("refused_text"):
        return None
    fields = tuple((name, value) for name, value in request.form.items(multi=True) if name != "csrf_token")
    is_honest = len(fields) <= MOST_FIELDS and sum(len(name) + len(value) for name, value in fields) <= LONGEST
    return KeptForm(request.full_path.rstrip("?"), fields) if is_honest else None


def read_kept(text: str | None) -> KeptForm | None:
    """A form from the text of a hidden field, which anybody may have changed; None for what is none."""
    try:
        path, fields = json.loads(text or "")
        pairs = tuple((name, value) for name, value in fields)
    except (ValueError, TypeError):
        return None
    is_text = all(isinstance(part, str) for pair in pairs for part in pair)
    place = local_path(path) if isinstance(path, str) else None
    return KeptForm(place, pairs) if place and is_text and len(pairs) <= MOST_FIELDS else None

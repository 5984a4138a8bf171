"""The submission key: made with the page, sent with the form, so that a form arrives once."""

from __future__ import annotations

import re
import uuid
from typing import Any

from wtforms import HiddenField
from wtforms.validators import ValidationError

from app.core.reasons import Reason, say

_SHAPE = re.compile(r"[0-9a-f-]{32,36}", re.ASCII)


def new_submission_key() -> str:
    return str(uuid.uuid4())


def is_submission_key(text: str) -> bool:
    return _SHAPE.fullmatch(text) is not None


class SubmissionKeyField(HiddenField):
    data: Any

    def __init__(self, label: Any = "", **kwargs: Any) -> None:
        super().__init__(
            label, **kwargs
        )  # never shown; without a label one would be made up and looked up in every request

    def pre_validate(self, form: Any) -> None:
        if not is_submission_key(str(self.data or "")):
            raise ValidationError(say(Reason("visit.key_missing")))

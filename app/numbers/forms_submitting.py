"""Shape of a submission's form."""

from __future__ import annotations

from app.core.fields import ParagraphField
from app.core.forms import Form
from app.core.i18n import lazy_
from app.numbers.commands import SubmitReport
from app.numbers.forms_words import no_numbers
from app.numbers.rules.submission import LONGEST_REASON


class SubmitForm(Form):
    reason = ParagraphField(lazy_("修订原因"), LONGEST_REASON, [no_numbers])

    def to_command(self, run: str) -> SubmitReport:
        return SubmitReport(run, self.reason.data or "")

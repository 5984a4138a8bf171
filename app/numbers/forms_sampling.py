"""Shapes of the forms of supervision sampling."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import HiddenField

from app.core.db import new_public_id
from app.core.fields import (
    Answered,
    ChoiceField,
    CodeField,
    DayField,
    FlagsField,
    KeyField,
    ListField,
    NumberField,
    ParagraphField,
    choices,
    labelled,
)
from app.core.forms import Form
from app.core.i18n import lazy_
from app.numbers.commands_sampling import DrawSample, RecordFindings
from app.numbers.labels_sampling import ITEMS, SUBJECTS, UNABLE, VERDICTS
from app.numbers.rules.sampling import (
    LONGEST_COMMENT,
    LONGEST_NOTE,
    LONGEST_SEED,
    LONGEST_WHY,
    MOST_LEAST,
    MOST_PERCENT,
    Item,
    SampleSubject,
    Sizes,
    Unable,
    Verdict,
)

_PERCENT, _LEAST = 5, 5
_VERDICT = "verdict_"


class SampleForm(Form):
    key = KeyField()
    # what the page showed of it; empty until it was looked at
    seen = HiddenField()
    subject = ChoiceField(lazy_("抽查内容"), labelled(SUBJECTS), [Answered(lazy_("请选择抽查内容"))])
    first_on = DayField(lazy_("随访日期起"))
    last_on = DayField(lazy_("随访日期止"))
    percent = NumberField(
        lazy_("每家机构抽取比例"), 0, MOST_PERCENT, [Answered(lazy_("请填写比例，只按份数抽取时填 0"))]
    )
    least = NumberField(lazy_("每家机构最少份数"), 0, MOST_LEAST, [Answered(lazy_("请填写份数，没有要求时填 0"))])
    high = NumberField(lazy_("3 级及以上另抽份数"), 0, MOST_LEAST, [Answered(lazy_("请填写份数，不另抽时填 0"))])
    units = FlagsField(lazy_("抽查机构"), ())
    seed = CodeField(lazy_("随机种子（选填）"), LONGEST_SEED)

    def __init__(self, units: Iterable[tuple[str, str]]) -> None:
        given = {"subject": SampleSubject.RECORDS.value, "percent": _PERCENT, "least": _LEAST, "high": 0}
        super().__init__(data={"key": new_public_id(), **given})
        self.units.choices = choices(units)

    def to_command(self) -> DrawSample:
        subject = SampleSubject(self.subject.data)
        is_visits = subject is SampleSubject.VISITS
        return DrawSample(
            submission_key=str(self.key.data),
            subject=subject,
            first_on=self.first_on.data if is_visits else None,
            last_on=self.last_on.data if is_visits else None,
            sizes=Sizes(self.percent.data, self.least.data, self.high.data),
            units=tuple(self.units.data or ()),
            seed=self.seed.data or "",
            seen=str(self.seen.data or ""),
        )


class FindingsForm(Form):
    """What was found of a record, with a field an item; made by `findings_form`."""

    version = HiddenField()
    unable = ListField(lazy_("整份无法核查的原因（选填）"), labelled(UNABLE))
    note = ParagraphField(lazy_("核查说明"), LONGEST_NOTE)

    def to_command(self) -> RecordFindings:
        said = {
            name.removeprefix(_VERDICT): one.data for name, one in self._fields.items() if name.startswith(_VERDICT)
        }
        version = str(self.version.data or "")
        return RecordFindings(
            int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0,
            {item: Verdict(verdict) for item, verdict in said.items() if verdict},
            Unable(self.unable.data) if self.unable.data else None,
            self.note.data or "",
        )


def findings_form(items: Iterable[Item], **standing: object) -> FindingsForm:
    """With a field an item; `standing` are the version and what was found before."""
    fields = {f"{_VERDICT}{one.code}": ChoiceField(lazy_(ITEMS[one.code]), labelled(VERDICTS)) for one in items}
    form: FindingsForm = type("FindingsForm", (FindingsForm,), fields)(data=standing)
    return form


def field_of(item: Item) -> str:
    """The name of an item's field."""
    return f"{_VERDICT}{item.code}"


class WithdrawSampleForm(Form):
    why = ParagraphField(lazy_("撤销原因"), LONGEST_WHY, [Answered(lazy_("请写明撤销原因"))])


class SampleCommentForm(Form):
    comment = ParagraphField(lazy_("被查机构意见"), LONGEST_COMMENT, [Answered(lazy_("请写明意见"))])

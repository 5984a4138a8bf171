"""Shapes of the appraisal's forms: a scheme of up to sixteen items, an objection, its answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wtforms import Field
from wtforms.validators import Regexp

from app.core.db import new_public_id
from app.core.fields import (
    Answered,
    ChoiceField,
    CodeField,
    KeyField,
    ListField,
    NumberField,
    ParagraphField,
    TextField,
    half_width,
    labelled,
)
from app.core.forms import Form
from app.core.i18n import _, lazy_
from app.core.reasons import Reason, say
from app.numbers.commands_appraisal import AnswerObjection, ProposeScheme
from app.numbers.forms_words import no_numbers
from app.numbers.labels_appraisal import WAYS, WHOM
from app.numbers.rules.appraisal import (
    COUNTS,
    LONGEST_TERM,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_ITEMS,
    Item,
    Way,
    Whom,
    sources,
    written,
)

_HUNDREDTHS = re.compile(r"(\d{1,3})(?:\.(\d{1,2}))?", re.ASCII)
_ROWS = range(1, MOST_ITEMS + 1)


class HundredthsField(TextField):
    """Up to 100 with two decimals: marks, or a percentage. `data` is that text."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, 8, **kwargs)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        super().process_formdata([half_width(str(value)) for value in valuelist])
        if self.data and self.hundredths is None:
            raise ValueError(_("请填写 0 到 100 的数，最多两位小数，如 12.5"))

    @property
    def hundredths(self) -> int | None:
        """`12.5` → 1250; None while empty or no such number."""
        match = _HUNDREDTHS.fullmatch(self.data or "")
        if match is None:
            return None
        found = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
        return found if found <= 10_000 else None


def _fields(n: int) -> dict[str, Any]:
    """What one row of a scheme asks."""
    return {
        f"source_{n}": ListField(lazy_("考评指标")),
        f"whom_{n}": ListField(lazy_("考评对象"), labelled(WHOM)),
        f"marks_{n}": HundredthsField(lazy_("满分")),
        f"way_{n}": ListField(lazy_("扣分办法"), labelled(WAYS)),
        f"target_{n}": HundredthsField(lazy_("考评目标（%）")),
        f"each_{n}": HundredthsField(lazy_("每一百分点、每档或每件扣（分）")),
        f"step_{n}": HundredthsField(lazy_("每档（百分点）")),
        f"cap_{n}": HundredthsField(lazy_("最多扣（分）")),
    }


class _Rows(Form):
    key = KeyField()
    year = CodeField(
        lazy_("年度"),
        4,
        [Answered(lazy_("请填写年度，如 2026")), Regexp(r"20[0-9]{2}\Z", message=lazy_("请填写年度，如 2026"))],
    )
    title = TextField(lazy_("方案名称"), LONGEST_TITLE, [Answered(lazy_("请填写方案名称"))])
    term_days = NumberField(lazy_("申诉期（工作日）"), 1, LONGEST_TERM, [Answered(lazy_("请填写申诉期，如 5"))])


class SchemeForm(type("Rows", (_Rows,), {name: one for n in _ROWS for name, one in _fields(n).items()})):  # type: ignore[misc]  # its base is made of rows
    """A row without an indicator is no item."""

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data={"key": new_public_id(), **(data or {})})
        offered = _offered()
        for n in _ROWS:
            self[f"source_{n}"].group(offered)

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = super().validate(extra_validators)
        for n in self.filled:
            wanted = ["whom", "marks", "way", "each"]
            for field in (self[f"{name}_{n}"] for name in wanted):
                if not field.data and not field.errors:
                    field.errors = [_("有指标的一行须填写这一项")]
                    is_valid = False
        return bool(is_valid)

    @property
    def filled(self) -> list[int]:
        return [n for n in _ROWS if self[f"source_{n}"].data]

    @property
    def rows(self) -> list[list[Field]]:
        return [[self[name] for name in _fields(n)] for n in _ROWS]

    def to_command(self) -> ProposeScheme:
        return ProposeScheme(
            submission_key=str(self.key.data),
            year=int(self.year.data),
            title=self.title.data,
            term_days=self.term_days.data,
            rows=tuple((n, self._item(n)) for n in self.filled),
        )

    def _item(self, n: int) -> Item:
        marks = self._number("marks", n) or 0
        cap, way = self._number("cap", n), Way(self[f"way_{n}"].data)
        return Item(
            source=self[f"source_{n}"].data,
            whom=Whom(self[f"whom_{n}"].data),
            marks=marks,
            way=way,
            each=self._number("each", n) or 0,
            cap=marks if cap is None else cap,
            target=None if way is Way.CASES else self._number("target", n),
            step=self._number("step", n) if way is Way.STEPS else None,
        )

    def _number(self, name: str, n: int) -> int | None:
        found: int | None = self[f"{name}_{n}"].hundredths
        return found


def row_data(items: Iterable[Item]) -> dict[str, str]:
    """A scheme as the form's data."""
    found: dict[str, str] = {}
    for n, item in enumerate(items, start=1):
        numbers = {"marks": item.marks, "each": item.each, "cap": item.cap, "target": item.target, "step": item.step}
        found |= {f"source_{n}": item.source, f"whom_{n}": item.whom.value, f"way_{n}": item.way.value}
        found |= {f"{name}_{n}": written(value) for name, value in numbers.items() if value is not None}
    return found


def _offered() -> dict[str, list[tuple[str, str]]]:
    return {
        _("比率"): [(code, say(Reason(f"numbers.indicator.{code}"))) for code in sources()],
        _("人数和件数"): [(name, say(Reason(f"numbers.figure.{name}"))) for name in COUNTS],
    }


class ObjectionForm(Form):
    source = ListField(lazy_("对哪一项"), (), [Answered(lazy_("请选择对哪一项提出申诉"))])
    text = ParagraphField(lazy_("申诉理由"), LONGEST_TEXT, [Answered(lazy_("请写明申诉理由")), no_numbers])

    def offer(self, codes: Iterable[str]) -> None:
        self.source.offer((code, say(Reason(f"numbers.indicator.{code}"))) for code in codes)


class AnswerForm(Form):
    verdict = ChoiceField(
        lazy_("答复结果"),
        [("upheld", lazy_("采纳，更正得分")), ("turned_down", lazy_("不采纳"))],
        [Answered(lazy_("请选择答复结果"))],
    )
    corrected = HundredthsField(lazy_("更正后得分（采纳时填写）"))
    answer = ParagraphField(lazy_("答复理由"), LONGEST_TEXT, [Answered(lazy_("请写明答复理由")), no_numbers])

    def to_command(self) -> AnswerObjection:
        is_upheld = self.verdict.data == "upheld"
        return AnswerObjection(is_upheld, self.answer.data, self.corrected.hundredths if is_upheld else None)

"""Shapes of what a county decides about its numbers: how it counts, residents, targets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from wtforms.validators import ValidationError

from app.core.fields import Answered, ChoiceField, CodeField, ListField, NumberField, TextField, labelled
from app.core.forms import Form
from app.core.i18n import lazy_
from app.core.reasons import reason, say
from app.numbers.labels_settings import DENOMINATORS, DROPS, EXAMINED, FACE, PERIODS, REGULAR, STANDARD
from app.numbers.rules.settings import LONGEST_GRACE_DAYS

LONGEST_SOURCE = 100
_CHOOSE = lazy_("请选择一项")
_PERCENT = re.compile(r"\d{1,3}(\.\d{1,2})?", re.ASCII)


class SettingsForm(Form):
    standard_mode = ChoiceField(lazy_("规范管理怎样判定"), labelled(STANDARD), [Answered(_CHOOSE)])
    grace_days = NumberField(lazy_("按间隔判定时的宽限"), 0, LONGEST_GRACE_DAYS, [Answered(lazy_("请填写天数"))])
    regular = ChoiceField(lazy_("规律服药怎样判定"), labelled(REGULAR), [Answered(_CHOOSE)])
    denominators = ChoiceField(lazy_("服药率、规律服药率的分母"), labelled(DENOMINATORS), [Answered(_CHOOSE)])
    drops_no_drug_needed = ChoiceField(lazy_("全期医嘱无需服药的患者"), labelled(DROPS), [Answered(_CHOOSE)])
    face_to_face = ChoiceField(lazy_("面访怎样算到位"), labelled(FACE), [Answered(_CHOOSE)])
    examined_of = ChoiceField(lazy_("健康体检率的分母"), labelled(EXAMINED), [Answered(_CHOOSE)])
    periods = ChoiceField(lazy_("月度、季度数字"), labelled(PERIODS), [Answered(_CHOOSE)])

    def to_said(self) -> dict[str, str]:
        """The option's names and values as they are kept."""
        return {name: str(self[name].data) for name in self.data if name != "csrf_token"}


class TargetForm(Form):
    place = ListField(lazy_("地方"), validators=[Answered(_CHOOSE)])
    indicator = ListField(lazy_("指标"), validators=[Answered(_CHOOSE)])
    percent = CodeField(lazy_("目标值"), 6)
    source = TextField(lazy_("来源"), LONGEST_SOURCE)

    def offer(self, places: Sequence[tuple[str, str]], codes: Sequence[tuple[str, str]]) -> TargetForm:
        self.place.offer(places)
        self.indicator.offer(codes)
        return self

    @property
    def per_10000(self) -> int | None:
        """None for none any more."""
        return int(Decimal(self.percent.data) * 100) if self.percent.data else None

    def validate_percent(self, field: CodeField) -> None:
        if field.data and (not _PERCENT.fullmatch(field.data) or Decimal(field.data) > 100):
            raise ValidationError(say(reason("numbers.target_percent")))

    def validate_source(self, field: TextField) -> None:
        if self.percent.data and not field.data:
            raise ValidationError(say(reason("numbers.source_missing")))

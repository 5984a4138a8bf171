"""Shape of a reviewer's word on a flag."""

from __future__ import annotations

from app.core.fields import Answered, ChoiceField, CodeField, DayField, ListField, labelled
from app.core.forms import Form
from app.core.i18n import _, lazy_
from app.subsidies.commands_watch import DecideFlag
from app.subsidies.rules.grounds import LONGEST_REFERENCE
from app.subsidies.rules.sampling import LONGEST_NUMBER
from app.subsidies.rules.watch import EXPLAINING, HANDING_ON, FlagGround, FlagState
from app.subsidies.texts_watch import TEXTS


class FlagForm(Form):
    state = ChoiceField(
        lazy_("处理"),
        [(FlagState.EXPLAINED.value, lazy_("说明")), (FlagState.HANDED_ON.value, lazy_("移交"))],
        [Answered(lazy_("请选择说明或移交"))],
    )
    ground = ListField(lazy_("依据"), (), [Answered(lazy_("请选择依据"))])
    reference = CodeField(lazy_("文件编号"), LONGEST_REFERENCE)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        groups = {_("说明"): EXPLAINING, _("移交"): HANDING_ON}
        said = {
            heading: labelled({code: TEXTS[f"subsidies.flag_ground.{code}"] for code in grounds})
            for heading, grounds in groups.items()
        }
        self.ground.group(said)

    def to_command(self, flag_public_id: str) -> DecideFlag:
        return DecideFlag(
            flag_public_id, FlagState(self.state.data), FlagGround(self.ground.data), self.reference.data or ""
        )


class NumberForm(Form):
    number = CodeField(lazy_("公开号码"), LONGEST_NUMBER, [Answered(lazy_("请填写本批提交之后公开的号码"))])


class HomeCheckForm(Form):
    is_met = ChoiceField(
        lazy_("是否见到本人"), [("yes", lazy_("见到")), ("no", lazy_("没有见到"))], [Answered(lazy_("请选择是否见到"))]
    )
    checked_on = DayField(lazy_("入户日期"), [Answered(lazy_("请填写入户日期"))])

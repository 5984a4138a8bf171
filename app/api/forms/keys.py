"""The form of a new key."""

from __future__ import annotations

from app.api.commands import MakeKey
from app.api.rules import KEY_DAYS
from app.core.fields import Answered, ListField, TextField
from app.core.forms import Form
from app.core.i18n import lazy_


class KeyForm(Form):
    """`choices` of the account are set by the view."""

    user = ListField(lazy_("以哪个账号办理"), (), [Answered(lazy_("请选择账号"))])
    label = TextField(lazy_("对方系统名称"), 40, [Answered(lazy_("请填写"))])
    days = ListField(
        lazy_("有效期"),
        tuple(zip(KEY_DAYS, (lazy_("90 天"), lazy_("180 天"), lazy_("365 天")), strict=True)),
        [Answered(lazy_("请选择有效期"))],
    )

    def to_command(self) -> MakeKey:
        return MakeKey(self.user.data or "", self.label.data or "", int(self.days.data))

"""Shapes of the account forms."""

from __future__ import annotations

from wtforms import HiddenField, PasswordField
from wtforms.validators import EqualTo, InputRequired, Length, Optional

from app.accounts.commands import NewUser
from app.accounts.rules import LONGEST_PASSWORD
from app.core.actor import Role
from app.core.fields import Answered, ListField, TextField
from app.core.forms import Form
from app.core.i18n import lazy_

_REQUIRED = InputRequired(lazy_("请填写"))
_FILLED = Answered(lazy_("请填写"))
_PASSWORD = Length(max=LONGEST_PASSWORD, message=lazy_("密码最多 128 个字符"))


class SignInForm(Form):
    name = TextField(lazy_("用户名"), 64, [_FILLED])
    password = PasswordField(lazy_("密码"), [_REQUIRED, _PASSWORD])
    next = HiddenField(validators=[Optional()])
    kept = HiddenField(validators=[Optional()])


class PasswordForm(Form):
    password = PasswordField(lazy_("现在的密码"), [_REQUIRED, _PASSWORD])
    new_password = PasswordField(lazy_("新密码"), [_REQUIRED, _PASSWORD])
    again = PasswordField(
        lazy_("再输入一次新密码"), [_REQUIRED, EqualTo("new_password", lazy_("两次输入的密码不一致"))]
    )


class NewUserForm(Form):
    """`choices` of area and agency are set by the view, from what the administrator may give."""

    name = TextField(lazy_("用户名"), 32, [_FILLED])
    display_name = TextField(lazy_("姓名"), 64, [_FILLED])
    role = ListField(lazy_("岗位"), (), [Answered(lazy_("请选择岗位"))])
    area_code = ListField(lazy_("管辖范围"), (), [Answered(lazy_("请选择范围"))])
    agency_id = ListField(lazy_("单位"))

    def to_command(self, one_time_password: str) -> NewUser:
        return NewUser(
            name=self.name.data or "",
            display_name=self.display_name.data or "",
            role=Role(self.role.data),
            area_code=self.area_code.data,
            password=one_time_password,
            agency_id=int(self.agency_id.data) if self.agency_id.data else None,
            must_change_password=True,
        )

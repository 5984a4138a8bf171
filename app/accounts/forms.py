"""Shapes of the account forms."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import EqualTo, InputRequired, Length, Optional

from app.accounts.commands import NewUser
from app.accounts.rules import LONGEST_PASSWORD
from app.core.actor import Role
from app.core.i18n import lazy_

_REQUIRED = InputRequired(lazy_("请填写"))
_PASSWORD = Length(max=LONGEST_PASSWORD, message=lazy_("密码最多 128 个字符"))


class SignInForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    name = StringField(lazy_("用户名"), [_REQUIRED, Length(max=64, message=lazy_("用户名最多 64 个字符"))])
    password = PasswordField(lazy_("密码"), [_REQUIRED, _PASSWORD])
    next = HiddenField(validators=[Optional()])


class PasswordForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    password = PasswordField(lazy_("现在的密码"), [_REQUIRED, _PASSWORD])
    new_password = PasswordField(lazy_("新密码"), [_REQUIRED, _PASSWORD])
    again = PasswordField(
        lazy_("再输入一次新密码"), [_REQUIRED, EqualTo("new_password", lazy_("两次输入的密码不一致"))]
    )


class NewUserForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    """`choices` of area and agency are set by the view, from what the administrator may give."""

    name = StringField(lazy_("用户名"), [_REQUIRED, Length(max=32, message=lazy_("用户名最多 32 个字符"))])
    display_name = StringField(lazy_("姓名"), [_REQUIRED, Length(max=64, message=lazy_("姓名最多 64 个字符"))])
    role = SelectField(lazy_("岗位"), [InputRequired(lazy_("请选择岗位"))])
    area_code = SelectField(lazy_("管辖范围"), [InputRequired(lazy_("请选择范围"))])
    agency_id = SelectField(lazy_("单位"), [Optional()])

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

"""Telling civil affairs, and their answer."""

from __future__ import annotations

from app.core.fields import Answered, ChoiceField, labelled
from app.core.forms import Form
from app.core.i18n import lazy_
from app.patients.labels_support import DEPENDANTS, DEPENDANTS_OUTCOMES


class TellForm(Form):
    who = ChoiceField(lazy_("谁没有人照料"), labelled(DEPENDANTS), [Answered(lazy_("请选择谁没有人照料"))])


class AnswerForm(Form):
    outcome = ChoiceField(lazy_("结果"), labelled(DEPENDANTS_OUTCOMES), [Answered(lazy_("请选择结果"))])

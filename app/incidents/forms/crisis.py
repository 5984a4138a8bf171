"""Shapes of a crisis call's forms."""

from __future__ import annotations

from wtforms import HiddenField

from app.core.fields import (
    Answered,
    ChoiceField,
    FlagsField,
    KeyField,
    ListField,
    MomentField,
    ParagraphField,
    TextField,
    codes_of,
    labelled,
)
from app.core.forms import Form
from app.core.i18n import lazy_
from app.core.identity import SEX_LABELS, Sex
from app.core.names import LONGEST_NAME
from app.incidents.commands.crisis import TakeCall, WriteCall
from app.incidents.forms.incidents import version_of
from app.incidents.labels import POLICE_TOLD
from app.incidents.labels_crisis import AGES, CALLERS, CHANNELS, DANGER_KINDS, DANGERS_NOW, NO_POLICE, OUTCOMES
from app.incidents.labels_incidents import KINDS
from app.incidents.queries.crisis import CallSheet
from app.incidents.rules.crisis import AgeBand, CallChannel, Caller, CallOutcome, DangerNow, NoPolice
from app.incidents.rules.emergencies import PoliceTold
from app.patients.rules import UNKNOWN_NAME


class TakeCallForm(Form):
    """One button a channel."""

    key = KeyField()
    channel = ChoiceField(lazy_("来电方式"), labelled(CHANNELS), [Answered(lazy_("请选择来电方式"))])

    def to_command(self) -> TakeCall:
        return TakeCall(self.key.data, CallChannel(self.channel.data))


class CallIncidentForm(Form):
    """What was told is an incident of a kind, which somebody says: none is assumed."""

    kind = ChoiceField(lazy_("是哪一类"), labelled(KINDS), [Answered(lazy_("请选择是哪一类"))])


class CallForm(Form):
    """The script in the order in which it is asked: danger first, names last."""

    version = HiddenField()
    danger = ChoiceField(lazy_("现在有没有危险"), labelled(DANGERS_NOW))
    dangers = FlagsField(lazy_("是什么危险（可多选）"), labelled(DANGER_KINDS))
    place = TextField(lazy_("现在在哪里"), 100)
    area_code = ListField(lazy_("所在村（社区）"))
    told = ParagraphField(lazy_("来电内容"), 1000)
    police_told_at = MomentField(lazy_("告知公安机关的时间"))
    police_told = ChoiceField(lazy_("怎样告知公安机关"), labelled(POLICE_TOLD))
    no_police = ChoiceField(lazy_("有危险而没有告知公安机关的原因"), labelled(NO_POLICE))
    ambulance_told_at = MomentField(lazy_("拨打 120 的时间"))
    family_told_at = MomentField(lazy_("联系家人的时间"))
    family_told = TextField(lazy_("联系了谁（选填）"), 60)
    caller = ChoiceField(lazy_("来电的是"), labelled(CALLERS))
    caller_phone = TextField(lazy_("来电号码（选填）"), 20)
    name = TextField(lazy_("当事人姓名（不知道可不填）"), LONGEST_NAME)
    sex = ChoiceField(lazy_("性别"), labelled({int(sex): SEX_LABELS[sex] for sex in (Sex.MALE, Sex.FEMALE)}))
    age = ChoiceField(lazy_("当事人年龄"), labelled(AGES))
    outcome = ChoiceField(lazy_("通话结果"), labelled(OUTCOMES))

    @classmethod
    def of(cls, sheet: CallSheet) -> CallForm:
        call, person = sheet.call, sheet.person
        same = ("danger", "police_told_at", "police_told", "no_police", "ambulance_told_at", "family_told_at", "caller", "age", "outcome", "version")  # fmt: skip
        return cls(
            data=dict(sheet.texts)
            | {name: getattr(call, name) for name in same}
            | {
                "dangers": codes_of(call.dangers),
                "area_code": call.area_code,
                "name": "" if person.name == UNKNOWN_NAME else person.name,
                "sex": str(int(person.sex)) if person.sex else None,
            }
        )

    def to_command(self) -> WriteCall:
        return WriteCall(
            version=version_of(self.version),
            danger=DangerNow(self.danger.data) if self.danger.data else None,
            dangers=self.dangers.bits or 0,
            age=AgeBand(self.age.data) if self.age.data else AgeBand.UNKNOWN,
            caller=Caller(self.caller.data) if self.caller.data else None,
            area_code=self.area_code.data or "",
            name=self.name.data or "",
            sex=Sex(self.sex.code or 0),
            place=self.place.data or "",
            told=self.told.data or "",
            caller_phone=self.caller_phone.data or "",
            police_told_at=self.police_told_at.data,
            police_told=PoliceTold(self.police_told.data) if self.police_told.data else None,
            no_police=NoPolice(self.no_police.data) if self.no_police.data else None,
            ambulance_told_at=self.ambulance_told_at.data,
            family_told_at=self.family_told_at.data,
            family_told=self.family_told.data or "",
            outcome=CallOutcome(self.outcome.data) if self.outcome.data else None,
        )

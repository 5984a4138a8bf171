"""Shapes of the forms about incidents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from wtforms import HiddenField

from app.core.fields import (
    Answered,
    ChoiceField,
    DayField,
    FlagsField,
    KeyField,
    ListField,
    MomentField,
    ParagraphField,
    TextField,
    YuanField,
    choices,
    labelled,
)
from app.core.forms import Form
from app.core.i18n import lazy_
from app.core.identity import SEX_LABELS, Sex
from app.core.money import Money
from app.core.names import LONGEST_NAME
from app.incidents.commands.incidents import (
    AddHarm,
    ConfirmIncident,
    Decide,
    DismissIncident,
    FillIncident,
    ReportIncident,
)
from app.incidents.labels import RISK_LEVELS
from app.incidents.labels_incidents import (
    DISMISSALS,
    HARMS,
    HELP,
    INSURANCES,
    KINDS,
    OUTCOMES,
    SEXES,
    VICTIMS,
    WHEREABOUTS,
    WHO_TELLS,
)
from app.incidents.queries.incidents import IncidentSheet
from app.incidents.rules.incidents import (
    OUTCOMES as CODES,
)
from app.incidents.rules.incidents import (
    Dismissal,
    Harm,
    IncidentKind,
    Insurance,
    Matter,
    Reporter,
    Victim,
    Whereabouts,
)

_PLACE, _WORDS = 100, 1000
_SAID = {"yes": True, "no": False}


def version_of(field: Any) -> int:
    """What a page says that it showed; 0, which nothing has, for anything else."""
    shown = str(field.data or "")
    return int(shown) if shown.isascii() and shown.isdecimal() and len(shown) < 10 else 0


class ReportIncidentForm(Form):
    """In a minute, with a thumb: what kind, when, what happened, and whether the family had asked for help."""

    key = KeyField()
    kind = ChoiceField(lazy_("是哪一类"), labelled(KINDS), [Answered(lazy_("请选择是哪一类"))])
    happened_at = MomentField(lazy_("什么时候"), [Answered(lazy_("请填写发生时间"))])
    place = TextField(lazy_("发生地点（选填）"), _PLACE)
    what = ParagraphField(lazy_("发生了什么"), _WORDS)
    sought_help = ChoiceField(lazy_("监护人事前有没有报告、求助（选填）"), labelled(HELP))
    tells = ChoiceField(lazy_("消息从哪里来"), labelled(WHO_TELLS))

    def to_command(self, patient: str | None = None) -> ReportIncident:
        return ReportIncident(
            submission_key=self.key.data,
            kind=IncidentKind(self.kind.data),
            happened_at=self.happened_at.data,
            reporter=Reporter.FAMILY if self.tells.data == "family" else None,
            patient=patient,
            place=self.place.data or "",
            what=self.what.data or "",
            has_sought_help=_SAID.get(self.sought_help.data or ""),
        )


class ReportSomebodyForm(ReportIncidentForm):
    """Of somebody whom the reporter names, or whom nobody knows."""

    area_code = ListField(lazy_("在哪个村（社区）"), validators=[Answered(lazy_("请选择村（社区）"))])
    name = TextField(lazy_("当事人姓名（不知道可不填）"), LONGEST_NAME)
    sex = ChoiceField(lazy_("性别"), labelled({int(sex): SEX_LABELS[sex] for sex in SEXES}))

    def to_command(self, patient: str | None = None) -> ReportIncident:
        told = super().to_command()
        return replace(
            told, area_code=self.area_code.data, name=self.name.data or "", sex=Sex(self.sex.code or 0)
        )  # fmt: skip


class ConfirmForm(Form):
    version = HiddenField()
    kind = ChoiceField(lazy_("核实为"), labelled(KINDS), [Answered(lazy_("请选择是哪一类"))])
    patient = ChoiceField(lazy_("是谁"), ())

    def offer(self, people: Iterable[tuple[str, str]], nobody: str) -> None:
        self.patient.choices = choices([*people, ("none", nobody)])

    def to_command(self) -> ConfirmIncident:
        chosen = self.patient.data if self.patient.data not in (None, "", "none") else None
        return ConfirmIncident(version_of(self.version), IncidentKind(self.kind.data), chosen)


class DismissForm(Form):
    version = HiddenField()
    why = ChoiceField(lazy_("不予认定的原因"), labelled(DISMISSALS), [Answered(lazy_("请选择原因"))])

    def to_command(self) -> DismissIncident:
        return DismissIncident(version_of(self.version), Dismissal(self.why.data))


class VersionForm(Form):
    """A button that must not hit something that has changed meanwhile."""

    version = HiddenField()

    @property
    def number(self) -> int:
        return version_of(self.version)


class FillForm(Form):
    version = HiddenField()
    place = TextField(lazy_("发生地点（选填）"), _PLACE)
    what = ParagraphField(lazy_("经过"), _WORDS)
    trigger = ParagraphField(lazy_("起因"), _WORDS)
    police_case = TextField(lazy_("公安机关案件编号（选填）"), 40)
    loss = YuanField(lazy_("财物损失（元，选填）"))
    whereabouts = ChoiceField(lazy_("目前去向"), labelled(WHEREABOUTS))
    insurance = ChoiceField(lazy_("保险报销情况"), labelled(INSURANCES))
    sought_help = ChoiceField(lazy_("监护人事前有没有报告、求助（选填）"), labelled(HELP))

    @classmethod
    def of(cls, sheet: IncidentSheet) -> FillForm:
        stored = sheet.incident
        told = {True: "yes", False: "no", None: None}[stored.has_sought_help]
        data = dict(sheet.texts) | {
            "version": stored.version,
            "loss": Money(stored.loss_fen).yuan if stored.loss_fen is not None else "",
            "whereabouts": stored.whereabouts,
            "insurance": stored.insurance,
            "sought_help": told,
        }
        return cls(data=data)

    def to_command(self) -> FillIncident:
        return FillIncident(
            version=version_of(self.version),
            place=self.place.data or "",
            what=self.what.data or "",
            trigger=self.trigger.data or "",
            police_case=self.police_case.data or "",
            loss=Money.from_yuan(self.loss.data) if self.loss.data else None,
            whereabouts=Whereabouts(self.whereabouts.data) if self.whereabouts.data else None,
            insurance=Insurance(self.insurance.data) if self.insurance.data else None,
            has_sought_help=_SAID.get(self.sought_help.data or ""),
        )


class HarmForm(Form):
    key = KeyField()
    victim = ChoiceField(lazy_("受害的是"), labelled(VICTIMS), [Answered(lazy_("请选择受害的是谁"))])
    harm = ChoiceField(lazy_("伤情"), labelled(HARMS), [Answered(lazy_("请选择伤情"))])
    name = TextField(lazy_("姓名（选填）"), LONGEST_NAME)
    phone = TextField(lazy_("联系电话（选填）"), 20)
    medical = YuanField(lazy_("已发生医疗费（元，选填）"))

    def to_command(self) -> AddHarm:
        return AddHarm(
            self.key.data,
            Victim(self.victim.data),
            Harm(self.harm.data),
            self.name.data or "",
            self.phone.data or "",
            Money.from_yuan(self.medical.data) if self.medical.data else None,
        )


class DecideForm(Form):
    """One matter; its outcomes, and the members of the group, are offered by the view."""

    after = HiddenField()
    outcome = ChoiceField(lazy_("决定"), (), [Answered(lazy_("请选择决定"))])
    level = ChoiceField(lazy_("评定为"), labelled(RISK_LEVELS))
    visit_by = DayField(lazy_("在哪一天之前随访"))
    members = FlagsField(lazy_("一同认定的人员"), ())
    words = ParagraphField(lazy_("依据和说明"), 500)

    def shape(self, matter: Matter, members: Iterable[tuple[str, str]]) -> None:
        """Only what the matter asks for."""
        self.outcome.choices = choices([(code, lazy_(OUTCOMES[matter, code])) for code in CODES[matter]])
        self.members.choices = choices(members)
        for name, of in (("level", Matter.LEVEL), ("visit_by", Matter.VISITS), ("members", Matter.FAULT)):
            if matter is not of:
                delattr(self, name)

    def to_command(self, matter: Matter) -> Decide:
        said = self.data
        return Decide(
            matter=matter,
            outcome=self.outcome.data or "",
            words=self.words.data or "",
            level=self.level.code if "level" in said else None,
            visit_by=said.get("visit_by"),
            members=tuple(said.get("members") or ()),
            after=version_of(self.after),
        )

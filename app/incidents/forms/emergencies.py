"""Shapes of the emergency's forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
from app.core.i18n import N_, _, lazy_
from app.core.identity import SEX_LABELS, Sex
from app.core.names import LONGEST_NAME
from app.incidents.commands.emergencies import FillRecord, OpenEmergency
from app.incidents.labels import (
    CATEGORIES,
    DISPOSALS,
    EFFECTS,
    MEASURES,
    NO_CONSENT,
    NOT_AN_EMERGENCY,
    POLICE_TOLD,
    REASONS,
    REPORTERS,
    RISK_LEVELS,
    SIGNERS,
)
from app.incidents.queries.emergencies import Sheet
from app.incidents.rules.emergencies import (
    TEXTS,
    ConsentSigner,
    Disposal,
    EmergencyEffect,
    EmergencyReason,
    NoConsent,
    NotAnEmergency,
    PersonCategory,
    PoliceTold,
    ReporterKind,
)

_PLACE, _SCENE, _MEASURES, _TEAM = 100, 1000, 300, 500
_MOST_TEAM, _LONGEST_UNIT = 12, 60
_NOT_REGISTERED = (PersonCategory.NOT_REGISTERED, PersonCategory.NON_RESIDENT, PersonCategory.UNKNOWN)


class TeamField(ParagraphField):
    """One person a line, name and unit apart by a space: `孙建国 安和县精神卫生中心`; `data` is those pairs' text."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        super().process_formdata(valuelist)
        pairs = self.pairs
        if len(pairs) > _MOST_TEAM:
            raise ValueError(_("最多填写 %(n)s 人", n=_MOST_TEAM))
        if any(len(name) > LONGEST_NAME or len(unit) > _LONGEST_UNIT for name, unit in pairs):
            raise ValueError(_("每行填写一人：姓名、空格、单位"))

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        lines = [line.split(maxsplit=1) for line in (self.data or "").splitlines() if line.strip()]
        return tuple((parts[0], parts[1].strip() if len(parts) > 1 else "") for parts in lines)


class OpenForm(Form):
    """A patient's emergency: who told, why, since when, where."""

    key = KeyField()
    reporter = ChoiceField(lazy_("谁报告的"), labelled(REPORTERS), [Answered(lazy_("请选择谁报告的"))])
    reason = ChoiceField(lazy_("处置缘由"), labelled(REASONS), [Answered(lazy_("请选择处置缘由"))])
    started_at = MomentField(lazy_("开始时间"), [Answered(lazy_("请填写开始时间"))])
    place = TextField(lazy_("处置地点（选填）"), _PLACE)

    def to_command(self, patient: str | None = None, task: str | None = None) -> OpenEmergency:
        return OpenEmergency(
            submission_key=self.key.data,
            reporter=ReporterKind(self.reporter.data),
            reason=EmergencyReason(self.reason.data),
            started_at=self.started_at.data,
            place=self.place.data or "",
            patient=patient,
            task=task,
        )


class OpenUnknownForm(OpenForm):
    """Somebody who is not in the register, perhaps of unknown name."""

    name = TextField(lazy_("姓名（不知道可不填）"), LONGEST_NAME)
    sex = ChoiceField(lazy_("性别"), labelled({int(sex): SEX_LABELS[sex] for sex in (Sex.MALE, Sex.FEMALE)}))
    category = ChoiceField(
        lazy_("对象类别"),
        labelled({one: CATEGORIES[one] for one in _NOT_REGISTERED}),
        [Answered(lazy_("请选择对象类别"))],
    )
    area_code = ListField(lazy_("在哪个村（社区）"), validators=[Answered(lazy_("请选择村（社区）"))])

    def to_command(self, patient: str | None = None, task: str | None = None) -> OpenEmergency:
        return OpenEmergency(
            submission_key=self.key.data,
            reporter=ReporterKind(self.reporter.data),
            reason=EmergencyReason(self.reason.data),
            started_at=self.started_at.data,
            place=self.place.data or "",
            category=PersonCategory(self.category.data),
            name=self.name.data or "",
            sex=Sex(self.sex.code or 0),
            area_code=self.area_code.data,
        )


class RecordForm(Form):
    """应急处置记录单 as far as it is known; finishing asks for the rest."""

    is_stored = False  # what was typed is kept, though the record could not be finished
    version = HiddenField()
    reporter_name = TextField(lazy_("报告人姓名（选填）"), LONGEST_NAME)
    reported_at = MomentField(lazy_("接到报告的时间（选填）"))
    reason = ChoiceField(lazy_("处置缘由"), labelled(REASONS), [Answered(lazy_("请选择处置缘由"))])
    reason_text = TextField(lazy_("其他缘由"), _PLACE)
    diagnosis = TextField(lazy_("诊断或初步判断（选填）"), _PLACE)
    place = TextField(lazy_("处置地点"), _PLACE)
    scene = ParagraphField(lazy_("现场情况"), _SCENE)
    risk_level = ChoiceField(lazy_("危险性评估"), labelled(RISK_LEVELS))
    measures = FlagsField(lazy_("主要处置措施（可多选）"), labelled(MEASURES))
    measures_text = ParagraphField(lazy_("措施说明：药名、剂量、约束时间等（选填）"), _MEASURES)
    effect = ChoiceField(lazy_("处置效果"), labelled(EFFECTS))
    effect_text = TextField(lazy_("其他效果"), _PLACE)
    disposal = ChoiceField(lazy_("去向"), labelled(DISPOSALS))
    hospital = TextField(lazy_("接收医院（紧急住院时填写）"), _PLACE)
    consent_signer = ChoiceField(lazy_("知情同意由谁签署"), labelled(SIGNERS))
    consent_name = TextField(lazy_("签署人姓名（选填）"), LONGEST_NAME)
    consent_reason = ChoiceField(lazy_("未能取得的原因"), labelled(NO_CONSENT))
    police_told_at = MomentField(lazy_("告知公安机关的时间"))
    police_told = ChoiceField(lazy_("怎样告知公安机关"), labelled(POLICE_TOLD))
    team = TeamField(lazy_("参加人员及单位"), _TEAM)
    ended_at = MomentField(lazy_("结束时间"))

    @classmethod
    def of(cls, sheet: Sheet) -> RecordForm:
        """The form as the record stands."""
        stored = sheet.emergency
        same = {name: getattr(stored, name) for name in ("version", "reason", "effect", "disposal", "hospital")}
        same |= {name: getattr(stored, name) for name in ("consent_signer", "consent_reason", "police_told")}
        data = (
            same
            | sheet.texts
            | {
                "reported_at": stored.reported_at,
                "risk_level": None if stored.risk_level is None else str(stored.risk_level),
                "measures": codes_of(stored.measures),
                "police_told_at": stored.police_told_at,
                "ended_at": stored.ended_at,
                "team": "\n".join(f"{one['name']} {one['unit']}".strip() for one in stored.team),
            }
        )
        return cls(data=data)

    def to_command(self) -> FillRecord:
        return FillRecord(
            version=int(shown) if (shown := str(self.version.data or "")).isdecimal() else 0,
            reason=EmergencyReason(self.reason.data),
            reported_at=self.reported_at.data,
            ended_at=self.ended_at.data,
            **{name: self[name].data or "" for name in TEXTS},
            risk_level=self.risk_level.code,
            measures=self.measures.bits or 0,
            effect=EmergencyEffect(self.effect.data) if self.effect.data else None,
            disposal=Disposal(self.disposal.data) if self.disposal.data else None,
            hospital=self.hospital.data or "",
            consent_signer=ConsentSigner(self.consent_signer.data) if self.consent_signer.data else None,
            consent_reason=NoConsent(self.consent_reason.data) if self.consent_reason.data else None,
            police_told_at=self.police_told_at.data,
            police_told=PoliceTold(self.police_told.data) if self.police_told.data else None,
            team=self.team.pairs,
        )


class DenyForm(Form):
    why = ChoiceField(lazy_("为什么不属于应急处置"), labelled(NOT_AN_EMERGENCY), [Answered(lazy_("请选择原因"))])

    @property
    def code(self) -> NotAnEmergency:
        return NotAnEmergency(self.why.data)


class CheckForm(Form):
    is_stable = ChoiceField(
        lazy_("核查结果"), labelled({1: N_("平稳"), 0: N_("不平稳")}), [Answered(lazy_("请选择是否平稳"))]
    )
    notes = ParagraphField(lazy_("精神状态、生命体征及用药反应"), 300)


class SettingForm(Form):
    is_on = ChoiceField(
        lazy_("处置后是否每 4 小时核查"), labelled({1: N_("核查"), 0: N_("不核查")}), [Answered(lazy_("请选择"))]
    )

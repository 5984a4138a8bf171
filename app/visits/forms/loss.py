"""What is known of a lost patient; each office that was told has its time, way and person."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from wtforms import HiddenField
from wtforms.validators import ValidationError

from app.core.fields import ChoiceField, MomentField, ParagraphField, TextField, labelled
from app.core.forms import Form
from app.core.i18n import _, lazy_
from app.core.names import LONGEST_NAME
from app.visits.commands import KeepLoss, Told
from app.visits.queries_losses import LossSheet
from app.visits.rules.form import FIELDS
from app.visits.rules.losses import TOLD_LABELS, Office, ToldWay

_REASONS = {str(option.code): option.label for option in FIELDS["lost_reason"].options}


class LossForm(Form):
    version = HiddenField()
    reason = ChoiceField(lazy_("失访原因"), labelled(_REASONS))
    place = TextField(lazy_("最后所在地点"), 100)
    political_legal_at = MomentField(lazy_("报告时间"))
    political_legal_way = ChoiceField(lazy_("报告方式"), labelled(TOLD_LABELS))
    political_legal_person = TextField(lazy_("接报人（选填）"), LONGEST_NAME)
    police_at = MomentField(lazy_("报告时间"))
    police_way = ChoiceField(lazy_("报告方式"), labelled(TOLD_LABELS))
    police_person = TextField(lazy_("接报人（选填）"), LONGEST_NAME)
    prevention_at = MomentField(lazy_("报告时间"))
    prevention_way = ChoiceField(lazy_("报告方式"), labelled(TOLD_LABELS))
    prevention_person = TextField(lazy_("接报人（选填）"), LONGEST_NAME)
    found_how = ParagraphField(lazy_("找到经过及处置"), 300)

    @classmethod
    def of(cls, sheet: LossSheet, reason: int | None) -> LossForm:
        """As it was written down; `reason` is what a visit said, where nothing was."""
        loss = sheet.loss
        known = (loss.reason if loss else None) or reason
        data: dict[str, Any] = {
            "version": loss.version if loss else 0,
            "reason": str(known) if known else None,
            "place": sheet.place,
            "found_how": sheet.found_how,
        }
        for one in loss.told if loss else ():
            data |= {f"{one['office']}_{name}": one[name] for name in ("way", "person")}
            data[f"{one['office']}_at"] = datetime.fromisoformat(one["at"]).astimezone(UTC)
        return cls(data=data)

    def told_of(self, office: Office) -> tuple[MomentField, ChoiceField, TextField]:
        return tuple(self[f"{office}_{name}"] for name in ("at", "way", "person"))

    def to_command(self, patient: str) -> KeepLoss:
        told = ((office, *(one.data for one in self.told_of(office))) for office in Office)
        return KeepLoss(
            patient,
            version=int(shown) if (shown := str(self.version.data or "")).isdecimal() else 0,
            reason=self.reason.code,
            place=self.place.data or "",
            told=tuple(Told(office, at, ToldWay(way), person or "") for office, at, way, person in told if at),
            found_how=self.found_how.data or "",
        )

    def _both(self, office: Office) -> None:
        at, way, person = self.told_of(office)
        if at.data is None and (way.data or person.data) and not at.process_errors:
            raise ValidationError(_("请填写报告时间"))
        if at.data is not None and not way.data:
            raise ValidationError(_("请选择报告方式"))

    def validate_political_legal_at(self, _field: MomentField) -> None:
        self._both(Office.POLITICAL_LEGAL)

    def validate_police_at(self, _field: MomentField) -> None:
        self._both(Office.POLICE)

    def validate_prevention_at(self, _field: MomentField) -> None:
        self._both(Office.PREVENTION)

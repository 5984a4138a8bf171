"""Proposing a transfer and answering it."""

from __future__ import annotations

from datetime import date

from wtforms.validators import ValidationError

from app.core.fields import Answered, ChoiceField, CodeField, DayField, KeyField, ListField, TextField, labelled
from app.core.forms import Form
from app.core.i18n import lazy_
from app.core.reasons import reason, say
from app.desk.commands import AcceptTransfer, ProposeTransfer, RefuseTransfer
from app.desk.rules import TransferRefusal, TransferWithdrawal
from app.desk.texts import TEXTS, TRANSFER_REASONS
from app.patients.rules import TransferReason

REFUSALS = {one.value: TEXTS[f"desk.transfer.refused.{one.value}"] for one in TransferRefusal}
WITHDRAWALS = {one.value: TEXTS[f"desk.transfer.withdrawn.{one.value}"] for one in TransferWithdrawal}


class ProposeForm(Form):
    """A village of the county, or the words and code of a place outside it; the view sets the villages."""

    key = KeyField()
    village = ListField(lazy_("迁往本县的村（社区）"))
    place = TextField(lazy_("迁往县外的地址（省、市、县、乡镇）"), 100)
    code = CodeField(lazy_("县外的 12 位区划代码"), 12)
    reason = ChoiceField(lazy_("迁移原因"), labelled(TRANSFER_REASONS), [Answered(lazy_("请选择迁移原因"))])

    def validate_village(self, field: ListField) -> None:
        if field.data and (self.place.data or self.code.data):
            raise ValidationError(say(reason("desk.transfer.place_twice")))
        if not field.data and not self.place.data and not self.code.data:
            raise ValidationError(say(reason("desk.transfer.place_needed")))

    def to_command(self, patient: str) -> ProposeTransfer:
        return ProposeTransfer(
            patient=patient,
            submission_key=self.key.data,
            area_code=self.village.data or self.code.data or "",
            reason=TransferReason(self.reason.data),
            place="" if self.village.data else self.place.data or "",
        )


class AcceptForm(Form):
    today: date | None = None
    moved_on = DayField(lazy_("接收日期"), [Answered(lazy_("请填写接收日期"))])
    doctor = ListField(lazy_("责任医生"))

    def to_command(self) -> AcceptTransfer:
        return AcceptTransfer(self.moved_on.data, self.doctor.code)


class RefuseForm(Form):
    why = ChoiceField(lazy_("不接收的原因"), labelled(REFUSALS), [Answered(lazy_("请选择不接收的原因"))])
    remark = TextField(lazy_("查访经过"), 60)

    def validate_remark(self, field: TextField) -> None:
        if self.why.data == TransferRefusal.OTHER and not field.data:
            raise ValidationError(lazy_("请写明原因"))

    def to_command(self) -> RefuseTransfer:
        return RefuseTransfer(TransferRefusal(self.why.data), self.remark.data or "")


class WithdrawForm(Form):
    why = ChoiceField(lazy_("撤回原因"), labelled(WITHDRAWALS), [Answered(lazy_("请选择撤回原因"))])

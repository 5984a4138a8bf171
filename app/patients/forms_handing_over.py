"""A hand-over of patients: whose, where, to whom, from when and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wtforms import HiddenField
from wtforms.validators import ValidationError

from app.accounts.models import User
from app.areas.rules import prefix_of
from app.core.errors import Invalid
from app.core.fields import Answered, ChoiceField, DayField, ListField
from app.core.forms import Form
from app.core.i18n import _, lazy_
from app.core.reasons import reason
from app.patients.queries.caseload import Caseload, Move
from app.patients.rules import SpanKind

NOBODY = "nobody"
HOW = ((SpanKind.DOCTOR.value, lazy_("移交：今后由他负责")), (SpanKind.STAND_IN.value, lazy_("代管：到期自动交回")))


def _named(users: Sequence[User]) -> list[tuple[str, str]]:
    return [(one.public_id, one.display_name) for one in users]


class HandOverForm(Form):
    whose = ListField(lazy_("原责任医生"))
    place = ListField(lazy_("村（社区）"))
    how = ChoiceField(lazy_("怎样交"), HOW, [Answered(lazy_("请选择移交还是代管"))])
    to = ListField(lazy_("交给"), (), [Answered(lazy_("请选择交给谁"))])
    from_on = DayField(lazy_("从哪天起"), [Answered(lazy_("请填写从哪天起"))])
    last_on = DayField(lazy_("到哪天止（含）"))
    count = HiddenField()

    def offer(
        self, doctors: Sequence[User], former: Sequence[User], villages: Mapping[str, Sequence[tuple[str, str]]]
    ) -> None:
        """Whom and where the actor may choose."""
        self.whose.offer([(NOBODY, _("没有责任医生的患者")), *_named(former)])
        self.to.offer(_named(doctors))
        self.place.group(villages)

    def validate_last_on(self, field: DayField) -> None:
        if self.how.data == SpanKind.STAND_IN.value and field.data is None and not field.process_errors:
            raise ValidationError(_("代管请填写到哪天止"))

    def caseload(self, former: Sequence[User], patient_id: int | None) -> Caseload:
        """Raises `Invalid` when nothing narrows it."""
        if patient_id is not None:
            return Caseload(patient_id=patient_id)
        doctor = next((one.id for one in former if one.public_id == self.whose.data), None)
        which = Caseload(
            place=prefix_of(self.place.data) if self.place.data else "",
            doctor_id=doctor,
            is_unassigned=self.whose.data == NOBODY,
        )
        if which.is_everything:
            raise Invalid({"whose": [reason("patients.hand_over.everything")]})
        return which

    def move(self, doctors: Sequence[User]) -> Move:
        to = next(one for one in doctors if one.public_id == self.to.data)
        what = SpanKind(self.how.data)
        return Move(what, to, self.from_on.data, self.last_on.data if what is SpanKind.STAND_IN else None)

    @property
    def expected(self) -> int:
        """The number of patients that the preview showed; -1 for anything else."""
        text = str(self.count.data or "")
        return (
            int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else -1
        )  # seven digits hold any county

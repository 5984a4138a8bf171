"""Shape of the form under a consent paper."""

from __future__ import annotations

from app.core.fields import Answered, ChoiceField, DayField
from app.core.forms import Form
from app.core.i18n import lazy_
from app.guardians.commands import SignConsent
from app.guardians.rules import ConsentAnswer
from app.patients.rules import ConsentKind

SEPARATOR = ":"


class ConsentForm(Form):
    """The view sets what can be answered now and who can sign: `patient`, `witness`, `guardian:<public id>`."""

    answer = ChoiceField(lazy_("意见"), (), [Answered(lazy_("请选择同意、不同意或撤回"))])
    signer = ChoiceField(lazy_("签字人"), (), [Answered(lazy_("请选择由谁签字"))])
    from_on = DayField(lazy_("签字日期"), [Answered(lazy_("请填写签字日期"))])

    def to_command(self, kind: ConsentKind) -> SignConsent:
        signer, _separator, guardianship = str(self.signer.data).partition(SEPARATOR)
        return SignConsent(kind, ConsentAnswer(self.answer.data), signer, self.from_on.data, guardianship or None)

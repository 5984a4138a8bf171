"""Shape of the form under a consent paper."""

from __future__ import annotations

from dataclasses import replace

from app.core.fields import Answered, ChoiceField, DayField, ParagraphField, TextField
from app.core.forms import Form
from app.core.i18n import lazy_
from app.core.names import LONGEST_NAME
from app.guardians.commands import SignConsent
from app.guardians.rules import ConsentAnswer
from app.patients.rules import ConsentKind

SEPARATOR = ":"
_LONGEST_PURPOSE = 200


class ConsentForm(Form):
    """The view sets what can be answered now and who can sign: `patient`, `witness`, `guardian:<public id>`."""

    answer = ChoiceField(lazy_("意见"), (), [Answered(lazy_("请选择同意、不同意或撤回"))])
    signer = ChoiceField(lazy_("签字人"), (), [Answered(lazy_("请选择由谁签字"))])
    witness_name = TextField(lazy_("见证人姓名（由见证人签字时填写）"), LONGEST_NAME)
    from_on = DayField(lazy_("签字日期"), [Answered(lazy_("请填写签字日期"))])

    def to_command(self, kind: ConsentKind) -> SignConsent:
        signer, _separator, guardianship = str(self.signer.data).partition(SEPARATOR)
        return SignConsent(
            kind,
            ConsentAnswer(self.answer.data),
            signer,
            self.from_on.data,
            guardianship or None,
            witness_name=self.witness_name.data or "",
        )


class OtherPurposeForm(ConsentForm):
    """The paper about one other purpose says what for and who receives what."""

    purpose = ParagraphField(lazy_("用于什么"), _LONGEST_PURPOSE)
    receiver = ParagraphField(lazy_("给谁、给哪些内容"), _LONGEST_PURPOSE)

    def to_command(self, kind: ConsentKind) -> SignConsent:
        said = super().to_command(kind)
        return replace(said, purpose=self.purpose.data or "", receiver=self.receiver.data or "")


class PrepareForm(Form):
    """What is printed on the paper before it is signed."""

    purpose = ParagraphField(lazy_("用于什么"), _LONGEST_PURPOSE, [Answered(lazy_("请写明用于什么"))])
    receiver = ParagraphField(lazy_("给谁、给哪些内容"), _LONGEST_PURPOSE, [Answered(lazy_("请写明给谁、给哪些内容"))])

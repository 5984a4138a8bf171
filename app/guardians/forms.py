"""Shapes of the guardians' forms."""

from __future__ import annotations

from datetime import date

from wtforms import BooleanField
from wtforms.validators import ValidationError

from app.core.fields import Answered, ChoiceField, CodeField, DayField, KeyField, ListField, TextField, labelled
from app.core.forms import Form
from app.core.i18n import N_, _, lazy_
from app.guardians.commands import AddGuardian, SignAgreement
from app.guardians.labels import BASIS_LABELS, END_REASONS, NO_RENEWAL_REASONS, RELATION_LABELS
from app.guardians.rules import LegalBasis, Rank, Relation
from app.patients.forms import Past
from app.people.commands import AccountDraft
from app.people.forms import PersonFields
from app.people.models import AccountKind

_POST_ONLY = {LegalBasis.POST}
ACCOUNT_KINDS = {
    AccountKind.SOCIAL_CARD: N_("社会保障卡"),
    AccountKind.CARD: N_("银行卡"),
    AccountKind.PASSBOOK: N_("存折或一折通"),
}
# The replacement says itself why the one before ended.
ENDINGS = {code: text for code, text in END_REASONS.items() if code != "guardians.end.replaced"}


class FirstGuardianForm(PersonFields, Form):
    """A family member, or whoever cares for the patient at present."""

    today: date | None = None
    rank = Rank.FIRST

    key = KeyField()
    relation = ListField(
        lazy_("与患者关系"),
        labelled({one: text for one, text in RELATION_LABELS.items() if one is not Relation.OFFICER}),
        [Answered(lazy_("请选择与患者关系"))],
    )
    legal_basis = ListField(
        lazy_("监护依据"),
        labelled({one: text for one, text in BASIS_LABELS.items() if one not in _POST_ONLY}),
        [Answered(lazy_("请选择监护依据"))],
    )
    lives_together = ChoiceField(lazy_("是否与患者同住"), [("1", lazy_("同住")), ("0", lazy_("不同住"))])
    from_on = DayField(lazy_("自哪一天起"), [Answered(lazy_("请填写日期")), Past()])
    replaces = BooleanField(lazy_("更换现任监护人（现任的监护和协议到前一天为止）"))

    def to_command(self) -> AddGuardian:
        return AddGuardian(
            rank=Rank.FIRST,
            relation=Relation(self.relation.data),
            from_on=self.from_on.data,
            person=self.draft(),
            legal_basis=LegalBasis(self.legal_basis.data),
            lives_together=None if self.lives_together.data is None else self.lives_together.data == "1",
            replaces=bool(self.replaces.data),
            public_id=self.key.data,
        )


class SecondGuardianForm(PersonFields, Form):
    """A named officer with telephone and post."""

    today: date | None = None
    rank = Rank.SECOND

    key = KeyField()
    relation = ListField(lazy_("与患者关系"), labelled(RELATION_LABELS), [Answered(lazy_("请选择与患者关系"))])
    post = TextField(lazy_("单位职务"), 60, [Answered(lazy_("请填写单位职务，例如 东村网格员"))])
    from_on = DayField(lazy_("自哪一天起"), [Answered(lazy_("请填写日期")), Past()])
    replaces = BooleanField(lazy_("更换现任监护人"))

    def validate_phone(self, field: TextField) -> None:
        if not field.data:
            raise ValidationError(_("请填写联系电话"))

    def to_command(self) -> AddGuardian:
        return AddGuardian(
            rank=Rank.SECOND,
            relation=Relation(self.relation.data),
            from_on=self.from_on.data,
            person=self.draft(post=self.post.data),
            legal_basis=LegalBasis.POST,
            post=self.post.data,
            replaces=bool(self.replaces.data),
            public_id=self.key.data,
        )


class EndGuardianForm(Form):
    today: date | None = None

    to_on = DayField(lazy_("自哪一天起不再监护"), [Answered(lazy_("请填写日期")), Past()])
    reason = ListField(lazy_("原因"), labelled(ENDINGS), [Answered(lazy_("请选择原因"))])


class AgreementForm(Form):
    today: date | None = None

    key = KeyField()
    number = TextField(lazy_("协议编号"), 40, [Answered(lazy_("请填写协议编号"))])
    from_on = DayField(lazy_("起始日期"), [Answered(lazy_("请填写起始日期"))])
    to_on = DayField(lazy_("终止日期"), [Answered(lazy_("请填写终止日期"))])
    signed_on = DayField(lazy_("签订日期"), [Answered(lazy_("请填写签订日期")), Past()])

    def to_command(self) -> SignAgreement:
        return SignAgreement(
            from_on=self.from_on.data,
            to_on=self.to_on.data,
            number=self.number.data,
            signed_on=self.signed_on.data,
            public_id=self.key.data,
        )


class EndAgreementForm(Form):
    today: date | None = None

    ended_on = DayField(lazy_("最后有效日"), [Answered(lazy_("请填写日期"))])
    reason = ListField(lazy_("原因"), labelled(ENDINGS), [Answered(lazy_("请选择原因"))])


class NoRenewalForm(Form):
    reason = ListField(lazy_("原因"), labelled(NO_RENEWAL_REASONS), [Answered(lazy_("请选择原因"))])


class AccountForm(Form):
    today: date | None = None

    kind = ChoiceField(
        lazy_("账户类型"),
        labelled(ACCOUNT_KINDS),
        [Answered(lazy_("请选择账户类型"))],
        default=AccountKind.SOCIAL_CARD,
    )
    bank_name = TextField(lazy_("开户行"), 60, [Answered(lazy_("请填写开户行"))])
    number = CodeField(lazy_("银行账号"), 40, [Answered(lazy_("请填写账号"))])
    holder_name = TextField(lazy_("户名"), 50, [Answered(lazy_("请填写户名"))])
    from_on = DayField(lazy_("自哪一天起使用"), [Answered(lazy_("请填写日期")), Past()])

    def to_command(self) -> AccountDraft:
        return AccountDraft(
            kind=AccountKind(self.kind.data),
            number=self.number.data,
            from_on=self.from_on.data,
            bank_name=self.bank_name.data,
            holder_name=self.holder_name.data,
        )

"""Shapes of the forms of benefits, hospital costs and rehabilitation."""

from __future__ import annotations

from collections.abc import Iterable

from app.areas.models import Agency
from app.benefits.commands import AskBackstop, KeepPlace, RecordBenefit, Refer
from app.benefits.labels import (
    AIM_CODES,
    BACKSTOP_GROUNDS,
    BACKSTOP_REFUSALS,
    BENEFIT_KINDS,
    BENEFIT_STATES,
    REFERRAL_CONSENTS,
    REFERRAL_REFUSALS,
    REFERRAL_SOURCES,
    REHAB_AIMS,
    REHAB_ENDS,
    REQUEST_REFUSALS,
)
from app.benefits.rules.backstop import BackstopGround, BackstopRefusal
from app.benefits.rules.benefit import GRADES, BenefitKind, BenefitState
from app.benefits.rules.rehab import ReferralConsent, ReferralRefusal, ReferralSource, RehabEnd
from app.benefits.rules.requests import RequestRefusal
from app.core.db import new_public_id
from app.core.fields import (
    Answered,
    ChoiceField,
    CodeField,
    DayField,
    FlagsField,
    KeyField,
    ListField,
    NumberField,
    TextField,
    YuanField,
    labelled,
)
from app.core.forms import Form
from app.core.i18n import N_, lazy_
from app.core.money import Money

_DAY = lazy_("请填写日期，如 2026-11-21")
_SUM = lazy_("请填写金额，例如 3000 或 3000.00")
MOST_SEATS = 500
GRADE_LABELS = {1: N_("一级"), 2: N_("二级"), 3: N_("三级"), 4: N_("四级")}


class _Keyed(Form):
    """A form whose record is stored once however often it is sent."""

    key = KeyField()

    def __init__(self, **kwargs: object) -> None:
        kwargs.setdefault("key", new_public_id())
        super().__init__(**kwargs)


class BenefitForm(_Keyed):
    kind = ListField(lazy_("待遇"), labelled(BENEFIT_KINDS), [Answered(lazy_("请选择待遇"))])
    state = ChoiceField(lazy_("情况"), labelled(BENEFIT_STATES), [Answered(lazy_("请选择情况"))])
    from_on = DayField(lazy_("从哪天起"), [Answered(_DAY)])
    renew_by = DayField(lazy_("续办截止日期（选填）"))
    grade = ListField(lazy_("残疾等级（残疾人证填写）"), labelled({one: GRADE_LABELS[one] for one in GRADES}))
    number = CodeField(lazy_("证号或卡号（选填）"), 40)

    def to_command(self) -> RecordBenefit:
        return RecordBenefit(
            submission_key=str(self.key.data),
            kind=BenefitKind(self.kind.data),
            state=BenefitState(self.state.data),
            from_on=self.from_on.data,
            renew_by=self.renew_by.data,
            grade=self.grade.code,
            number=self.number.data or "",
        )


class AskForm(Form):
    asked_kind = ListField(lazy_("请哪项待遇的主管单位办理"), (), [Answered(lazy_("请选择待遇"))])

    def offer(self, kinds: Iterable[BenefitKind]) -> None:
        self.asked_kind.offer((kind.value, lazy_(BENEFIT_KINDS[kind])) for kind in kinds)

    @property
    def chosen(self) -> BenefitKind:
        return BenefitKind(self.asked_kind.data)


class OfficeForm(Form):
    kind = ListField(lazy_("待遇"), labelled(BENEFIT_KINDS), [Answered(lazy_("请选择待遇"))])
    agency = ListField(lazy_("办理单位"), (), [Answered(lazy_("请选择单位"))])

    def offer(self, agencies: Iterable[Agency]) -> None:
        self.agency.offer((str(one.id), one.name) for one in agencies)


class GrantForm(Form):
    from_on = DayField(lazy_("从哪天起享受"), [Answered(_DAY)])
    grade = ListField(lazy_("残疾等级（残疾人证填写）"), labelled({one: GRADE_LABELS[one] for one in GRADES}))


class RefuseRequestForm(Form):
    refusal = ListField(lazy_("不予办理的理由"), labelled(REQUEST_REFUSALS), [Answered(lazy_("请选择理由"))])

    @property
    def chosen(self) -> RequestRefusal:
        return RequestRefusal(self.refusal.data)


class BackstopForm(_Keyed):
    hospital = TextField(lazy_("医院"), 100, [Answered(lazy_("请填写医院名称"))])
    bill_number = CodeField(lazy_("票据号"), 60, [Answered(lazy_("请填写票据号"))])
    from_on = DayField(lazy_("入院日期"), [Answered(_DAY)])
    to_on = DayField(lazy_("出院日期"), [Answered(_DAY)])
    bill = YuanField(lazy_("费用总额（元）"), [Answered(_SUM)])
    insured = YuanField(lazy_("医保支付（元，没有填 0）"), [Answered(_SUM)])
    family = YuanField(lazy_("家庭支付（元，没有填 0）"), [Answered(_SUM)])
    asked = YuanField(lazy_("申请兜底（元）"), [Answered(_SUM)])
    ground = ListField(lazy_("申请理由"), labelled(BACKSTOP_GROUNDS), [Answered(lazy_("请选择理由"))])

    def to_command(self) -> AskBackstop:
        bill, insured, family, asked = (
            Money.from_yuan(one.data) for one in (self.bill, self.insured, self.family, self.asked)
        )
        return AskBackstop(
            submission_key=str(self.key.data),
            hospital=self.hospital.data,
            bill_number=self.bill_number.data,
            from_on=self.from_on.data,
            to_on=self.to_on.data,
            bill=bill,
            insured=insured,
            family=family,
            asked=asked,
            ground=BackstopGround(self.ground.data),
        )


class RefuseBackstopForm(Form):
    refusal = ListField(lazy_("不批准的理由"), labelled(BACKSTOP_REFUSALS), [Answered(lazy_("请选择理由"))])

    @property
    def chosen(self) -> BackstopRefusal:
        return BackstopRefusal(self.refusal.data)


class SlipForm(Form):
    paid_on = DayField(lazy_("支付日期"), [Answered(_DAY)])
    slip_number = TextField(lazy_("支付凭证号"), 60, [Answered(lazy_("请填写支付凭证号"))])


# -- rehabilitation ----------------------------------------------------------------------------------------------------


class PlaceForm(Form):
    area_code = ListField(lazy_("服务的地方"), (), [Answered(lazy_("请选择乡镇或县"))])
    name = TextField(lazy_("机构名称"), 60, [Answered(lazy_("请填写机构名称"))])
    capacity = NumberField(lazy_("名额"), 0, MOST_SEATS, [Answered(lazy_("请填写名额"))])
    agency = ListField(lazy_("主管单位（由它答复转介，选填）"))
    address = TextField(lazy_("地址（选填）"), 100)
    phone = CodeField(lazy_("电话（选填）"), 20)

    def offer(self, areas: Iterable[tuple[str, str]], agencies: Iterable[Agency]) -> None:
        self.area_code.offer(areas)
        self.agency.offer((one.public_id, one.name) for one in agencies)

    def to_command(self) -> KeepPlace:
        return KeepPlace(
            area_code=self.area_code.data,
            name=self.name.data,
            capacity=self.capacity.data,
            agency=self.agency.data or "",
            address=self.address.data or "",
            phone=self.phone.data or "",
        )


class ReferForm(_Keyed):
    place = ListField(lazy_("康复机构"), (), [Answered(lazy_("请选择康复机构"))])
    source = ChoiceField(lazy_("谁提出转介"), labelled(REFERRAL_SOURCES), [Answered(lazy_("请选择来源"))])
    aims = FlagsField(lazy_("希望参加"), labelled({place: REHAB_AIMS[aim] for place, aim in AIM_CODES.items()}))
    consent = ChoiceField(lazy_("谁同意"), labelled(REFERRAL_CONSENTS), [Answered(lazy_("请选择同意人"))])
    consented_on = DayField(lazy_("同意日期"), [Answered(_DAY)])

    def speak_for_hospital(self) -> None:
        """Who asks is not asked."""
        del self.source

    def to_command(self) -> Refer:
        return Refer(
            submission_key=str(self.key.data),
            place=self.place.data,
            source=ReferralSource(self.source.data) if self.source else ReferralSource.HOSPITAL,
            consent=ReferralConsent(self.consent.data),
            consented_on=self.consented_on.data,
            aims=tuple(AIM_CODES[int(code)] for code in self.aims.data or ()),
        )


class RefuseReferralForm(Form):
    refusal = ListField(lazy_("不接收的理由"), labelled(REFERRAL_REFUSALS), [Answered(lazy_("请选择理由"))])

    @property
    def chosen(self) -> ReferralRefusal:
        return ReferralRefusal(self.refusal.data)


class BeginForm(Form):
    started_on = DayField(lazy_("开始日期"), [Answered(_DAY)])


class EndForm(Form):
    ended_on = DayField(lazy_("最后一天"), [Answered(_DAY)])
    end_reason = ListField(lazy_("结束原因"), labelled(REHAB_ENDS), [Answered(lazy_("请选择结束原因"))])

    @property
    def chosen(self) -> RehabEnd:
        return RehabEnd(self.end_reason.data)


class MonthForm(Form):
    month = DayField(lazy_("月份（填当月任一天）"), [Answered(_DAY)])
    days = NumberField(lazy_("出勤天数"), 0, 31, [Answered(lazy_("请填写出勤天数"))])

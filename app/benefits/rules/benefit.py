"""What a patient's family may be entitled to, and how it stands. The rules are simple and declared; what nobody knows is unknown.

Sources: nursing and living allowance for disabled people (国发〔2015〕52号): living allowance with a certificate in a family on the
minimum-living guarantee, nursing allowance with a certificate of grade 1 or 2. The other rules are the product's own proposal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from app.core.dates import add_months
from app.core.reasons import Reason, reason

POOR, NOT_POOR = 1, 2  # economic status of the supplement form (domain 3.2)
HEAVY_GRADES = (1, 2)
GRADES = (1, 2, 3, 4)
ILL_FOR_MONTHS = 12  # before a disability is assessed
RENEWAL_NOTICE_DAYS = 30
CERTIFICATE_YEARS = 10


class BenefitKind(StrEnum):
    BASIC_MEDICAL = "basic_medical"  # 基本医疗保险
    SERIOUS_ILLNESS = "serious_illness"  # 大病保险
    MEDICAL_ASSISTANCE = "medical_assistance"  # 医疗救助
    DRUG_SUBSIDY = "drug_subsidy"  # 服药补助
    NURSING_ALLOWANCE = "nursing_allowance"  # 重度残疾人护理补贴
    LIVING_ALLOWANCE = "living_allowance"  # 困难残疾人生活补贴
    MINIMUM_LIVING = "minimum_living"  # 最低生活保障
    DISABILITY_CERTIFICATE = "disability_certificate"  # 残疾人证


class BenefitState(StrEnum):
    NOT_RECEIVING = "not_receiving"  # looked into: no
    APPLIED = "applied"
    RECEIVING = "receiving"
    REFUSED = "refused"
    ENDED = "ended"


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Gap(StrEnum):
    """How a benefit stands against its rule."""

    MISSING = "missing"  # entitled, and not receiving
    WAITING = "waiting"  # entitled, applied for
    TO_CHECK = "to_check"  # entitled; nobody has looked whether it is received
    UNKNOWN = "unknown"  # whether entitled cannot be said yet
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Standing:
    """A benefit as last recorded."""

    state: BenefitState
    grade: int | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """What the rules read of one patient. `standing` holds what was recorded; a kind that is not there is unknown."""

    is_registered: bool
    is_managed: bool
    registered_on: date | None
    economic_status: int | None
    standing: Mapping[BenefitKind, Standing] = field(default_factory=dict)

    def receives(self, kind: BenefitKind) -> Answer:
        standing = self.standing.get(kind)
        if standing is None:
            return Answer.UNKNOWN
        return Answer.YES if standing.state is BenefitState.RECEIVING else Answer.NO


@dataclass(frozen=True, slots=True)
class Entitlement:
    answer: Answer
    because: Reason


def _yes(code: str, **args: object) -> Entitlement:
    return Entitlement(Answer.YES, reason(f"benefits.rule.{code}", **args))


def _no(code: str, **args: object) -> Entitlement:
    return Entitlement(Answer.NO, reason(f"benefits.rule.{code}", **args))


def _unknown(code: str, **args: object) -> Entitlement:
    return Entitlement(Answer.UNKNOWN, reason(f"benefits.rule.{code}", **args))


def _basic_medical(_one: Situation, _today: date) -> Entitlement:
    return _yes("resident")


def _serious_illness(one: Situation, _today: date) -> Entitlement:
    known = one.receives(BenefitKind.BASIC_MEDICAL)
    if known is Answer.YES:
        return _yes("with_basic")
    return _no("no_basic") if known is Answer.NO else _unknown("basic_unknown")


def _minimum_living(one: Situation, _today: date) -> Entitlement:
    if one.economic_status == POOR:
        return _yes("poor")
    return _no("not_poor") if one.economic_status == NOT_POOR else _unknown("means_unknown")


def _medical_assistance(one: Situation, _today: date) -> Entitlement:
    if one.receives(BenefitKind.MINIMUM_LIVING) is Answer.YES:
        return _yes("on_minimum")
    if one.economic_status == POOR:
        return _yes("poor")
    return _no("not_poor") if one.economic_status == NOT_POOR else _unknown("means_unknown")


def _drug_subsidy(one: Situation, _today: date) -> Entitlement:
    return _yes("managed") if one.is_managed else _no("not_managed")


def _certificate(one: Situation, today: date) -> Entitlement:
    if one.registered_on is None:
        return _unknown("since_unknown")
    ripe_on = _ripe_on(one.registered_on)
    return _yes("year_passed") if ripe_on <= today else _no("year_not_passed", on=ripe_on)


def ripe_until(today: date) -> date:
    """Who was registered on that day or before has been ill for long enough to be assessed today; who was registered later has not."""
    day = add_months(today, -ILL_FOR_MONTHS)
    while _is_ripe(day, today):
        day += timedelta(days=1)
    while not _is_ripe(day, today):
        day -= timedelta(days=1)
    return day


def _is_ripe(registered_on: date, today: date) -> bool:
    return _ripe_on(registered_on) <= today


def _ripe_on(registered_on: date) -> date:
    return add_months(registered_on, ILL_FOR_MONTHS) + timedelta(days=1)


def _nursing(one: Situation, _today: date) -> Entitlement:
    certificate = one.standing.get(BenefitKind.DISABILITY_CERTIFICATE)
    if certificate is None:
        return _unknown("certificate_unknown")
    if certificate.state is not BenefitState.RECEIVING:
        return _no("no_certificate")
    if certificate.grade is None:
        return _unknown("grade_unknown")
    is_heavy = certificate.grade in HEAVY_GRADES
    return _yes("heavy", grade=certificate.grade) if is_heavy else _no("light", grade=certificate.grade)


def _living(one: Situation, _today: date) -> Entitlement:
    certificate, minimum = one.receives(BenefitKind.DISABILITY_CERTIFICATE), one.receives(BenefitKind.MINIMUM_LIVING)
    if Answer.NO in (certificate, minimum):
        return _no("no_certificate" if certificate is Answer.NO else "not_on_minimum")
    if Answer.UNKNOWN in (certificate, minimum):
        return _unknown("certificate_unknown" if certificate is Answer.UNKNOWN else "minimum_unknown")
    return _yes("certificate_and_minimum")


_RULES: dict[BenefitKind, Callable[[Situation, date], Entitlement]] = {
    BenefitKind.BASIC_MEDICAL: _basic_medical,
    BenefitKind.SERIOUS_ILLNESS: _serious_illness,
    BenefitKind.MEDICAL_ASSISTANCE: _medical_assistance,
    BenefitKind.DRUG_SUBSIDY: _drug_subsidy,
    BenefitKind.NURSING_ALLOWANCE: _nursing,
    BenefitKind.LIVING_ALLOWANCE: _living,
    BenefitKind.MINIMUM_LIVING: _minimum_living,
    BenefitKind.DISABILITY_CERTIFICATE: _certificate,
}


def entitlement(kind: BenefitKind, one: Situation, today: date) -> Entitlement:
    """Whether the rule gives this benefit, with its reason; `UNKNOWN` where a fact is missing, never a guess."""
    if not one.is_registered:
        return _no("not_registered")
    return _RULES[kind](one, today)


def gap(kind: BenefitKind, one: Situation, today: date) -> tuple[Gap, Reason]:
    """How entitlement and record stand to each other."""
    given = entitlement(kind, one, today)
    standing = one.standing.get(kind)
    if standing is not None and standing.state is BenefitState.RECEIVING:
        return Gap.NONE, given.because
    if given.answer is not Answer.YES:
        return (Gap.UNKNOWN if given.answer is Answer.UNKNOWN else Gap.NONE), given.because
    if standing is None:
        return Gap.TO_CHECK, given.because
    return (Gap.WAITING if standing.state is BenefitState.APPLIED else Gap.MISSING), given.because


def wrong_record(
    kind: BenefitKind, state: BenefitState, grade: int | None, from_on: date, renew_by: date | None, today: date
) -> dict[str, list[Reason]]:
    """What cannot be recorded, by field."""
    wrong: dict[str, list[Reason]] = {}
    is_certificate = kind is BenefitKind.DISABILITY_CERTIFICATE and state is BenefitState.RECEIVING
    if is_certificate and grade is None:
        wrong["grade"] = [reason("benefits.record.grade")]
    if from_on > today:
        wrong["from_on"] = [reason("benefits.record.future")]
    if renew_by is not None and renew_by <= from_on:
        wrong["renew_by"] = [reason("benefits.record.renew_before")]
    return wrong


def is_renewal_due(renew_by: date | None, today: date) -> bool:
    return renew_by is not None and (renew_by - today).days <= RENEWAL_NOTICE_DAYS

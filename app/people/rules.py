"""What makes a person's data acceptable: name, papers, telephone, account (domain 8.1, 8.2, 8.5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from app.core.bank_account import AccountKind, check_account
from app.core.dates import last_of_month
from app.core.i18n import N_
from app.core.identity import IdKind, ResidentId, Sex, contradictions, normalise_id_number, resident_id
from app.core.names import check_name, normalise_name
from app.core.phones import check_phone
from app.core.reasons import Reason, reason

SHORTEST_ID_NUMBER = 4
LONGEST_ID_NUMBER = 32

Errors = Mapping[str, tuple[Reason, ...]]


class DatePrecision(StrEnum):
    DAY = "day"
    MONTH = "month"  # the day stored is the last of the month, estimated


class KinRelation(StrEnum):
    """How a declared relative is related to the member of staff (近亲属, Civil Code article 1045, and in-laws)."""

    SPOUSE = "spouse"
    PARENT = "parent"
    CHILD = "child"
    SIBLING = "sibling"
    GRANDPARENT = "grandparent"
    GRANDCHILD = "grandchild"
    IN_LAW = "in_law"


KIN_LABELS: dict[KinRelation, str] = {
    KinRelation.SPOUSE: N_("配偶"),
    KinRelation.PARENT: N_("父母"),
    KinRelation.CHILD: N_("子女"),
    KinRelation.SIBLING: N_("兄弟姐妹"),
    KinRelation.GRANDPARENT: N_("祖父母、外祖父母"),
    KinRelation.GRANDCHILD: N_("孙子女、外孙子女"),
    KinRelation.IN_LAW: N_("姻亲"),
}

# Why somebody looked at a masked value; the choice is part of the audit event.
REVEAL_REASONS: dict[str, str] = {
    "people.reveal.verify": N_("核对证件"),
    "people.reveal.contact": N_("联系本人或监护人"),
    "people.reveal.form": N_("填写上报表格"),
    "people.reveal.transfer": N_("转诊、转介或交接"),
    "people.reveal.payment": N_("核对补贴发放"),
    "people.reveal.complaint": N_("处理本人或家属的询问"),
}

REVEALS_A_DAY = 20  # then the supervisor (reliability 4.2)
# A file's number as offices write it, with their brackets and the characters for "no.", "series" and "number". A long run of
# digits would be a person's number, and names have no place in it.
_CASE_NUMBER = re.compile(r"(?!.*\d{9})[A-Za-z0-9\u3014\u3015\[\]()\uff08\uff09\u7b2c\u5b57\u53f7\- ]{0,40}")

DEATH_CAUSES = {
    1: N_("躯体疾病"),
    2: N_("自杀"),
    3: N_("他杀"),
    4: N_("意外"),
    5: N_("精神疾病相关并发症"),
    6: N_("其他"),
}
# Who told of a death and what proves it, as the printed form codes them (失访/死亡登记表, domain 3.5).
DEATH_NEWS = {1: N_("家属"), 2: N_("医院"), 3: N_("公安"), 4: N_("户籍或民政登记"), 5: N_("村（居）委会")}
DEATH_EVIDENCE = {1: N_("死亡医学证明"), 2: N_("火化证明"), 3: N_("情况说明")}


def reveal_problems(reason_code: str, case_number: str) -> dict[str, tuple[Reason, ...]]:
    """What is wrong with why somebody wants to look, by field."""
    problems: dict[str, tuple[Reason, ...]] = {}
    if reason_code not in REVEAL_REASONS:
        problems["reason"] = (reason("people.reveal.reason_missing"),)
    if _CASE_NUMBER.fullmatch(case_number) is None:
        problems["case"] = (reason("people.reveal.case_number"),)
    return problems


def check_identity(
    *, name: str, sex: Sex, born_on: date | None, id_kind: IdKind, id_number: str | None, today: date
) -> tuple[Errors, tuple[Reason, ...], ResidentId | None]:
    """Errors by field, warnings, and what a valid citizen number says."""
    checked_name = check_name(name)
    errors: dict[str, tuple[Reason, ...]] = {}
    if checked_name.errors:
        errors["name"] = checked_name.errors
    if born_on and born_on > today:
        errors["born_on"] = (reason("people.born_in_future"),)
    number = resident_id(id_number, today) if id_number and id_kind.holds_citizen_number else None
    number_errors = _number_errors(id_kind, id_number, number, sex, born_on)
    if number_errors:
        errors["id_number"] = number_errors
    return errors, checked_name.warnings, number if number and number.valid else None


def check_phone_number(text: str | None) -> tuple[Reason, ...]:
    return check_phone(text).errors if text else ()


def check_payee_account(
    kind: AccountKind, number: str, holder_name: str, payee_name: str
) -> tuple[Errors, tuple[Reason, ...]]:
    """Errors by field and warnings. The holder is the payee in person (domain 8.5)."""
    checked = check_account(number, kind)
    errors: dict[str, tuple[Reason, ...]] = {}
    if checked.errors:
        errors["number"] = checked.errors
    if holder_name and normalise_name(holder_name) != normalise_name(payee_name):
        errors["holder_name"] = (reason("people.account.holder_differs", name=payee_name),)
    return errors, checked.warnings


def estimated_day(died_on: date, precision: DatePrecision) -> date:
    """Known as a month only: that month's last day (domain 9, case 12)."""
    return last_of_month(died_on) if precision is DatePrecision.MONTH else died_on


def _number_errors(
    id_kind: IdKind, id_number: str | None, checked: ResidentId | None, sex: Sex, born_on: date | None
) -> tuple[Reason, ...]:
    if not id_number:
        return () if id_kind is IdKind.NONE else (reason("core.id.empty"),)
    if id_kind is IdKind.NONE:
        return (reason("people.id.kind_missing"),)
    if checked is not None:
        return checked.errors or contradictions(checked, sex, born_on)
    length = len(normalise_id_number(id_number))
    if not SHORTEST_ID_NUMBER <= length <= LONGEST_ID_NUMBER:
        return (reason("people.id.length", least=SHORTEST_ID_NUMBER, most=LONGEST_ID_NUMBER),)
    return ()

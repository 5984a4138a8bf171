"""What there is to say, to whom, with which values; and the states that a message goes through (reliability 2.6, rule 2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from app.core.dates import parse_date
from app.core.phones import check_phone


class Audience(StrEnum):
    FAMILY = "family"  # by text message, with consent, in quiet words
    STAFF = "staff"  # by an office's own channel: a group's webhook or e-mail


class MessageKind(StrEnum):
    VISIT_DUE = "visit_due"  # 随访将到期
    INJECTION_DUE = "injection_due"  # 约定的日子将到
    AGREEMENT_ENDING = "agreement_ending"  # 协议将到期
    PAYMENT_MADE = "payment_made"  # 款项已办理
    GUARDIAN_NOTICE = "guardian_notice"  # 请监护人与卫生院联系（出院）
    FORM_WAITING = "form_waiting"  # 有告知单待确认
    FORM_ESCALATED = "form_escalated"  # 告知单逾期未确认，升级
    TASKS_OVERDUE = "tasks_overdue"  # 逾期工作
    CONFERENCE = "conference"  # 会议通知
    CONFERENCE_MOVED = "conference_moved"  # 会议改期
    CONFERENCE_OFF = "conference_off"  # 会议取消
    CRISIS = "crisis"  # 紧急情况，值班人员
    SENDING_FAILED = "sending_failed"  # 有短信未送达，请人工处理


class Recipient(StrEnum):
    """A relation, put into a person only at the moment of sending (reliability 2.6, rule 12)."""

    FIRST_GUARDIAN = "first_guardian"
    SECOND_GUARDIAN = "second_guardian"
    USER = "user"  # one member of staff
    AGENCY = "agency"  # whoever answers for the agency then
    AREA = "area"  # whoever answers for the place then


class MessageState(StrEnum):
    QUEUED = "queued"
    CLAIMED = "claimed"  # a sender has it: the provider is being called
    SENT = "sent"  # the provider has accepted it
    UNKNOWN = "unknown"  # called, and nobody knows whether it was accepted: a look-up or a person settles it
    DELIVERED = "delivered"
    FAILED = "failed"  # should have reached somebody and did not: a person sees to it
    REFUSED = "refused"  # not sent, and rightly so: no consent, no guardian, the receiver wants no more
    CANCELLED = "cancelled"  # not sent: no longer true or needed
    EXPIRED = "expired"  # not sent: its time had passed
    NOT_SENT = "not_sent"  # not sent: sending is switched off, or there are no approved words


# Nothing more happens to these by itself.
FINAL = frozenset(
    {
        MessageState.DELIVERED,
        MessageState.FAILED,
        MessageState.REFUSED,
        MessageState.CANCELLED,
        MessageState.EXPIRED,
        MessageState.NOT_SENT,
    }
)


class Parameter(StrEnum):
    """The only values that words may carry: a date, a call-back number, a count, a number of a form (reliability 4.2)."""

    DAY = "day"
    PHONE = "phone"
    COUNT = "count"
    CODE = "code"


@dataclass(frozen=True)
class KindRule:
    """`ignores_night`: the crisis roster is told at any hour."""

    audience: Audience
    parameters: frozenset[Parameter]
    ignores_night: bool = False


def _family(*parameters: Parameter) -> KindRule:
    return KindRule(Audience.FAMILY, frozenset({*parameters, Parameter.PHONE}))


def _staff(*parameters: Parameter, ignores_night: bool = False) -> KindRule:
    return KindRule(Audience.STAFF, frozenset(parameters), ignores_night)


KINDS: dict[MessageKind, KindRule] = {
    MessageKind.VISIT_DUE: _family(Parameter.DAY),
    MessageKind.INJECTION_DUE: _family(Parameter.DAY),
    MessageKind.AGREEMENT_ENDING: _family(Parameter.DAY),
    MessageKind.PAYMENT_MADE: _family(),
    MessageKind.GUARDIAN_NOTICE: _family(Parameter.DAY),
    MessageKind.FORM_WAITING: _staff(Parameter.COUNT, Parameter.DAY, Parameter.CODE),
    MessageKind.FORM_ESCALATED: _staff(Parameter.COUNT, Parameter.DAY, Parameter.CODE),
    MessageKind.TASKS_OVERDUE: _staff(Parameter.COUNT, Parameter.DAY),
    MessageKind.CONFERENCE: _staff(Parameter.DAY, Parameter.CODE),
    MessageKind.CONFERENCE_MOVED: _staff(Parameter.DAY, Parameter.CODE),
    MessageKind.CONFERENCE_OFF: _staff(Parameter.DAY, Parameter.CODE),
    MessageKind.CRISIS: _staff(Parameter.CODE, Parameter.PHONE, ignores_night=True),
    MessageKind.SENDING_FAILED: _staff(Parameter.DAY),
}

_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}", re.ASCII)


def checked_parameters(kind: MessageKind, given: Mapping[str, Any]) -> dict[str, str | int]:
    """The values as they are stored: dates as `2026-11-21`. ValueError for a name or value that a message may not carry."""
    allowed = KINDS[kind].parameters
    kept: dict[str, str | int] = {}
    for name, value in given.items():
        if name not in allowed:
            raise ValueError(f"a message {kind} carries no {name}")
        kept[name] = _checked(Parameter(name), value)
    return kept


def _checked(parameter: Parameter, value: Any) -> str | int:
    if parameter is Parameter.DAY:
        return (value if isinstance(value, date) else parse_date(str(value))).isoformat()
    if parameter is Parameter.COUNT and isinstance(value, int) and 0 <= value <= 99_999:
        return value
    if parameter is Parameter.PHONE and check_phone(str(value)).valid:
        return check_phone(str(value)).number
    if parameter is Parameter.CODE and _CODE.fullmatch(str(value)):
        return str(value)
    raise ValueError(f"no {parameter} of a message: {type(value).__name__}")

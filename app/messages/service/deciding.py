"""What is decided at the last moment: whether it still holds, who is told, whether they agreed, with which words (2.6, rule 12)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.core.crypto import KeyUnavailable
from app.core.reasons import Reason
from app.guardians.rules import Rank
from app.messages.gateways import Gateway, Gateways, Parcel
from app.messages.gateways.protocol import provider_template
from app.messages.models import ContactConsent, Message, MessageTemplate
from app.messages.queries import sending as look
from app.messages.queries.relevance import list_living, still_true
from app.messages.rules.kinds import KINDS, Audience, MessageState, Recipient
from app.messages.rules.night import may_wait_until
from app.messages.rules.words import UnknownValue, forbidden_in, rendered, said
from app.people.vault import Vault

RANKS = {Recipient.FIRST_GUARDIAN: Rank.FIRST, Recipient.SECOND_GUARDIAN: Rank.SECOND}

# the public address under which a message's reports arrive, from its path
ReportAddress = Callable[[str], str]


@dataclass(frozen=True)
class Ready:
    """A message with everything that it needs to leave."""

    gateway: Gateway
    parcel: Parcel
    template: MessageTemplate
    language: str
    phone_id: int | None = None


@dataclass(frozen=True)
class Held:
    """A message that is not sent, and why."""

    state: MessageState
    because: Reason


@dataclass(frozen=True)
class Outside:
    """What the sender brings along: keys, gateways, the public address."""

    gateways: Gateways
    report_address: ReportAddress


def decide(
    session: Session, vault: Vault, outside: Outside, message: Message, today: date, now: datetime
) -> Ready | Held:
    """Everything is asked anew, as stored now."""
    held = why_not_any_more(session, message, today, now)
    if held is not None:
        return held
    gateway = outside.gateways.of(KINDS[message.kind].audience)
    if gateway is None:
        return Held(MessageState.NOT_SENT, Reason("messages.not_sent.off"))
    template = look.find_approved(session, message.area_code, message.kind)
    if template is None:
        return Held(MessageState.NOT_SENT, Reason("messages.not_sent.no_template"))
    receiver = _receiver(session, vault, gateway, message, today)
    if isinstance(receiver, Held):
        return receiver
    return _worded(session, outside, gateway, template, message, receiver, now)


def why_not_any_more(session: Session, message: Message, today: date, now: datetime) -> Held | None:
    """Its time has passed, it is about nobody on the register, or what it says no longer holds."""
    if now >= message.expires_at:
        return Held(MessageState.EXPIRED, Reason("messages.expired"))
    if message.patient_id is not None and not list_living(session, [message.patient_id]):
        return Held(MessageState.CANCELLED, Reason("messages.cancelled.not_registered"))
    if not still_true(session, [message], today)(message):
        return Held(MessageState.CANCELLED, Reason("messages.cancelled.no_longer_true"))
    return None


@dataclass(frozen=True)
class _Receiver:
    to: str
    language: str
    phone_id: int | None = None


def _receiver(session: Session, vault: Vault, gateway: Gateway, message: Message, today: date) -> _Receiver | Held:
    if KINDS[message.kind].audience is Audience.FAMILY:
        return _relative(session, vault, message, today)
    users = look.list_staff(session, message, today)
    if not users:
        return _failed("messages.failed.nobody_named")
    if gateway.name != "email":
        return _Receiver("", users[0].language)
    found = look.find_address(session, users)
    return _Receiver(found[1], found[0].language) if found else _failed("messages.failed.no_address")


def _relative(session: Session, vault: Vault, message: Message, today: date) -> _Receiver | Held:
    guardianship = look.find_guardianship(session, message.patient_id or 0, RANKS[message.recipient], today)
    if guardianship is None:
        return _refused("messages.refused.no_guardian")
    if message.guardianship_id is not None and guardianship.id != message.guardianship_id:
        return Held(MessageState.CANCELLED, Reason("messages.cancelled.guardian_changed"))
    if look.is_dead(session, guardianship.person_id):
        return _refused("messages.refused.guardian_dead")
    consent = look.find_consent(session, guardianship.patient_id, guardianship.person_id)
    return _refused("messages.refused.no_consent") if consent is None else _reached(session, vault, consent)


def _reached(session: Session, vault: Vault, consent: ContactConsent) -> _Receiver | Held:
    """At the number that is the person's main one now."""
    if not consent.is_safe:
        return _refused("messages.refused.not_safe")
    try:
        number = look.find_mobile(session, vault, consent.person_id)
    except KeyUnavailable:  # the person was erased
        number = None
    if number is None:
        return _failed("messages.failed.no_mobile")
    if look.is_other_number(session, consent, number.phone_id):
        return _failed("messages.failed.new_number")
    return _Receiver(number.e164, consent.language, number.phone_id)


def _worded(
    session: Session,
    outside: Outside,
    gateway: Gateway,
    template: MessageTemplate,
    message: Message,
    receiver: _Receiver,
    now: datetime,
) -> Ready | Held:
    registered = provider_template(template.provider_ids, gateway)
    if gateway.needs_template and not registered:
        return Held(MessageState.NOT_SENT, Reason("messages.not_sent.no_provider_template"))
    values = values_of(session, message, template)
    if values is None:
        return Held(MessageState.NOT_SENT, Reason("messages.not_sent.no_callback_number"))
    try:
        text = rendered(_text(template, receiver.language), values, receiver.language)
    except UnknownValue:
        return _failed("messages.failed.forbidden_word")
    if forbidden_in(text, look.list_names(session, message.patient_id)):
        return _failed("messages.failed.forbidden_word")
    until = may_wait_until(now, message.expires_at, KINDS[message.kind].ignores_night)
    parcel = Parcel(
        tag=message.callback_path,
        text=text,
        to=receiver.to,
        template_id=registered,
        values=tuple(said(values[name], receiver.language) for name in template.parameters),
        report_to=outside.report_address(message.callback_path),
        valid_seconds=int((until - now).total_seconds()),
    )
    return Ready(gateway, parcel, template, receiver.language, receiver.phone_id)


def values_of(session: Session, message: Message, template: MessageTemplate) -> dict[str, str | int] | None:
    """The message's values, with an office's number for questions where its words ask for one; None without such a number."""
    values: dict[str, str | int] = dict(message.parameters)
    if "phone" in template.parameters and "phone" not in values:
        number = look.find_callback_number(session, message)
        if number is None:
            return None
        values["phone"] = number
    return values


def words_of(session: Session, message: Message, template: MessageTemplate) -> str | None:
    """The text as it went out, made again; nothing of it is stored."""
    values, language = values_of(session, message, template), message.language or "zh"
    if values is None:
        return None
    try:
        return rendered(_text(template, language), values, language)
    except UnknownValue:
        return None


def _text(template: MessageTemplate, language: str) -> str:
    return template.text_en if language == "en" else template.text_zh


def _refused(code: str) -> Held:
    return Held(MessageState.REFUSED, Reason(code))


def _failed(code: str) -> Held:
    """It should have been said and cannot be: somebody is named who sees to it."""
    return Held(MessageState.FAILED, Reason(code))

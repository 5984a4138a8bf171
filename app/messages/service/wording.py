"""Templates: words are proposed by one and approved by another human being, never changed, and never typed for a single message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.areas.rules import county_of
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Conflict, Invalid, NotFound
from app.core.reasons import Reason, reason
from app.core.refusals import said_by
from app.core.scope import within
from app.messages.commands import ProposeTemplate
from app.messages.models import MessageTemplate
from app.messages.queries.templates import list_names_in
from app.messages.rules.kinds import KINDS, Audience, MessageKind, Parameter
from app.messages.rules.templates import TemplateState
from app.messages.rules.words import LANGUAGES, forbidden_in, names_in, rendered, size_of

MOST_PARTS = {Audience.FAMILY: 2, Audience.STAFF: 3}
# values as long as they may become, so that what is approved fits whenever it is sent
EXAMPLE: Mapping[str, str | int] = {
    Parameter.DAY.value: "2026-11-21",
    Parameter.PHONE.value: "0559-12345678",
    Parameter.COUNT.value: 128,
    Parameter.CODE.value: "YL-2026-00128",
}
GUARDS = {
    "uq_message_templates_proposed": "messages.template.waiting",
    "uq_message_templates_approved": "messages.template.decided",
    "message_templates.county_code": "messages.template.waiting",
    "ck_message_templates_two": "messages.template.own",
}


def propose_template(session: Session, actor: Actor, command: ProposeTemplate, now: datetime) -> MessageTemplate:
    """Raises `Invalid` by language for words that may not be said, `Conflict` while a proposal waits. Sent twice, it is found."""
    require(actor, Action.KEEP_TEMPLATES)
    found = session.scalars(
        select(MessageTemplate).where(MessageTemplate.submission_key == command.submission_key)
    ).one_or_none()
    if found is not None:
        return found
    county = county_of(_code_of(actor))
    errors = check_words(session, actor, command.kind, {"zh": command.text_zh, "en": command.text_en})
    if errors:
        raise Invalid(errors)
    template = MessageTemplate(
        submission_key=command.submission_key,
        county_code=county,
        kind=command.kind,
        version=_next_version(session, county, command.kind),
        text_zh=command.text_zh,
        text_en=command.text_en,
        parameters=list(names_in(command.text_zh)),
        provider_ids={name: number for name, number in command.provider_ids.items() if number},
        state=TemplateState.PROPOSED,
        proposed_at=now,
        proposed_by=actor.user_id,
        proposed_hand=actor.hand,
    )
    with said_by(session, GUARDS):
        session.add(template)
    _note(session, actor, "messages.template_proposed", template, now)
    return template


def approve_template(session: Session, actor: Actor, public_id: str, now: datetime) -> MessageTemplate:
    """The second person's word; the version in use until now is retired. Raises `Conflict` for one's own and for what is decided."""
    template = _decide(session, actor, public_id, TemplateState.APPROVED, now)
    _note(session, actor, "messages.template_approved", template, now)
    return template


def return_template(session: Session, actor: Actor, public_id: str, now: datetime) -> MessageTemplate:
    template = _decide(session, actor, public_id, TemplateState.RETURNED, now)
    _note(session, actor, "messages.template_returned", template, now)
    return template


def check_words(session: Session, actor: Actor, kind: MessageKind, texts: Mapping[str, str]) -> dict[str, list[Reason]]:
    """What is wrong with the words, by field: values that there are not, forbidden words, names of people, length."""
    errors: dict[str, list[Reason]] = {}
    names: dict[str, tuple[str, ...]] = {}
    for language in LANGUAGES:
        found, wrong = _check_text(session, actor, kind, texts[language], language)
        names[language] = found
        if wrong:
            errors[f"text_{language}"] = wrong
    if not errors and set(names["zh"]) != set(names["en"]):
        wanted = "、".join(f"{{{name}}}" for name in sorted(set(names["zh"]) | set(names["en"])))
        errors["text_en"] = [reason("messages.template.missing_values", names=wanted)]
    return errors


def _check_text(
    session: Session, actor: Actor, kind: MessageKind, text: str, language: str
) -> tuple[tuple[str, ...], list[Reason]]:
    allowed = sorted(KINDS[kind].parameters)
    audience = KINDS[kind].audience
    try:
        names = names_in(text)
    except ValueError:
        names = ("?",)
    if not text:
        return (), [Reason("messages.template.empty")]
    if set(names) - set(allowed):
        return names, [reason("messages.template.bad_values", names="、".join(f"{{{name}}}" for name in allowed))]
    if audience is Audience.FAMILY and Parameter.PHONE not in names:
        return names, [Reason("messages.template.no_phone")]
    shown = rendered(text, EXAMPLE, language)
    words = forbidden_in(shown, list_names_in(session, actor, text))
    if words:
        return names, [reason("messages.template.forbidden", words=list(words))]
    if size_of(shown).parts > MOST_PARTS[audience]:
        return names, [reason("messages.template.too_long", parts=MOST_PARTS[audience])]
    return names, []


def _decide(session: Session, actor: Actor, public_id: str, state: TemplateState, now: datetime) -> MessageTemplate:
    require(actor, Action.KEEP_TEMPLATES)
    template = session.scalars(
        select(MessageTemplate)
        .where(MessageTemplate.public_id == public_id, within(MessageTemplate.county_code, actor))
        .with_for_update()
    ).one_or_none()
    if template is None:
        raise NotFound()
    if template.state is not TemplateState.PROPOSED:
        raise Conflict(Reason("messages.template.decided"))
    if template.proposed_hand == actor.hand:
        raise Conflict(Reason("messages.template.own"))
    if state is TemplateState.APPROVED:
        _retire(session, template)
    template.state, template.decided_at = state, now
    template.decided_by, template.decided_hand = actor.user_id, actor.hand
    with said_by(session, GUARDS):
        session.flush()
    return template


def _retire(session: Session, template: MessageTemplate) -> None:
    in_use: Sequence[MessageTemplate] = session.scalars(
        select(MessageTemplate).where(
            MessageTemplate.county_code == template.county_code,
            MessageTemplate.kind == template.kind,
            MessageTemplate.state == TemplateState.APPROVED,
        )
    ).all()
    for one in in_use:
        one.state = TemplateState.RETIRED
    session.flush()


def _next_version(session: Session, county: str, kind: MessageKind) -> int:
    highest = session.scalar(
        select(func.max(MessageTemplate.version)).where(
            MessageTemplate.county_code == county, MessageTemplate.kind == kind
        )
    )
    return (highest or 0) + 1


def _code_of(actor: Actor) -> str:
    return actor.area_prefix.ljust(12, "0")


def _note(session: Session, actor: Actor, action: str, template: MessageTemplate, now: datetime) -> None:
    note(
        session,
        actor,
        action,
        now=now,
        subject=("message_template", template.public_id),
        area_code=template.county_code,
        detail={"kind": template.kind.value, "version": template.version},
        changed=[template.text_zh, template.text_en],
    )

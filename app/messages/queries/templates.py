"""A county's templates, and names of people that must not stand in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.core.access import Action, Field, Grant, require, sees
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.scope import within
from app.messages.models import MessageTemplate
from app.messages.rules.kinds import MessageKind
from app.messages.rules.templates import TemplateState
from app.people.models import NameKey, Person

SHORTEST_NAME, MOST_NAMED = 2, 5


@dataclass(frozen=True)
class TemplateRow:
    """A version with the names of who proposed and who decided."""

    template: MessageTemplate
    proposed_by: str
    decided_by: str | None


def list_templates(session: Session, actor: Actor) -> dict[MessageKind, list[TemplateRow]]:
    """Every version of the actor's county, newest first, by kind."""
    require(actor, Action.KEEP_TEMPLATES)
    rows = _rows(session, actor)
    found: dict[MessageKind, list[TemplateRow]] = {}
    for row in rows:
        found.setdefault(row.template.kind, []).append(row)
    return found


def get_template(session: Session, actor: Actor, public_id: str) -> TemplateRow:
    require(actor, Action.KEEP_TEMPLATES)
    found = _rows(session, actor, public_id)
    if not found:
        raise NotFound()
    return found[0]


def count_waiting(session: Session, actor: Actor) -> int:
    """Proposals that another person has to decide on; not the actor's own."""
    waiting = select(func.count(MessageTemplate.id)).where(
        within(MessageTemplate.county_code, actor),
        MessageTemplate.state == TemplateState.PROPOSED,
        MessageTemplate.proposed_hand != actor.hand,
    )
    return session.scalar(waiting) or 0


def list_names_in(session: Session, actor: Actor, text: str) -> Sequence[str]:
    """Names of patients and guardians of the actor's area that stand in the words.

    Only for roles that read names in full: to others the answer would say who is on the register.
    """
    if sees(actor, Field.PATIENT_NAME) is not Grant.FULL:
        return ()
    named = (
        select(Person.name)
        .join(NameKey, NameKey.person_id == Person.id)
        .where(
            within(NameKey.area_code, actor),
            func.length(Person.name) >= SHORTEST_NAME,
            literal(text).contains(Person.name),
        )
    )
    return session.scalars(named.distinct().limit(MOST_NAMED)).all()


def _rows(session: Session, actor: Actor, public_id: str | None = None) -> list[TemplateRow]:
    proposer, decider = aliased(User), aliased(User)
    statement = (
        select(MessageTemplate, proposer.display_name, decider.display_name)
        .join(proposer, proposer.id == MessageTemplate.proposed_by)
        .outerjoin(decider, decider.id == MessageTemplate.decided_by)
        .where(within(MessageTemplate.county_code, actor))
        .order_by(MessageTemplate.kind, MessageTemplate.version.desc())
    )
    if public_id is not None:
        statement = statement.where(MessageTemplate.public_id == public_id)
    return [TemplateRow(template, by, decided) for template, by, decided in session.execute(statement)]

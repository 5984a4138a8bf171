"""A county's policies: versions with the people behind them, and what waits for the second person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.scope import within
from app.subsidies.models import PolicyProposal, SubsidyPolicy
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.rules.proposal import PolicyProposalState


@dataclass(frozen=True)
class Version:
    """One version with what it says and who made it. Without a proposal it was made by one hand, by command."""

    policy: SubsidyPolicy
    terms: PolicyTerms
    recorded_by: str
    proposed_by: str | None

    @property
    def is_one_handed(self) -> bool:
        return self.proposed_by is None


@dataclass(frozen=True)
class Proposed:
    """A proposal with its terms and the people behind it."""

    proposal: PolicyProposal
    terms: PolicyTerms
    proposed_by: str
    decided_by: str | None


_PROPOSER, _DECIDER, _RECORDER = aliased(User), aliased(User), aliased(User)


def list_versions(session: Session, actor: Actor) -> list[Version]:
    """The newest first."""
    rows = session.execute(
        select(SubsidyPolicy, _RECORDER.display_name, _PROPOSER.display_name)
        .join(_RECORDER, _RECORDER.id == SubsidyPolicy.recorded_by, isouter=True)
        .join(PolicyProposal, PolicyProposal.policy_id == SubsidyPolicy.id, isouter=True)
        .join(_PROPOSER, _PROPOSER.id == PolicyProposal.proposed_by, isouter=True)
        .where(within(SubsidyPolicy.county_code, actor))
        .order_by(SubsidyPolicy.county_code, SubsidyPolicy.version.desc())
    )
    return [Version(policy, PolicyTerms.from_json(policy.terms), by or "", proposer) for policy, by, proposer in rows]


def one_handed_policies(session: Session, actor: Actor) -> list[Version]:
    """Versions that nobody but their maker has seen before they counted: for the auditor's page."""
    return [version for version in list_versions(session, actor) if version.is_one_handed]


def terms_before(session: Session, county_code: str, day: date) -> PolicyTerms | None:
    """What was in force until the day before."""
    found = _version(session, county_code, SubsidyPolicy.valid_from < day, newest=True)
    return PolicyTerms.from_json(found.terms) if found else None


def version_after(session: Session, county_code: str, day: date) -> SubsidyPolicy | None:
    """The next version that begins after the day."""
    return _version(session, county_code, SubsidyPolicy.valid_from > day, newest=False)


def list_waiting(session: Session, actor: Actor) -> list[Proposed]:
    """What waits for the second person."""
    return _proposed(session, actor, _proposals().where(PolicyProposal.state == PolicyProposalState.PROPOSED))


def get_proposed(session: Session, actor: Actor, public_id: str) -> Proposed:
    """Within the actor's area; raises `NotFound`."""
    found = _proposed(session, actor, _proposals().where(PolicyProposal.public_id == public_id))
    if not found:
        raise NotFound()
    return found[0]


def lock_proposal(session: Session, actor: Actor, public_id: str) -> PolicyProposal:
    """The same to be decided upon."""
    found = session.scalar(
        select(PolicyProposal)
        .where(PolicyProposal.public_id == public_id, within(PolicyProposal.county_code, actor))
        .with_for_update()
    )
    if found is None:
        raise NotFound()
    return found


def _proposals() -> Select[PolicyProposal, str, str | None]:
    return (
        select(PolicyProposal, _PROPOSER.display_name, _DECIDER.display_name)
        .join(_PROPOSER, _PROPOSER.id == PolicyProposal.proposed_by)
        .join(_DECIDER, _DECIDER.id == PolicyProposal.decided_by, isouter=True)
        .order_by(PolicyProposal.id)
    )


def _proposed(session: Session, actor: Actor, wanted: Select[PolicyProposal, str, str | None]) -> list[Proposed]:
    rows: Sequence[tuple[PolicyProposal, str, str | None]] = (
        session.execute(wanted.where(within(PolicyProposal.county_code, actor))).tuples().all()
    )
    return [Proposed(one, PolicyTerms.from_json(one.terms), proposer, decider) for one, proposer, decider in rows]


def _version(session: Session, county_code: str, when: ColumnElement[bool], *, newest: bool) -> SubsidyPolicy | None:
    begins = SubsidyPolicy.valid_from.desc() if newest else SubsidyPolicy.valid_from
    return session.scalar(
        select(SubsidyPolicy).where(SubsidyPolicy.county_code == county_code, when).order_by(begins).limit(1)
    )

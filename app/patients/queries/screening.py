"""How far a screening round has come, in counts: by town for the county, by village for a town; and a village's own part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.queries import names_of
from app.areas.rules import PREFIX_LENGTHS, AreaLevel, code_of, town_of
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.scope import within, within_prefix
from app.patients.models import Clue, Patient, ScreeningReturn, ScreeningRound
from app.patients.rules import ClueOutcome, ClueState, RegistryStatus

ROUNDS = 12


@dataclass(slots=True)
class Progress:
    """A town's or a village's part of a round. `reported` counts signed returns; clues are those of the round's days."""

    code: str
    name: str
    villages: int = 0
    reported: int = 0
    zero: int = 0
    on_behalf: int = 0
    clues: int = 0
    looked_at: int = 0
    suspected: int = 0
    confirmed: int = 0
    # villages that have not signed: (name, public id of the return)
    missing: list[tuple[str, str]] = field(default_factory=list)

    def add(self, other: Progress) -> None:
        for name in ("villages", "reported", "zero", "on_behalf", "clues", "looked_at", "suspected", "confirmed"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True, slots=True)
class OwedReturn:
    """A village's part of a round, as it is signed or printed."""

    public_id: str
    period: str
    from_on: date
    due_on: date
    area_code: str
    village: str
    town: str
    clue_count: int
    how: Sequence[int]
    signed_at: datetime | None
    signed_by: str | None
    is_on_behalf: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest round of the county in two figures, within the actor's area."""

    public_id: str
    period: str
    due_on: date
    villages: int
    reported: int


def standing_of(session: Session, actor: Actor) -> Standing | None:
    """How the newest round stands; None before the first."""
    require(actor, Action.SEE_SCREENING)
    row = session.execute(
        select(
            ScreeningRound.public_id,
            ScreeningRound.period,
            ScreeningRound.due_on,
            func.count(ScreeningReturn.id),
            func.count(ScreeningReturn.signed_at),
        )
        .join(ScreeningReturn, ScreeningReturn.round_id == ScreeningRound.id)
        .where(ScreeningRound.area_code == _county(actor), within(ScreeningReturn.area_code, actor))
        .group_by(ScreeningRound.id)
        .order_by(ScreeningRound.from_on.desc(), ScreeningRound.id.desc())
        .limit(1)
    ).first()
    return Standing(*row) if row else None


def list_rounds(session: Session, actor: Actor) -> list[ScreeningRound]:
    """Rounds of the county that the actor works in, the newest first."""
    return list(
        session.scalars(
            select(ScreeningRound)
            .where(ScreeningRound.area_code == _county(actor))
            .order_by(ScreeningRound.from_on.desc(), ScreeningRound.id.desc())
            .limit(ROUNDS)
        )
    )


def get_round(session: Session, actor: Actor, public_id: str) -> ScreeningRound:
    require(actor, Action.SEE_SCREENING)
    found = session.scalars(
        select(ScreeningRound).where(ScreeningRound.public_id == public_id, ScreeningRound.area_code == _county(actor))
    ).one_or_none()
    if found is None:
        raise NotFound()
    return found


def get_return(session: Session, actor: Actor, public_id: str) -> ScreeningReturn:
    """A village's part, for whoever signs in its area."""
    require(actor, Action.SCREEN_VILLAGE)
    found = session.scalars(
        select(ScreeningReturn).where(ScreeningReturn.public_id == public_id, within(ScreeningReturn.area_code, actor))
    ).one_or_none()
    if found is None:
        raise NotFound()
    return found


def open_return(session: Session, actor: Actor, owed: ScreeningReturn) -> OwedReturn:
    require(actor, Action.SCREEN_VILLAGE)
    asked = session.get_one(ScreeningRound, owed.round_id)
    town = town_of(owed.area_code)
    names = names_of(session, [owed.area_code, town])
    signed_by = session.scalar(select(User.display_name).where(User.id == owed.signed_by)) if owed.signed_by else None
    return OwedReturn(
        owed.public_id,
        asked.period,
        asked.from_on,
        asked.due_on,
        owed.area_code,
        names[owed.area_code],
        names[town],
        owed.clue_count,
        [int(way) for way in owed.how],
        owed.signed_at,
        signed_by,
        owed.is_on_behalf,
    )


def list_own_returns(session: Session, actor: Actor, today: date) -> list[OwedReturn]:
    """What the actor's village still owes of rounds that have begun, the oldest first, and what it signed in the running one."""
    require(actor, Action.SCREEN_VILLAGE)
    rows = session.scalars(
        select(ScreeningReturn)
        .join(ScreeningRound, ScreeningRound.id == ScreeningReturn.round_id)
        .where(within(ScreeningReturn.area_code, actor), ScreeningRound.from_on <= today)
        .where(ScreeningReturn.signed_at.is_(None) | (ScreeningRound.due_on >= today))
        .order_by(ScreeningReturn.signed_at.is_not(None), ScreeningRound.from_on, ScreeningReturn.area_code)
        .limit(ROUNDS)
    )
    return [open_return(session, actor, owed) for owed in rows]


def progress_of(session: Session, actor: Actor, asked: ScreeningRound) -> list[Progress]:
    """By town for a county's user, by village for a town's, in the order of the codes."""
    require(actor, Action.SEE_SCREENING)
    by_village = {part.code: part for part in _villages(session, actor, asked)}
    if len(actor.area_prefix) >= PREFIX_LENGTHS[AreaLevel.TOWN]:
        return list(by_village.values())
    names = names_of(session, {town_of(code) for code in by_village})
    towns: dict[str, Progress] = {}
    for code, village in by_village.items():
        town = towns.setdefault(town_of(code), Progress(town_of(code), names[town_of(code)]))
        town.add(village)
        town.missing += village.missing
    return list(towns.values())


def total_of(parts: Sequence[Progress]) -> Progress:
    total = Progress("", "")
    for part in parts:
        total.add(part)
    return total


def _villages(session: Session, actor: Actor, asked: ScreeningRound) -> list[Progress]:
    returns = session.scalars(
        select(ScreeningReturn)
        .where(ScreeningReturn.round_id == asked.id, within(ScreeningReturn.area_code, actor))
        .order_by(ScreeningReturn.area_code)
    ).all()
    names = names_of(session, {owed.area_code for owed in returns})
    clues = _clues(session, actor, asked)
    found = []
    for owed in returns:
        is_signed = owed.signed_at is not None
        counts = clues.get(owed.area_code, Counter())
        found.append(
            Progress(
                owed.area_code,
                names[owed.area_code],
                villages=1,
                reported=int(is_signed),
                zero=int(is_signed and owed.clue_count == 0),
                on_behalf=int(owed.is_on_behalf),
                missing=[] if is_signed else [(names[owed.area_code], owed.public_id)],
                **{name: counts[name] for name in ("clues", "looked_at", "suspected", "confirmed")},
            )
        )
    return found


def _clues(session: Session, actor: Actor, asked: ScreeningRound) -> dict[str, Counter[str]]:
    """village → counts of the clues of the round's days, and how far they have come."""
    rows = session.execute(
        select(Clue.area_code, Clue.state, Clue.outcome, Patient.registry_status, func.count())
        .outerjoin(Patient, Patient.id == Clue.patient_id)
        .where(
            within(Clue.area_code, actor),
            within_prefix(Clue.area_code, asked.area_code[: PREFIX_LENGTHS[AreaLevel.COUNTY]]),
            Clue.reported_on.between(asked.from_on, asked.due_on),
        )
        .group_by(Clue.area_code, Clue.state, Clue.outcome, Patient.registry_status)
    )
    found: dict[str, Counter[str]] = {}
    for area_code, state, outcome, status, count in rows:
        counts = found.setdefault(area_code, Counter())
        counts["clues"] += count
        counts["looked_at"] += count if state is ClueState.CLOSED else 0
        if outcome is ClueOutcome.SUSPECTED:
            counts["suspected"] += count
            counts["confirmed"] += count if status is RegistryStatus.REGISTERED else 0
    return found


def _county(actor: Actor) -> str:
    return code_of(actor.area_prefix[: PREFIX_LENGTHS[AreaLevel.COUNTY]])

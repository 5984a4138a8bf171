"""Supervision sampling: what would be drawn, drawing it, and drawing it again as a proof."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.areas.models import Agency, Area
from app.areas.queries import place_of
from app.areas.rules import county_of
from app.core.access import Action, Grant, require, sees
from app.core.actor import Actor
from app.core.crypto import digest
from app.core.db import canonical_json
from app.core.errors import Conflict, Invalid
from app.core.reasons import Reason, reason
from app.numbers.commands_sampling import DrawSample
from app.numbers.models import Sample, SampleRecord, SampleUnit
from app.numbers.queries.sampling import (
    find_by_key,
    find_same,
    frame_of,
    get_sample,
    keys_of,
)
from app.numbers.queries.sampling_frame import Framed, list_checkable, read_frame
from app.numbers.rules.sampling import (
    ITEMS,
    METHOD,
    MOST_DRAWN,
    Frame,
    SampleState,
    SampleSubject,
    Sizes,
    Stratum,
    draw_all,
    frame_digest,
    frame_text,
    is_seed,
    sample_number,
)
from app.numbers.service.sampling import note_sample
from app.numbers.service.turns import take_turn


@dataclass(frozen=True, slots=True)
class PlannedUnit:
    """How many of how many would be drawn of an institution."""

    agency: Agency
    high: int
    rest: int
    drawn_high: int
    drawn_rest: int

    @property
    def drawn(self) -> int:
        return self.drawn_high + self.drawn_rest


@dataclass(frozen=True, slots=True)
class Plan:
    """What a draw would be, before it is drawn."""

    framed: Framed
    frame: Frame
    units: tuple[PlannedUnit, ...]
    # tells whether what is drawn is what was looked at
    token: str

    @property
    def frame_count(self) -> int:
        return sum(one.high + one.rest for one in self.units)

    @property
    def drawn_count(self) -> int:
        return sum(one.drawn for one in self.units)


@dataclass(frozen=True, slots=True)
class Proof:
    """What drawing again says: whether the kept frame is the one that was drawn from, and whether the same records come out."""

    text: str
    digest: str
    is_frame_whole: bool
    # institutions whose drawn records are others than the seed draws
    differing: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return self.is_frame_whole and not self.differing


def plan_sample(session: Session, actor: Actor, command: DrawSample, today: date) -> Plan:
    """How many of how many would be drawn in each institution now. Raises `Invalid` at the fields."""
    require(actor, Action.DRAW_SAMPLES)
    _check(session, actor, command, today)
    framed = read_frame(session, actor, command.subject, command.first_on, command.last_on, command.units)
    frame = framed.as_frame(is_stratified=command.sizes.high > 0)
    planned = []
    for agency in framed.agencies.values():
        high, rest = (len(frame.get(agency.public_id, {}).get(one, ())) for one in Stratum)
        if high + rest:
            sizes = (command.sizes.of(Stratum.HIGH, high), command.sizes.of(Stratum.REST, rest))
            planned.append(PlannedUnit(agency, high, rest, *sizes))
    return Plan(framed, frame, tuple(planned), _token(command, planned))


def draw_sample(session: Session, actor: Actor, command: DrawSample, today: date, now: datetime) -> tuple[Sample, bool]:
    """The sample, and whether it was drawn now: the same form twice is one sample.

    Raises `Conflict` when there is nothing or too much to draw, when something else would be drawn than was looked at, or when the
    same records were drawn by the same seed before.
    """
    require(actor, Action.DRAW_SAMPLES)
    county = session.get_one(Area, county_of(place_of(actor)))
    take_turn(session, county.code)
    standing = find_by_key(session, actor, command.submission_key)
    if standing is not None:
        return standing, False
    plan = plan_sample(session, actor, command, today)
    _refuse_unfit(plan, command)
    text = frame_text(command.subject, command.first_on, command.last_on, plan.frame)
    seed = command.seed or secrets.token_hex(8)
    same = find_same(session, actor, county.code, frame_digest(text), seed)
    if same is not None:
        raise Conflict(reason("numbers.sample.same_draw", number=same.number))
    sample = _new_sample(session, actor, command, plan, county, seed, frame_digest(text), today, now)
    session.add(sample)
    session.flush()
    _store_draw(session, sample, plan, command.sizes)
    note_sample(session, actor, sample, "numbers.sample_drawn", now, sample.drawn_count)
    return sample, True


def verify(session: Session, actor: Actor, public_id: str) -> Proof:
    """Draw again from the kept frame and seed."""
    require(actor, Action.VERIFY_SAMPLES)
    sample = get_sample(session, actor, public_id)
    frame = {unit: {Stratum(name): keys for name, keys in row.frame.items()} for unit, row in frame_of(session, sample)}
    text = frame_text(sample.subject, sample.first_on, sample.last_on, frame)
    again = draw_all(sample.seed, frame, Sizes(sample.percent, sample.least, sample.high))
    drawn = keys_of(session, sample)
    differing = [unit for unit, strata in again.items() if [key for one in strata.values() for key in one] != drawn.get(unit, [])]  # fmt: skip
    return Proof(text, frame_digest(text), frame_digest(text) == sample.frame_digest, tuple(differing))


def _check(session: Session, actor: Actor, command: DrawSample, today: date) -> None:
    errors: dict[str, list[Reason]] = {}
    if command.subject is SampleSubject.VISITS:
        if command.first_on is None or command.last_on is None:
            errors["last_on" if command.first_on else "first_on"] = [reason("numbers.sample.period")]
        elif not command.first_on <= command.last_on <= today:
            errors["last_on"] = [reason("numbers.sample.days")]
    if not command.sizes.percent and not command.sizes.least:
        errors["least"] = [reason("numbers.sample.sizes")]
    if command.seed and not is_seed(command.seed):
        errors["seed"] = [reason("numbers.sample.seed")]
    if set(command.units) - {one.public_id for one in list_checkable(session, actor)}:
        errors["units"] = [reason("numbers.sample.unknown_unit")]
    if errors:
        raise Invalid(errors)


def _token(command: DrawSample, units: list[PlannedUnit]) -> str:
    said = [command.subject, str(command.first_on), str(command.last_on), command.sizes.high, command.seed]
    return digest(canonical_json([*said, *([one.agency.public_id, one.high, one.rest, one.drawn_high, one.drawn_rest] for one in units)]))  # fmt: skip


def _refuse_unfit(plan: Plan, command: DrawSample) -> None:
    if not plan.drawn_count:
        raise Conflict(reason("numbers.sample.nothing"))
    if plan.drawn_count > MOST_DRAWN:
        raise Conflict(reason("numbers.sample.too_many", most=MOST_DRAWN))
    if command.seen != plan.token:
        raise Conflict(reason("numbers.sample.unseen"))


def _new_sample(
    session: Session,
    actor: Actor,
    command: DrawSample,
    plan: Plan,
    county: Area,
    seed: str,
    frame_sha256: str,
    today: date,
    now: datetime,
) -> Sample:
    highest = select(func.max(Sample.serial)).where(Sample.area_code == county.code, Sample.year == today.year)
    serial = (session.scalar(highest) or 0) + 1
    items = [one.code for one in ITEMS[command.subject] if sees(actor, one.tells) is not Grant.NONE]
    return Sample(
        submission_key=command.submission_key,
        area_code=county.code,
        year=today.year,
        serial=serial,
        number=sample_number(county.name, today.year, serial),
        subject=command.subject,
        first_on=command.first_on,
        last_on=command.last_on,
        percent=command.sizes.percent,
        least=command.sizes.least,
        high=command.sizes.high,
        items=items,
        item_count=len(items),
        method=METHOD,
        seed=seed,
        seed_is_given=bool(command.seed),
        frame_count=plan.frame_count,
        frame_digest=frame_sha256,
        drawn_count=plan.drawn_count,
        state=SampleState.RUNNING,
        drawn_on=today,
        drawn_at=now,
        drawn_by=actor.user_id,
    )


def _store_draw(session: Session, sample: Sample, plan: Plan, sizes: Sizes) -> None:
    """The institutions with their frames, and of each what its seed draws."""
    rows, drawn = {one.key: one for one in plan.framed.rows}, draw_all(sample.seed, plan.frame, sizes)
    for one in plan.units:
        unit = one.agency.public_id
        session.add(
            SampleUnit(
                sample_id=sample.id,
                agency_id=one.agency.id,
                frame={stratum.value: sorted(keys) for stratum, keys in plan.frame[unit].items()},
                frame_high=one.high,
                frame_rest=one.rest,
                drawn_high=one.drawn_high,
                drawn_rest=one.drawn_rest,
            )
        )
        session.flush()
        chosen = [(stratum, key) for stratum, keys in drawn[unit].items() for key in keys]
        session.add_all(
            SampleRecord(
                sample_id=sample.id,
                agency_id=one.agency.id,
                serial=serial,
                stratum=stratum,
                key=key,
                patient_id=rows[key].patient_id,
                visit_id=rows[key].visit_id,
            )
            for serial, (stratum, key) in enumerate(chosen, start=1)
        )
        session.flush()

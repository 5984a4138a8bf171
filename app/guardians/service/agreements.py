"""Agreements (有奖监护协议): signed by the first guardian, at most a year, never two for one day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.actor import Actor
from app.core.batches import number_rows, slices
from app.core.db import new_public_id
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.quarter import Quarter
from app.core.reasons import Reason, reason
from app.core.refusals import said_by
from app.guardians.commands import SignAgreement
from app.guardians.models import Agreement, AgreementApplication, Guardianship
from app.guardians.queries.applications import find_live_application, has_withdrawn
from app.guardians.rules import NUMBER_PREFIX, Rank, latest_end, number_of
from app.guardians.rules.application import STEP_ROLES, WITHDRAWN_LATELY, ApplicationStep
from app.guardians.service.duty_follow import duty_period
from app.patients.models import Patient
from app.people.models import Person
from app.tasks.rules import TaskKind
from app.tasks.service import cancel_kind

GUARDS = {
    "guard_agreements_overlap_insert": "guardians.agreement.overlaps_now",
    "guard_agreements_overlap_update": "guardians.agreement.overlaps_now",
    "uq_agreements_number": "guardians.agreement.number_taken",
    "agreements.number": "guardians.agreement.number_taken",
}

Pair = tuple[Patient, SignAgreement]


def sign_agreement(
    session: Session,
    actor: Actor,
    patient: Patient,
    command: SignAgreement,
    now: datetime,
    application: AgreementApplication | None = None,
) -> Agreement:
    """Signed by the application that asks for it, or without any by an office that signs.

    Raises `Invalid` by field (too long, overlapping, number taken, no first guardian), `Conflict` past an application that is under
    way or that one has withdrawn oneself, `Forbidden` for one's own patient and for whoever signs only by an application.
    """
    if application is None:
        _refuse_past_application(session, actor, patient, now)
    return sign_agreements(session, actor, [(patient, command)], now)[0]


def sign_agreements(session: Session, actor: Actor, pairs: Sequence[Pair], now: datetime) -> list[Agreement]:
    """Many at once, in order; the first that cannot be refuses all."""
    patients = {patient.id: patient for patient, _ in pairs}
    guardianships = _guardianships(session, patients)
    standing = _standing(session, patients)
    _refuse_taken_numbers(session, [command.number for _, command in pairs if command.number])
    _refuse_dead(session, pairs)
    sequence = Counter({year: last_sequence(session, year) for year in {command.from_on.year for _, command in pairs}})
    agreements: list[Agreement] = []
    for patient, command in pairs:
        first, second = _signers(actor, guardianships.get(patient.id, []), command.from_on)
        _refuse_span(command, standing.get(patient.id, []))
        number = command.number or _next_number(sequence, command.from_on.year)
        agreement = _agreement(actor, patient, command, number, first, second, now)
        standing.setdefault(patient.id, []).append(agreement)
        agreements.append(agreement)
    number_rows(session, Agreement, agreements)
    with said_by(session, GUARDS):
        session.add_all(agreements)
    _close_renewals(session, actor, pairs, agreements, now)
    _note(session, actor, pairs, agreements, now)
    return agreements


def end_agreement(
    session: Session,
    actor: Actor,
    patient: Patient,
    agreement: Agreement,
    ended_on: date,
    because: Reason,
    now: datetime,
) -> None:
    """`ended_on` is the last day on which it held."""
    _refuse_own(actor, _guardianships(session, {patient.id: patient}).get(patient.id, []))
    if not agreement.from_on <= ended_on <= agreement.to_on:
        raise Invalid(
            {"ended_on": [reason("guardians.agreement.outside", from_on=agreement.from_on, to_on=agreement.to_on)]}
        )
    with said_by(session, GUARDS):
        agreement.ended_on, agreement.end_reason = ended_on, because.to_json()
    _cancel_checks(session, actor, patient, agreement, ended_on, now)
    note(
        session,
        actor,
        "guardians.agreement_ended",
        now=now,
        subject=("agreement", agreement.public_id),
        area_code=patient.area_code,
        detail={"reason": because.code, "ended_on": ended_on.isoformat()},
    )


def end_running(
    session: Session,
    actor: Actor,
    patient: Patient,
    guardianship: Guardianship,
    last: date,
    because: Reason,
    now: datetime,
) -> None:
    """The first guardian goes: the agreement signed as such holds to the day before; one that had not begun is withdrawn."""
    running = select(Agreement).where(
        Agreement.guardianship_id == guardianship.id,
        Agreement.withdrawn_at.is_(None),
        Agreement.to_on > last,
        or_(Agreement.ended_on.is_(None), Agreement.ended_on > last),
    )
    for agreement in session.scalars(running):
        if agreement.from_on > last:
            agreement.withdrawn_at = now
        else:
            agreement.ended_on = last
        agreement.end_reason = because.to_json()
        _cancel_checks(session, actor, patient, agreement, last, now)
        note(
            session,
            actor,
            "guardians.agreement_ended",
            now=now,
            subject=("agreement", agreement.public_id),
            area_code=patient.area_code,
            detail={"reason": because.code, "ended_on": last.isoformat()},
        )
    session.flush()


def _cancel_checks(
    session: Session, actor: Actor, patient: Patient, agreement: Agreement, last: date, now: datetime
) -> None:
    """No duty check is owed for quarters on none of whose days the agreement held."""
    first = max(agreement.from_on, last + timedelta(days=1))
    quarter = Quarter.of(first)
    if quarter.first_day < first and agreement.withdrawn_at is None:
        quarter = quarter.next()
    periods = []
    while quarter.first_day <= agreement.to_on:
        periods.append(duty_period(agreement.id, quarter))
        quarter = quarter.next()
    outcome = reason("guardians.duty.agreement_over", number=agreement.number)
    cancel_kind(session, actor, patient, TaskKind.DUTY_CHECK, outcome, now, periods=periods)


def last_sequence(session: Session, year: int) -> int:
    """The highest running number of a year's own numbers; foreign numbers do not count."""
    pattern = f"{NUMBER_PREFIX}-{year}-"
    highest = session.scalar(
        select(Agreement.number)
        .where(Agreement.number.startswith(pattern, autoescape=True))
        .order_by(func.length(Agreement.number).desc(), Agreement.number.desc())
        .limit(1)
    )
    tail = (highest or "").removeprefix(pattern)
    return int(tail) if tail.isdigit() and tail.isascii() else 0


def suggest_number(session: Session, year: int) -> str:
    """The next free number: `AHJH-2026-0001`."""
    return number_of(year, last_sequence(session, year) + 1)


def _next_number(sequence: Counter[int], year: int) -> str:
    sequence[year] += 1
    return number_of(year, sequence[year])


def _guardianships(session: Session, patients: dict[int, Patient]) -> dict[int, list[Guardianship]]:
    found: dict[int, list[Guardianship]] = {}
    for part in slices(patients):
        rows = select(Guardianship).where(Guardianship.patient_id.in_(part), Guardianship.withdrawn_at.is_(None))
        for guardianship in session.scalars(rows.order_by(Guardianship.from_on)):
            found.setdefault(guardianship.patient_id, []).append(guardianship)
    return found


def _standing(session: Session, patients: dict[int, Patient]) -> dict[int, list[Agreement]]:
    found: dict[int, list[Agreement]] = {}
    for part in slices(patients):
        rows = select(Agreement).where(Agreement.patient_id.in_(part), Agreement.withdrawn_at.is_(None))
        for agreement in session.scalars(rows):
            found.setdefault(agreement.patient_id, []).append(agreement)
    return found


def _signers(actor: Actor, guardianships: Sequence[Guardianship], on: date) -> tuple[Guardianship, Guardianship | None]:
    _refuse_own(actor, guardianships)
    held = {one.rank: one for one in guardianships if one.from_on <= on and (one.to_on is None or one.to_on > on)}
    if Rank.FIRST not in held:
        raise Invalid({"from_on": [reason("guardians.agreement.no_guardian")]})
    return held[Rank.FIRST], held.get(Rank.SECOND)


def _refuse_own(actor: Actor, guardianships: Sequence[Guardianship]) -> None:
    if actor.person_id is not None and any(one.person_id == actor.person_id for one in guardianships):
        raise Forbidden(reason("guardians.agreement.own"))


def _refuse_past_application(session: Session, actor: Actor, patient: Patient, now: datetime) -> None:
    """Without an application one hand alone signs: never the village's, nor the one that has just taken the family's application away."""
    if actor.role not in STEP_ROLES[ApplicationStep.SIGN]:
        raise Forbidden(reason("guardians.agreement.by_application"))
    if find_live_application(session, actor, patient) is not None:
        raise Conflict(reason("guardians.application.under_way"))
    if has_withdrawn(session, actor, patient, now - WITHDRAWN_LATELY):
        raise Conflict(reason("guardians.agreement.withdrew", days=WITHDRAWN_LATELY.days))


def _refuse_span(command: SignAgreement, standing: Sequence[Agreement]) -> None:
    if command.to_on < command.from_on:
        raise Invalid({"to_on": [reason("guardians.agreement.ends_before")]})
    latest = latest_end(command.from_on)
    if command.to_on > latest:
        raise Invalid({"to_on": [reason("guardians.agreement.too_long", latest=latest)]})
    for other in standing:
        last = other.ended_on or other.to_on
        if other.from_on <= command.to_on and last >= command.from_on:
            overlap = reason("guardians.agreement.overlaps", from_on=other.from_on, to_on=last, number=other.number)
            raise Invalid({"from_on": [overlap]})


def _refuse_taken_numbers(session: Session, numbers: Sequence[str]) -> None:
    if len(set(numbers)) < len(numbers):
        raise Invalid({"number": [reason("guardians.agreement.number_taken")]})
    for part in slices(numbers):
        if session.scalar(select(Agreement.id).where(Agreement.number.in_(part)).limit(1)) is not None:
            raise Invalid({"number": [reason("guardians.agreement.number_taken")]})


def _refuse_dead(session: Session, pairs: Sequence[Pair]) -> None:
    died: dict[int, date] = {}
    for part in slices({patient.person_id for patient, _ in pairs}):
        rows = select(Person.id, Person.died_on).where(Person.id.in_(part), Person.died_on.is_not(None))
        died.update({person_id: day for person_id, day in session.execute(rows) if day is not None})
    for patient, command in pairs:
        day = died.get(patient.person_id)
        if day is not None and day < command.from_on:
            raise Invalid({"from_on": [reason("guardians.agreement.dead", died_on=day)]})


def _agreement(
    actor: Actor,
    patient: Patient,
    command: SignAgreement,
    number: str,
    first: Guardianship,
    second: Guardianship | None,
    now: datetime,
) -> Agreement:
    return Agreement(
        public_id=command.public_id or new_public_id(),
        number=number,
        patient_id=patient.id,
        guardianship_id=first.id,
        second_guardianship_id=second.id if second else None,
        from_on=command.from_on,
        to_on=command.to_on,
        signed_on=command.signed_on,
        recorded_at=now,
        recorded_by=actor.user_id,
    )


def _close_renewals(
    session: Session, actor: Actor, pairs: Sequence[Pair], agreements: Sequence[Agreement], now: datetime
) -> None:
    """A new agreement is what a renewal task asked for."""
    if len(pairs) > 1:
        return  # opening data: no renewal can be open for a patient who has just come
    for (patient, _), agreement in zip(pairs, agreements, strict=True):
        signed = reason("guardians.renewed", number=agreement.number)
        cancel_kind(session, actor, patient, TaskKind.AGREEMENT_RENEWAL, signed, now)


def _note(
    session: Session, actor: Actor, pairs: Sequence[Pair], agreements: Sequence[Agreement], now: datetime
) -> None:
    if not agreements:
        return
    one = agreements[0] if len(agreements) == 1 else None
    note(
        session,
        actor,
        "guardians.agreement_signed",
        now=now,
        subject=("agreement", one.public_id if one else ""),
        area_code=pairs[0][0].area_code if one else "",
        count=len(agreements),
        changed=[[item.public_id, item.from_on.isoformat(), item.to_on.isoformat()] for item in agreements],
    )

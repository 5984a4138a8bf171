"""Community rehabilitation: a referral with consent, the place's answer, the start, months of attendance, the end."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.models import Agency, Area
from app.areas.rules import AreaLevel, is_within
from app.audit.service import note
from app.benefits.commands import KeepPlace, Refer
from app.benefits.labels import AIM_CODES
from app.benefits.models import RehabAttendance, RehabPlace, RehabReferral
from app.benefits.queries.rehab import (
    count_seated,
    find_month,
    find_open_referral,
    find_sent_referral,
    get_place,
    get_referral,
)
from app.benefits.queries.stays import may_refer
from app.benefits.rules.rehab import (
    ANSWER_DAYS,
    ANSWERS,
    CONSENT_LASTS_DAYS,
    ReferralRefusal,
    ReferralSource,
    ReferralState,
    RehabAim,
    RehabEnd,
    days_to_attend,
    month_of,
)
from app.benefits.service.gone import find_last_day
from app.benefits.service.telling import tell_place
from app.core.access import Action, require
from app.core.actor import Actor, Role
from app.core.calendar import load_workdays
from app.core.errors import Conflict, Invalid, NotFound
from app.core.reasons import Reason, reason
from app.core.refusals import said_by
from app.core.scope import within
from app.core.workdays import add_working_days
from app.patients.models import Patient
from app.patients.rules import RegistryStatus
from app.people.rules import check_phone_number

GUARDS = {
    "uq_rehab_places_area_code_name": "benefits.place.taken",
    "rehab_places.area_code": "benefits.place.taken",
    "uq_rehab_referrals_open": "benefits.referral.under_way",
    "rehab_referrals.patient_id": "benefits.referral.under_way",
    "guard_rehab_referrals_seats": "benefits.referral.full",
    "guard_rehab_referrals_state_move": "benefits.referral.moved",
}

_CALENDAR_SPAN = timedelta(days=60)


# -- places ------------------------------------------------------------------------------------------------------------


def keep_place(session: Session, actor: Actor, command: KeepPlace, now: datetime, public_id: str = "") -> RehabPlace:
    """A new place, or with a public id the one that is changed. Raises `Invalid` by field, `Conflict` for a name twice."""
    require(actor, Action.KEEP_REHAB_PLACES)
    place = get_place(session, actor, public_id, lock=True) if public_id else None
    agency = _agency(session, actor, command.agency)
    wrong: dict[str, list[Reason]] = {}
    area = session.get(Area, command.area_code) if is_within(command.area_code, actor.area_prefix) else None
    if area is None or area.level not in (AreaLevel.COUNTY, AreaLevel.TOWN):
        wrong["area_code"] = [reason("benefits.place.area")]
    if command.agency and agency is None:
        wrong["agency"] = [reason("benefits.office.other")]
    if command.phone and (found := check_phone_number(command.phone)):
        wrong["phone"] = list(found)
    seated = count_seated(session, place) if place is not None else 0
    if command.capacity < seated:
        wrong["capacity"] = [reason("benefits.place.seated", seated=seated)]
    if wrong:
        raise Invalid(wrong)
    if place is None:
        place = RehabPlace(recorded_at=now, recorded_by=actor.user_id)
    place.area_code, place.name, place.capacity = command.area_code, command.name.strip(), command.capacity
    place.agency_id = agency.id if agency else None
    place.address, place.phone = command.address.strip(), command.phone or None
    with said_by(session, GUARDS):
        session.add(place)
    subject = ("rehab_place", place.public_id)
    detail = {"capacity": place.capacity}
    note(session, actor, "benefits.place_kept", now=now, subject=subject, area_code=place.area_code, detail=detail)
    return place


def _agency(session: Session, actor: Actor, public_id: str) -> Agency | None:
    if not public_id:
        return None
    return session.scalars(
        select(Agency).where(Agency.public_id == public_id, within(Agency.area_code, actor))
    ).one_or_none()


# -- referrals ---------------------------------------------------------------------------------------------------------


def refer(
    session: Session, actor: Actor, patient: Patient, command: Refer, today: date, now: datetime
) -> RehabReferral:
    """With the consent of the patient or the guardian, and one at a time."""
    require(actor, Action.REFER_TO_REHAB)
    standing = find_sent_referral(session, actor, command.submission_key)
    if standing is not None:
        return standing
    if not may_refer(session, actor, patient):
        raise NotFound
    place = get_place(session, actor, command.place)
    wrong: dict[str, list[Reason]] = {}
    if patient.registry_status is not RegistryStatus.REGISTERED:
        wrong[""] = [reason("benefits.referral.not_registered")]
    if place.closed_on is not None:
        wrong["place"] = [reason("benefits.referral.closed_place")]
    if command.consented_on > today:
        wrong["consented_on"] = [reason("benefits.referral.consent_day")]
    elif (today - command.consented_on).days > CONSENT_LASTS_DAYS:
        wrong["consented_on"] = [reason("benefits.referral.consent_old", days=CONSENT_LASTS_DAYS)]
    if not command.aims:
        wrong["aims"] = [reason("benefits.referral.no_aims")]
    if wrong:
        raise Invalid(wrong)
    if find_open_referral(session, actor, patient) is not None:
        raise Conflict(reason("benefits.referral.under_way"))
    referral = RehabReferral(
        submission_key=command.submission_key,
        patient_id=patient.id,
        place_id=place.id,
        source=ReferralSource.HOSPITAL if actor.role is Role.HOSPITAL else command.source,
        consent=command.consent,
        consented_on=command.consented_on,
        referred_on=today,
        aims=_bits(command.aims),
        state=ReferralState.ASKED,
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    with said_by(session, GUARDS):
        session.add(referral)
    calendar = load_workdays(session, today, today + _CALENDAR_SPAN)
    tell_place(session, referral, place, add_working_days(today, ANSWER_DAYS, calendar).ends_on, now)
    _note(session, actor, "benefits.referral_asked", referral, patient, now)
    return referral


def answer(
    session: Session, actor: Actor, public_id: str, after: ReferralState, refusal: ReferralRefusal | None, now: datetime
) -> RehabReferral:
    """Accepted where a seat is free, else waiting; or refused with a reason."""
    require(actor, Action.ANSWER_REHAB)
    referral, place, patient = get_referral(session, actor, public_id, lock=True)
    if (referral.state, after) not in ANSWERS:
        raise Conflict(reason("benefits.referral.moved"))
    if after is ReferralState.ACCEPTED:
        get_place(session, actor, place.public_id, lock=True)
        if count_seated(session, place) >= place.capacity:
            raise Conflict(reason("benefits.referral.full"))
    referral.refusal = refusal
    referral.answered_at, referral.answered_by = now, actor.user_id
    return _moved(session, actor, referral, patient, after, now)


def withdraw_referral(session: Session, actor: Actor, public_id: str, now: datetime) -> RehabReferral:
    """The family thought better of it, before it began."""
    require(actor, Action.REFER_TO_REHAB)
    referral, _place, patient = get_referral(session, actor, public_id, lock=True)
    if referral.state not in (ReferralState.ASKED, ReferralState.WAITING, ReferralState.ACCEPTED):
        raise Conflict(reason("benefits.referral.moved"))
    return _moved(session, actor, referral, patient, ReferralState.WITHDRAWN, now)


def begin(session: Session, actor: Actor, public_id: str, on: date, today: date, now: datetime) -> RehabReferral:
    """The first day of attendance."""
    require(actor, Action.ANSWER_REHAB)
    referral, _place, patient = get_referral(session, actor, public_id, lock=True)
    if referral.state is not ReferralState.ACCEPTED:
        raise Conflict(reason("benefits.referral.moved"))
    if not referral.referred_on <= on <= today:
        raise Invalid({"started_on": [reason("benefits.referral.day", on=referral.referred_on)]})
    gone_after = find_last_day(session, patient)
    if gone_after is not None and on > gone_after:
        raise Invalid({"started_on": [reason("benefits.referral.gone", on=gone_after)]})
    referral.started_on = on
    return _moved(session, actor, referral, patient, ReferralState.ATTENDING, now)


def end(
    session: Session, actor: Actor, public_id: str, on: date, why: RehabEnd, today: date, now: datetime
) -> RehabReferral:
    """The last day of attendance, and why; the seat is free from then on."""
    require(actor, Action.ANSWER_REHAB)
    referral, _place, patient = get_referral(session, actor, public_id, lock=True)
    if referral.state is not ReferralState.ATTENDING:
        raise Conflict(reason("benefits.referral.moved"))
    since = referral.started_on or referral.referred_on
    if not since <= on <= today:
        raise Invalid({"ended_on": [reason("benefits.referral.day", on=since)]})
    referral.ended_on, referral.end_reason = on, why
    return _moved(session, actor, referral, patient, ReferralState.ENDED, now)


def record_month(
    session: Session, actor: Actor, public_id: str, month: date, days: int, today: date, now: datetime
) -> RehabAttendance:
    """So many days in a month; entered again, the later word counts."""
    require(actor, Action.ANSWER_REHAB)
    referral, _place, patient = get_referral(session, actor, public_id, lock=True)
    first = month_of(month)
    last = min(referral.ended_on or today, find_last_day(session, patient) or today)
    if referral.started_on is None or not month_of(referral.started_on) <= first <= month_of(last):
        raise Invalid({"month": [reason("benefits.attendance.month")]})
    most = days_to_attend(first, referral.started_on, last)
    if days > most:
        raise Invalid({"days": [reason("benefits.attendance.days", most=most)]})
    entered = find_month(session, referral, first)
    if entered is None:
        entered = RehabAttendance(referral_id=referral.id, month=first)
        session.add(entered)
    entered.days, entered.recorded_at, entered.recorded_by = days, now, actor.user_id or 0
    session.flush()
    _note(session, actor, "benefits.attendance_recorded", referral, patient, now)
    return entered


def _bits(aims: tuple[RehabAim, ...]) -> int:
    return sum(1 << (place - 1) for place, aim in AIM_CODES.items() if aim in aims)


def _moved(
    session: Session, actor: Actor, referral: RehabReferral, patient: Patient, after: ReferralState, now: datetime
) -> RehabReferral:
    referral.state = after
    with said_by(session, GUARDS):
        session.flush()
    _note(session, actor, f"benefits.referral_{after}", referral, patient, now)
    return referral


def _note(
    session: Session, actor: Actor, action: str, referral: RehabReferral, patient: Patient, now: datetime
) -> None:
    subject, detail = ("rehab_referral", referral.public_id), {"state": referral.state.value}
    note(session, actor, action, now=now, subject=subject, area_code=patient.area_code, detail=detail)

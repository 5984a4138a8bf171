"""Whose record it is, and whether it came before: a hospital's own number is one discharge, and a discharge has one number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.areas.models import Agency, AgencyKind
from app.areas.queries import place_of
from app.areas.rules import county_of
from app.core.actor import Actor, Role
from app.core.clock import SHANGHAI, business_day
from app.core.errors import Forbidden, Invalid, NotFound
from app.core.identity import normalise_id_number
from app.core.reasons import reason
from app.discharges.commands import SubmitDischarge
from app.discharges.models import Discharge, HandoverForm
from app.discharges.rules.numbers import issued
from app.discharges.rules.states import CloseReason, FormKind
from app.discharges.sealing import IDENTITY, differing, open_json
from app.people.models import Person
from app.people.vault import Vault

_AGREEING = 2  # of name, number, birth and day: one of them may be the slip that is being put right


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose numbers count: `key` is unique per hospital."""

    hospital_id: int | None
    name: str
    key: str
    county_code: str
    is_on_behalf: bool


def sender_of(session: Session, actor: Actor, hospital_name: str) -> Sender:
    """The actor's own hospital; for an office, the hospital that it names, by its account or by its name."""
    if actor.role is Role.HOSPITAL:
        own = session.get(Agency, actor.agency_id) if actor.agency_id else None
        if own is None or own.kind is not AgencyKind.HOSPITAL:
            raise Forbidden(reason("discharges.no_hospital"))
        return Sender(own.id, own.name, f"agency:{own.id}", county_of(own.area_code), is_on_behalf=False)
    name, county = hospital_name.strip(), county_of(place_of(actor))
    if not name:
        raise Invalid({"hospital_name": [reason("discharges.needed")]})
    known = session.scalars(
        select(Agency).where(Agency.kind == AgencyKind.HOSPITAL, Agency.name == name).order_by(Agency.id).limit(1)
    ).first()
    if known is not None:
        return Sender(known.id, known.name, f"agency:{known.id}", county, is_on_behalf=True)
    return Sender(None, name, f"name:{county}:{name}"[:130], county, is_on_behalf=True)


def lock_plan(session: Session, actor: Actor, public_id: str) -> Discharge:
    """A plan, or what became of it, of the actor's own hospital or office; raises `NotFound`."""
    query = select(Discharge).where(Discharge.public_id == public_id)
    if actor.role is Role.HOSPITAL:
        query = query.where(Discharge.hospital_id == actor.agency_id)
    else:
        query = query.where(Discharge.is_on_behalf, Discharge.county_code == county_of(place_of(actor)))
    plan = session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if plan is None:
        raise NotFound()
    return plan


# what stands open beside the sealed parts
_OPEN = (
    "admitted_on", "discharged_at", "discharge_type", "discharge_to", "risk_level", "behaviours",
    "is_law_30", "is_guardian_present", "is_guardian_phone_checked", "is_refused", "help_needed",
)  # fmt: skip


def numbered_anew(session: Session, vault: Vault, sender: Sender, said: SubmitDischarge) -> SubmitDischarge:
    """A record that was closed as entered wrongly stands; one that says something else comes under its number as the next issue."""
    number, issue = said.hospital_number, 1
    wrong = select(Discharge).where(
        Discharge.hospital_key == sender.key, Discharge.close_reason == CloseReason.WRONG_ENTRY
    )
    while standing := session.scalars(wrong.where(Discharge.hospital_number == issued(number, issue))).one_or_none():
        if not _differing(session, vault, standing, said):
            break
        issue += 1
    if issue == 1:
        return said
    # a system makes its key of the number: the issue has one of its own, however often it arrives
    return replace(said, hospital_number=issued(number, issue), submission_key=f"{said.submission_key[:32]}#{issue}")


def _differing(session: Session, vault: Vault, standing: Discharge, said: SubmitDischarge) -> list[str]:
    """Fields of which the record that stands says something else."""
    sent_to = _sent_to(session, standing)
    found = [one for one in _OPEN if getattr(standing, one) != getattr(said, one)]
    if session.get_one(Person, standing.person_id).name != said.name:
        found.append("name")
    if said.area_code != sent_to:
        found.append("area_code")
    elif standing.area_code == sent_to and standing.place != said.place:
        found.append("place")
    return found + differing(vault, standing, said)


def _sent_to(session: Session, standing: Discharge) -> str:
    """Where the hospital had sent the person, also after a move; the family's notice of the first round stays there."""
    first = select(HandoverForm.area_code).where(
        HandoverForm.discharge_id == standing.id, HandoverForm.kind == FormKind.GUARDIAN, HandoverForm.round == 1
    )
    return session.scalar(first) or standing.area_code


def find_sent(session: Session, vault: Vault, sender: Sender, said: SubmitDischarge) -> Discharge | None:
    """The record that stands under this number, or that came of this form. Raises `Invalid` as `refuse_otherwise` does."""
    own = select(Discharge).where(Discharge.hospital_key == sender.key, Discharge.submitted_at.is_not(None))
    standing = session.scalars(own.where(Discharge.hospital_number == said.hospital_number)).one_or_none()
    if standing is None:
        standing = session.scalars(own.where(Discharge.submission_key == said.submission_key)).one_or_none()
    if standing is not None:
        refuse_otherwise(session, vault, standing, said)
    return standing


def refuse_otherwise(session: Session, vault: Vault, standing: Discharge, said: SubmitDischarge) -> None:
    """What was sent stands, and a repetition says the same. `Invalid` by field where the number is another discharge's, and where
    something else is said of this one: nobody would act on it, so the sender has to know how it is put right."""
    if standing.hospital_number != said.hospital_number:
        raise Invalid({"hospital_number": [reason("discharges.sent_under", number=standing.hospital_number)]})
    if not is_same(session, vault, standing, said):
        raise Invalid({"hospital_number": [reason("discharges.number_taken")]})
    if fields := _differing(session, vault, standing, said):
        others = {name: [reason("discharges.differs")] for name in fields}
        raise Invalid({"hospital_number": [reason("discharges.sent_otherwise")], **others})


def stay_index(vault: Vault, sender: Sender, said: SubmitDischarge) -> bytes:
    """By which the database knows a second record of one discharge: hospital, day, and the person's number, else name and birth."""
    who = normalise_id_number(said.id_number) or f"{said.name}\0{said.born_on}"
    return vault.keyring.index("discharges.stay", f"{sender.key}\0{business_day(said.discharged_at)}\0{who}")


def refuse_second_number(session: Session, vault: Vault, sender: Sender, said: SubmitDischarge) -> None:
    """One discharge of one person is sent under one number; `Invalid` names the one that stands."""
    day = day_of(said.discharged_at)
    rows = session.scalars(
        select(Discharge)
        .join(Person, Person.id == Discharge.person_id)
        .where(
            Discharge.hospital_key == sender.key,
            Discharge.submitted_at.is_not(None),
            or_(Discharge.close_reason.is_(None), Discharge.close_reason != CloseReason.WRONG_ENTRY),
            Discharge.discharged_at >= day,
            Discharge.discharged_at < day + timedelta(days=1),
            Person.name == said.name,
        )
        .order_by(Discharge.id)
    )
    for standing in rows:
        if not _contradicts(vault, standing, said):
            raise Invalid({"hospital_number": [reason("discharges.sent_under", number=standing.hospital_number)]})


def day_of(at: datetime) -> datetime:
    """The first moment of its day."""
    return datetime.combine(business_day(at), time.min, SHANGHAI)


def is_same(session: Session, vault: Vault, standing: Discharge, said: SubmitDischarge) -> bool:
    """Two of name, number, birth and day agree: the same discharge, one of them written wrongly."""
    identity = open_json(vault, standing.person_id, IDENTITY, standing.identity_sealed) or {}
    agreeing = (
        session.get_one(Person, standing.person_id).name == said.name,
        bool(said.id_number) and identity.get("id_number") == said.id_number,
        said.born_on is not None and identity.get("born_on") == said.born_on.isoformat(),
        standing.discharged_at is not None and business_day(standing.discharged_at) == business_day(said.discharged_at),
    )
    return sum(map(bool, agreeing)) >= _AGREEING


def _contradicts(vault: Vault, standing: Discharge, said: SubmitDischarge) -> bool:
    """Somebody else of the same name, who left on the same day: another number, or another birth."""
    identity = open_json(vault, standing.person_id, IDENTITY, standing.identity_sealed) or {}
    number, born_on = identity.get("id_number"), identity.get("born_on")
    if number and said.id_number and number != said.id_number:
        return True
    return bool(born_on and said.born_on) and str(born_on) != str(said.born_on)

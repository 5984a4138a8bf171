"""What the sender asks: the next message, who its recipient is now, with which words and to which number."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.accounts.contacts import who_answers
from app.accounts.models import User
from app.areas.models import Agency, AgencyKind
from app.areas.rules import county_of, prefix_of
from app.core.phones import PhoneKind, check_phone
from app.core.scope import within_prefix
from app.guardians.models import Guardianship
from app.guardians.rules import Rank
from app.messages.models import ContactConsent, GatewayPause, Message, MessageEvent, MessageTemplate, StaffAddress
from app.messages.rules.kinds import MessageKind, MessageState, Recipient
from app.messages.rules.templates import TemplateState
from app.patients.models import Patient
from app.people.models import Person, Phone
from app.people.vault import Vault

COUNTRY = "+86"


@dataclass(frozen=True)
class Number:
    """A mobile number of a person, by its row, in E.164."""

    phone_id: int
    e164: str


def find_next(session: Session, now: datetime, kinds: Collection[MessageKind]) -> Message | None:
    """The message that has waited longest among those that may go now, locked; None when none may."""
    return session.scalar(
        select(Message)
        .where(text("messages.state = 'queued'"), Message.next_try_at <= now, Message.kind.in_(kinds))
        .order_by(Message.next_try_at, Message.id)
        .limit(1)
        .with_for_update(skip_locked=True)  # SQLite has one writer and leaves it out
    )


def find_claimed(session: Session, message_id: int, claim: str) -> Message | None:
    """The message while this claim of it holds, as stored now."""
    return session.scalar(
        select(Message)
        .where(Message.id == message_id, Message.claim == claim, Message.state == MessageState.CLAIMED)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def list_paused(session: Session, now: datetime) -> set[str]:
    """Gateways that are left alone for the time being."""
    return set(session.scalars(select(GatewayPause.gateway).where(GatewayPause.until > now)))


def find_guardianship(session: Session, patient_id: int, rank: Rank, today: date) -> Guardianship | None:
    """Who guards the patient today; a change that holds from a later day does not yet count, one entered late does."""
    return session.scalars(
        select(Guardianship)
        .where(
            Guardianship.patient_id == patient_id,
            Guardianship.rank == rank,
            Guardianship.from_on <= today,
            (Guardianship.to_on.is_(None)) | (Guardianship.to_on > today),
            Guardianship.withdrawn_at.is_(None),
        )
        .order_by(Guardianship.id.desc())
        .limit(1)
    ).first()


def find_consent(session: Session, patient_id: int, person_id: int) -> ContactConsent | None:
    """The agreement that holds now."""
    return session.scalars(
        select(ContactConsent).where(
            ContactConsent.patient_id == patient_id,
            ContactConsent.person_id == person_id,
            ContactConsent.ended_at.is_(None),
        )
    ).one_or_none()


def is_dead(session: Session, person_id: int) -> bool:
    return session.scalar(select(Person.died_on).where(Person.id == person_id)) is not None


def find_mobile(session: Session, vault: Vault, person_id: int) -> Number | None:
    """The person's main number where it is a mobile."""
    found = session.execute(
        select(Phone.id, Phone.number_sealed).where(Phone.person_id == person_id, Phone.is_main)
    ).one_or_none()
    if found is None:
        return None
    checked = check_phone(vault.open(person_id, "phones.number", found.number_sealed) or "")
    return Number(found.id, COUNTRY + checked.number) if checked.kind is PhoneKind.MOBILE else None


def is_other_number(session: Session, consent: ContactConsent, phone_id: int) -> bool:
    """Whether texts under this agreement went to another number than the person has now: nobody has said yet that the new one is theirs."""
    last = session.scalar(
        select(Message.phone_id)
        .join(Phone, Phone.id == Message.phone_id)
        .where(
            Phone.person_id == consent.person_id,
            Message.patient_id == consent.patient_id,
            Message.claimed_at >= consent.given_at,
        )
        .order_by(Message.claimed_at.desc(), Message.id.desc())
        .limit(1)
    )
    return last is not None and last != phone_id


def find_number(session: Session, vault: Vault, phone_id: int) -> str | None:
    """The number that a message went to, in E.164; None when its row is gone."""
    phone = session.get(Phone, phone_id)
    if phone is None:
        return None
    return COUNTRY + check_phone(vault.open(phone.person_id, "phones.number", phone.number_sealed) or "").number


def find_approved(session: Session, area_code: str, kind: MessageKind) -> MessageTemplate | None:
    """The county's words for this kind."""
    return session.scalars(
        select(MessageTemplate).where(
            MessageTemplate.county_code == county_of(area_code),
            MessageTemplate.kind == kind,
            MessageTemplate.state == TemplateState.APPROVED,
        )
    ).one_or_none()


def find_callback_number(session: Session, message: Message) -> str | None:
    """An office's number for questions: the one that answers for the patient, else the county's office."""
    own = select(Agency.phone).join(Patient, Patient.agency_id == Agency.id).where(Patient.id == message.patient_id)
    found = session.scalar(own) if message.patient_id else None
    if not found:
        county = within_prefix(Agency.area_code, prefix_of(county_of(message.area_code)))
        office = select(Agency.phone).where(county, Agency.kind == AgencyKind.COUNTY_OFFICE, Agency.phone.is_not(None))
        found = session.scalar(office.order_by(Agency.id).limit(1))
    return found if found and check_phone(found).valid else None


def list_names(session: Session, patient_id: int | None) -> Sequence[str]:
    """Names that may not stand in a message about this patient: the patient's and every guardian's."""
    if patient_id is None:
        return ()
    people = (
        select(Patient.person_id)
        .where(Patient.id == patient_id)
        .union(select(Guardianship.person_id).where(Guardianship.patient_id == patient_id))
    )
    return session.scalars(select(Person.name).where(Person.id.in_(people))).all()


def list_staff(session: Session, message: Message, today: date) -> Sequence[User]:
    """Whom an alert is for now, the first to be told first; nobody where an office has no account left."""
    if message.recipient is Recipient.USER:
        wanted = [message.recipient_id]
    else:
        where = message.recipient_id if message.recipient is Recipient.AGENCY else message.area_code
        wanted = [named.user_id for named in who_answers(session, where, today)]
    users = {user.id: user for user in session.scalars(select(User).where(User.id.in_(wanted), ~User.is_disabled))}
    return [users[user_id] for user_id in wanted if user_id in users]


def find_address(session: Session, users: Collection[User]) -> tuple[User, str] | None:
    """The first of them who left an address."""
    addresses = {
        row.user_id: row.email
        for row in session.scalars(select(StaffAddress).where(StaffAddress.user_id.in_([user.id for user in users])))
    }
    return next(((user, addresses[user.id]) for user in users if user.id in addresses), None)


def list_other_ids(session: Session, message: Message) -> frozenset[str]:
    """Provider's ids of other messages to the same number: on its list, those are not this one."""
    ids = session.scalars(
        select(Message.provider_id).where(
            Message.phone_id == message.phone_id, Message.id != message.id, Message.provider_id.is_not(None)
        )
    )
    return frozenset(one for one in ids if one)


def has_unknown_twin(session: Session, message: Message) -> bool:
    """Another message to the same number is unknown as well: what the list shows could be either."""
    twin = select(Message.id).where(
        Message.phone_id == message.phone_id,
        Message.id != message.id,
        Message.state.in_((MessageState.UNKNOWN, MessageState.CLAIMED)),
        Message.provider_id.is_(None),
    )
    return session.scalar(twin.limit(1)) is not None


def is_noted(session: Session, message: Message, status: str) -> bool:
    """Whether an event of this status stands."""
    noted = select(MessageEvent.id).where(MessageEvent.message_id == message.id, MessageEvent.status == status)
    return session.scalar(noted) is not None

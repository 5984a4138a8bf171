"""Guardians and agreements of a patient, as a role may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.identity import last4, mask_id, mask_phone
from app.core.scope import within
from app.guardians.models import Agreement, Guardianship
from app.guardians.queries.applications import is_asked
from app.guardians.rules import AgreementState, LegalBasis, Rank, Relation, agreement_state, last_day
from app.patients.models import Patient
from app.patients.queries import Masked, get_patient
from app.people.models import AccountKind, PayeeAccount, Person
from app.people.queries import list_main_phones
from app.people.vault import Vault
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind, kinds_for


@dataclass(frozen=True)
class AccountCard:
    """An account by its last four; the whole number leaves only inside a pay file."""

    kind: AccountKind
    bank_name: str
    last4: str
    from_on: date


@dataclass(frozen=True)
class GuardianCard:
    """One guardianship with what the role may see of the guardian."""

    guardianship_id: int
    public_id: str
    person_id: int
    person_public_id: str
    rank: Rank
    relation: Relation
    legal_basis: LegalBasis
    name: str
    post: str | None
    lives_together: bool | None
    from_on: date
    to_on: date | None
    end_reason: dict[str, object] | None
    phone: Masked | None
    id_number: Masked | None
    account: AccountCard | None

    @property
    def is_present(self) -> bool:
        return self.to_on is None


@dataclass(frozen=True)
class AgreementRow:
    """An agreement with the last day on which it holds, a death of the patient read in."""

    public_id: str
    number: str
    guardian: str
    second_guardian: str | None
    from_on: date
    to_on: date
    signed_on: date | None
    ended_on: date | None
    end_reason: dict[str, object] | None
    last_day: date
    state: AgreementState
    # a renewal is open for it
    is_to_renew: bool = False


def get_guarded_patient(session: Session, actor: Actor, public_id: str) -> Patient:
    """The patient whose guardians the actor keeps.

    A role that sees even guardians only on an open task (village worker) finds a patient only while such a task is open; all
    others answer `NotFound`, as for somebody who does not exist.
    """
    patient = get_patient(session, actor, public_id)
    if sees(actor, Field.GUARDIAN_NAME) is Grant.TASK and not has_task(session, actor, patient):
        raise NotFound()
    return patient


def may_name(session: Session, actor: Actor, patient: Patient) -> bool:
    """Whether the role may read the patient's name now, masked or whole: a town may while a task of its own is open."""
    grant = sees(actor, Field.PATIENT_NAME)
    return has_task(session, actor, patient) if grant is Grant.TASK else grant is not Grant.NONE


def list_guardians(session: Session, actor: Actor, vault: Vault, patient: Patient) -> list[GuardianCard]:
    """Present guardians first (first, second), then former ones; empty for roles that see no guardian."""
    if sees(actor, Field.GUARDIAN_NAME) is Grant.NONE:
        return []
    rows = session.execute(
        select(Guardianship, Person)
        .join(Person, Person.id == Guardianship.person_id)
        .where(Guardianship.patient_id == patient.id, Guardianship.withdrawn_at.is_(None))
        .order_by(Guardianship.to_on.is_not(None), Guardianship.rank, Guardianship.from_on.desc())
    ).all()
    person_ids = {person.id for _, person in rows}
    phones = _phones(session, actor, vault, person_ids)
    accounts = _accounts(session, actor, vault, person_ids)
    return [
        _card(actor, vault, guardianship, person, phones.get(person.id), accounts.get(person.id))
        for guardianship, person in rows
    ]


def list_agreements(session: Session, actor: Actor, patient: Patient, today: date) -> list[AgreementRow]:
    """The newest first; empty for roles that see no guardian."""
    if sees(actor, Field.GUARDIAN_NAME) is Grant.NONE:
        return []
    agreements = session.scalars(
        select(Agreement)
        .where(Agreement.patient_id == patient.id, Agreement.withdrawn_at.is_(None))
        .order_by(Agreement.from_on.desc())
    ).all()
    links = {one.guardianship_id for one in agreements} | {one.second_guardianship_id for one in agreements}
    names = dict(
        session.execute(
            select(Guardianship.id, Person.name)
            .join(Person, Person.id == Guardianship.person_id)
            .where(Guardianship.id.in_(links - {None}))
        ).all()
    )
    died_on = session.scalar(select(Person.died_on).where(Person.id == patient.person_id))
    to_renew = _periods_to_renew(session, actor, patient)
    return [_agreement_row(one, names, died_on, today, renewal_of(one) in to_renew) for one in agreements]


def renewal_of(agreement: Agreement) -> str:
    """The period of an agreement's renewal task, as the sweep writes it."""
    return f"agreement:{agreement.id}"


def find_renewal(session: Session, actor: Actor, agreement: Agreement) -> Task | None:
    """The open duty to renew this agreement."""
    return session.scalar(
        select(Task).where(
            Task.patient_id == agreement.patient_id,
            Task.kind == TaskKind.AGREEMENT_RENEWAL,
            Task.period == renewal_of(agreement),
            Task.state == TaskState.OPEN,
            within(Task.area_code, actor),
        )
    )


def list_guards(session: Session, actor: Actor, patient: Patient) -> set[int]:
    """The people who guard a patient now or did."""
    guards = (
        select(Guardianship.person_id)
        .join(Patient, Patient.id == Guardianship.patient_id)
        .where(Patient.id == patient.id, within(Patient.area_code, actor), Guardianship.withdrawn_at.is_(None))
    )
    return set(session.scalars(guards))


def _periods_to_renew(session: Session, actor: Actor, patient: Patient) -> set[str]:
    if TaskKind.AGREEMENT_RENEWAL not in kinds_for(actor.role):
        return set()
    open_ones = select(Task.period).where(
        Task.patient_id == patient.id, Task.kind == TaskKind.AGREEMENT_RENEWAL, Task.state == TaskState.OPEN
    )
    return set(session.scalars(open_ones))


def get_agreement(session: Session, actor: Actor, patient: Patient, public_id: str) -> Agreement:
    agreement = session.scalars(
        select(Agreement)
        .join(Patient, Patient.id == Agreement.patient_id)
        .where(
            Agreement.public_id == public_id,
            Agreement.patient_id == patient.id,
            Agreement.withdrawn_at.is_(None),
            within(Patient.area_code, actor),
        )
    ).one_or_none()
    if agreement is None:
        raise NotFound()
    return agreement


def has_task(session: Session, actor: Actor, patient: Patient) -> bool:
    """Whether a task of the patient's or an application of the family waits for this role."""
    addressed = select(Task.id).where(
        Task.patient_id == patient.id, Task.state == TaskState.OPEN, Task.kind.in_(kinds_for(actor.role))
    )
    return session.scalar(addressed.limit(1)) is not None or is_asked(session, actor, patient)


def _phones(session: Session, actor: Actor, vault: Vault, person_ids: set[int]) -> dict[int, Masked]:
    grant = sees(actor, Field.GUARDIAN_PHONE)
    if grant is Grant.NONE:
        return {}
    numbers = list_main_phones(session, vault, person_ids)
    if grant is Grant.LAST_FOUR:
        return {person_id: Masked(last4(number), False) for person_id, number in numbers.items()}
    if grant is Grant.MASKED:
        return {person_id: Masked(mask_phone(number), True) for person_id, number in numbers.items()}
    return {person_id: Masked(number, False) for person_id, number in numbers.items()}


def _accounts(session: Session, actor: Actor, vault: Vault, person_ids: set[int]) -> dict[int, AccountCard]:
    if sees(actor, Field.PAYEE_ACCOUNT) is not Grant.LAST_FOUR:
        return {}
    rows = session.scalars(
        select(PayeeAccount).where(PayeeAccount.person_id.in_(person_ids), PayeeAccount.to_on.is_(None))
    ).all()
    vault.warm(row.person_id for row in rows)
    return {
        row.person_id: AccountCard(
            row.kind,
            row.bank_name,
            last4(vault.open(row.person_id, "payee_accounts.number", row.number_sealed) or ""),
            row.from_on,
        )
        for row in rows
    }


def _card(
    actor: Actor,
    vault: Vault,
    guardianship: Guardianship,
    person: Person,
    phone: Masked | None,
    account: AccountCard | None,
) -> GuardianCard:
    return GuardianCard(
        guardianship_id=guardianship.id,
        public_id=guardianship.public_id,
        person_id=person.id,
        person_public_id=person.public_id,
        rank=guardianship.rank,
        relation=guardianship.relation,
        legal_basis=guardianship.legal_basis,
        name=person.name,
        post=guardianship.post,
        lives_together=guardianship.lives_together,
        from_on=guardianship.from_on,
        to_on=guardianship.to_on,
        end_reason=guardianship.end_reason,
        phone=phone,
        id_number=_id_number(actor, vault, person),
        account=account,
    )


def _id_number(actor: Actor, vault: Vault, person: Person) -> Masked | None:
    grant = sees(actor, Field.GUARDIAN_ID_NUMBER)
    if grant not in (Grant.FULL, Grant.MASKED, Grant.LAST_FOUR) or person.id_number_sealed is None:
        return None
    number = vault.open(person.id, "people.id_number", person.id_number_sealed) or ""
    if grant is Grant.LAST_FOUR:
        return Masked(last4(number), False)
    return Masked(mask_id(number), True) if grant is Grant.MASKED else Masked(number, False)


def _agreement_row(
    agreement: Agreement, names: dict[int, str], died_on: date | None, today: date, is_to_renew: bool
) -> AgreementRow:
    last = last_day(agreement.to_on, agreement.ended_on, died_on)
    return AgreementRow(
        public_id=agreement.public_id,
        number=agreement.number,
        guardian=names.get(agreement.guardianship_id, ""),
        second_guardian=names.get(agreement.second_guardianship_id or 0),
        from_on=agreement.from_on,
        to_on=agreement.to_on,
        signed_on=agreement.signed_on,
        ended_on=agreement.ended_on,
        end_reason=agreement.end_reason,
        last_day=last,
        state=agreement_state(agreement.from_on, last, today),
        is_to_renew=is_to_renew,
    )


def find_kept_twice(session: Session, patient: Patient, public_id: str) -> bool:
    """Whether a form with this key has been stored for the patient already."""
    kept = (
        select(table.id).where(table.public_id == public_id, table.patient_id == patient.id).limit(1)
        for table in (Guardianship, Agreement)
    )
    return any(session.scalar(one) is not None for one in kept)

"""What the register already holds of the people on a roster, in a few statements; and the imports of the past."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.rules import is_within
from app.core.actor import Actor
from app.core.batches import slices
from app.core.crypto import Keyring
from app.core.errors import NotFound
from app.core.models import KeptFile
from app.core.scope import within
from app.guardians.models import Agreement, Guardianship
from app.guardians.rules import Rank
from app.patients.models import Consent, Patient
from app.patients.rules import NOT_LIVE, ConsentKind
from app.people.models import PayeeAccount, Person, Phone
from app.people.queries import ACCOUNT, PHONE, find_ids_by_id_numbers, list_people
from app.roster.models import ImportRow, RosterImport
from app.roster.rules.entry import GuardianPart, PersonPart, RosterRow
from app.roster.rules.places import AreaIndex, AreaNode
from app.visits.models import FollowUpVisit

RECENT = 20
ROSTER_KIND = "roster"
VISITS_KIND = "visits"

OfficerKey = tuple[str, str, str]


@dataclass
class Register:
    """What is stored of everybody on a list of rows. Keys are row ids; numbers are as written in the rows."""

    person_ids: dict[str, int] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    # person id → live registration, wherever it is
    patients: dict[int, Patient] = field(default_factory=dict)
    # people who are an open first guardian of somebody
    first_guardians: set[int] = field(default_factory=set)
    guardianships: dict[tuple[int, Rank], Guardianship] = field(default_factory=dict)
    agreements: dict[str, Agreement] = field(default_factory=dict)
    agreements_of: dict[int, list[Agreement]] = field(default_factory=dict)
    accounts: dict[int, PayeeAccount] = field(default_factory=dict)
    with_phone: set[int] = field(default_factory=set)
    with_consent: set[int] = field(default_factory=set)
    # (name, phone, post) → person, for second guardians without a number
    officers: dict[OfficerKey, int] = field(default_factory=dict)

    def person_of(self, part: PersonPart) -> Person | None:
        person_id = self.person_ids.get(part.id_number) if part.id_number else None
        return self.people.get(person_id) if person_id else None

    def patient_of(self, part: PersonPart) -> Patient | None:
        person = self.person_of(part)
        return self.patients.get(person.id) if person else None

    def guardian_id(self, part: GuardianPart) -> int | None:
        """The stored person behind a guardian of the roster, by number, or by name, telephone and post."""
        if part.person.id_number:
            return self.person_ids.get(part.person.id_number)
        return next((self.officers[key] for key in officer_keys(part) if key in self.officers), None)


def officer_keys(part: GuardianPart) -> list[OfficerKey]:
    return [(part.person.name, phone, part.post) for phone in part.person.phones]


def load_register(session: Session, keyring: Keyring, rows: Sequence[RosterRow]) -> Register:
    """Everything stored of the people, agreements and accounts that these rows name."""
    register = Register()
    guardians = [part for row in rows for part in (row.first, row.second) if part]
    numbers = {row.patient.id_number for row in rows} | {part.person.id_number for part in guardians}
    register.person_ids = find_ids_by_id_numbers(session, keyring, sorted(numbers - {""}))
    _load_officers(session, keyring, register, [part for part in guardians if not part.person.id_number])
    people = set(register.person_ids.values()) | set(register.officers.values())
    register.people = list_people(session, people)
    _load_patients(session, register, people)
    _load_guardianships(session, register)
    _load_agreements(session, register, [row.agreement.number for row in rows if row.agreement])
    guarded_by = {one.person_id for one in register.guardianships.values()}
    register.people.update(list_people(session, guarded_by - register.people.keys()))
    for part in slices(people | guarded_by):
        accounts = select(PayeeAccount).where(PayeeAccount.person_id.in_(part), PayeeAccount.to_on.is_(None))
        register.accounts.update({one.person_id: one for one in session.scalars(accounts)})
        register.with_phone.update(session.scalars(select(Phone.person_id).where(Phone.person_id.in_(part))))
    return register


def _load_officers(session: Session, keyring: Keyring, register: Register, parts: Sequence[GuardianPart]) -> None:
    """Second guardians without an ID number are known by name, telephone and post together."""
    by_index: dict[bytes, str] = {}
    for phone in {phone for part in parts for phone in part.person.phones}:
        by_index.update(dict.fromkeys(keyring.indexes(PHONE, phone), phone))
    for some in slices(by_index):
        found = session.execute(
            select(Person.name, Phone.number_index, Person.post, Person.id)
            .join(Phone, Phone.person_id == Person.id)
            .where(Phone.number_index.in_(some))
            .order_by(Person.id.desc())
        )
        register.officers.update({(name, by_index[index], post or ""): at for name, index, post, at in found})


def _load_patients(session: Session, register: Register, people: Iterable[int]) -> None:
    for part in slices(people):
        live = select(Patient).where(Patient.person_id.in_(part), Patient.registry_status.not_in(NOT_LIVE))
        register.patients.update({one.person_id: one for one in session.scalars(live)})
        guards = select(Guardianship.person_id).where(
            Guardianship.person_id.in_(part),
            Guardianship.rank == Rank.FIRST,
            Guardianship.to_on.is_(None),
            Guardianship.withdrawn_at.is_(None),
        )
        register.first_guardians.update(session.scalars(guards))
    for part in slices(one.id for one in register.patients.values()):
        consents = select(Consent.patient_id).where(
            Consent.patient_id.in_(part),
            Consent.kind == ConsentKind.COMMUNITY_MANAGEMENT,
            Consent.to_on.is_(None),
            Consent.withdrawn_at.is_(None),
        )
        register.with_consent.update(session.scalars(consents))


def _load_guardianships(session: Session, register: Register) -> None:
    for part in slices(one.id for one in register.patients.values()):
        open_ones = select(Guardianship).where(
            Guardianship.patient_id.in_(part), Guardianship.to_on.is_(None), Guardianship.withdrawn_at.is_(None)
        )
        register.guardianships.update({(one.patient_id, one.rank): one for one in session.scalars(open_ones)})


def _load_agreements(session: Session, register: Register, numbers: Iterable[str]) -> None:
    for some in slices(numbers):
        found = select(Agreement).where(Agreement.number.in_(some))
        register.agreements.update({one.number: one for one in session.scalars(found)})
    for part in slices(one.id for one in register.patients.values()):
        standing = select(Agreement).where(Agreement.patient_id.in_(part), Agreement.withdrawn_at.is_(None))
        for one in session.scalars(standing):
            register.agreements_of.setdefault(one.patient_id, []).append(one)


def is_same_account(keyring: Keyring, account: PayeeAccount, number: str) -> bool:
    return account.number_index in keyring.indexes(ACCOUNT, number)


def area_index(session: Session, actor: Actor) -> AreaIndex:
    """The area tree of the actor's county, town or village, with what stands above it."""
    prefix = actor.area_prefix
    rows = session.execute(select(Area.code, Area.name))
    return AreaIndex(
        AreaNode(code, name)
        for code, name in rows
        if is_within(code, prefix) or (prefix and is_within(prefix, code.rstrip("0"))) or code == prefix.ljust(12, "0")
    )


def patients_imported_from(session: Session, file_sha256: str) -> set[int]:
    """Patients whom an earlier import of the same file has already taken care of."""
    taken = (
        select(ImportRow.patient_id)
        .join(RosterImport, RosterImport.id == ImportRow.import_id)
        .where(RosterImport.file_sha256 == file_sha256, ImportRow.patient_id.is_not(None))
    )
    return {patient_id for patient_id in session.scalars(taken) if patient_id is not None}


def list_imports(session: Session, actor: Actor, kind: str) -> list[RosterImport]:
    """The last imports of a kind of list in the actor's area, the newest first."""
    found = select(RosterImport).where(RosterImport.kind == kind, within(RosterImport.area_code, actor))
    return list(session.scalars(found.order_by(RosterImport.id.desc()).limit(RECENT)))


def get_import(session: Session, actor: Actor, public_id: str, kind: str) -> RosterImport:
    found = session.scalar(
        select(RosterImport).where(
            RosterImport.public_id == public_id, RosterImport.kind == kind, within(RosterImport.area_code, actor)
        )
    )
    if found is None:
        raise NotFound
    return found


def get_rejects_file(session: Session, roster_import: RosterImport) -> KeptFile:
    """The workbook of an import's refused rows; NotFound where there were none or it has been purged."""
    file = session.get(KeptFile, roster_import.rejects_file_id) if roster_import.rejects_file_id else None
    if file is None:
        raise NotFound
    return file


def list_rows_with_remarks(session: Session, roster_import: RosterImport, most: int = 500) -> list[ImportRow]:
    """Rows that were refused or hold changes for a person to decide, in order."""
    rows = select(ImportRow).where(ImportRow.import_id == roster_import.id, ImportRow.remarks != [])
    return list(session.scalars(rows.order_by(ImportRow.id).limit(most)))


def list_visited(session: Session, actor: Actor, visits: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Public id of a visit → (public id of its patient, name), of the actor's patients."""
    found: dict[str, tuple[str, str]] = {}
    for part in slices(visits):
        rows = session.execute(
            select(FollowUpVisit.public_id, Patient.public_id, Person.name)
            .join(Patient, Patient.id == FollowUpVisit.patient_id)
            .join(Person, Person.id == Patient.person_id)
            .where(FollowUpVisit.public_id.in_(part), within(Patient.area_code, actor))
        )
        found.update({visit: (patient, name) for visit, patient, name in rows})
    return found

"""The county's first day: places, offices, accounts, and the roster with which it began. Batches of the rooms' own use cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from sqlalchemy.orm import Session

from app.accounts.commands import NewUser
from app.accounts.service import create_user
from app.accounts.sessions import actor_of
from app.areas.models import Agency, AgencyKind
from app.areas.service import import_areas
from app.core.actor import Actor
from app.core.batches import slices
from app.core.dates import add_months
from app.core.identity import IdKind
from app.core.passwords import Passwords
from app.desk.demo import places
from app.desk.demo.moments import Moments
from app.desk.demo.papers import Papers
from app.desk.demo.plan import Life, Plan
from app.desk.demo.population import Kin, Officer, Resident
from app.guardians.commands import AddGuardian
from app.guardians.rules import LegalBasis, Rank, Relation
from app.guardians.service import add_guardians
from app.patients.commands import ConsentDraft, DiagnosisDraft, RegisterPatient
from app.patients.models import Patient
from app.patients.rules import ManagementStatus
from app.patients.service import register_patients
from app.people.commands import AccountDraft, PersonDraft
from app.people.service import create_people
from app.people.vault import Vault
from app.visits.commands import OpeningVisit
from app.visits.service import record_opening_visits

BATCH = 250
Say = Callable[[str], None]


@dataclass
class County:
    """Who and what stands in the database: actors by account name, agencies, officers by citizen number, patients by number."""

    actors: dict[str, Actor] = field(default_factory=dict)
    agencies: dict[tuple[AgencyKind, str], int] = field(default_factory=dict)
    officers: dict[str, int] = field(default_factory=dict)
    patients: dict[int, int] = field(default_factory=dict)

    def doctor_of(self, resident: Resident) -> Actor:
        return self.actors[places.doctor_of(resident.village.town)]

    def lead_of(self, resident: Resident) -> Actor:
        return self.actors[places.lead_of(resident.village.town)]

    def patient(self, session: Session, life: Life) -> Patient:
        return session.get_one(Patient, self.patients[life.resident.number])


def found_county(session: Session, passwords: Passwords, seed: int, now: datetime) -> County:
    """Areas, agencies with invented telephones, one account a role and a doctor and a lead in each town."""
    import_areas(session, places.area_file())
    county = County(agencies=_agencies(session, seed))
    for account in places.accounts():
        user = create_user(
            session,
            passwords,
            Actor.operator(),
            NewUser(
                name=account.name,
                display_name=account.display_name,
                role=account.role,
                area_code=account.area_code,
                password=places.PASSWORD,
                agency_id=county.agencies[account.office, account.area_code],
            ),
            now,
        )
        county.actors[account.name] = actor_of(user)
    return county


def open_register(session: Session, vault: Vault, county: County, plan: Plan, moments: Moments, say: Say) -> None:
    """The roster of the first day: patients, guardians, the last visit before, and when the next one is due."""
    began_on = plan.calendar.began_on
    now = moments.on(began_on)
    _store_officers(session, vault, county, plan.population.officers, now)
    opening = [life for life in plan.lives if life.resident.is_opening]
    for done, part in enumerate(slices(opening, BATCH), start=1):
        register(session, vault, county, part, moments, began_on)
        say(f"  {min(done * BATCH, len(opening))} of {len(opening)} patients on the first roster")
    actor = county.actors["county_office"]
    rows = [visit for life in opening if (visit := _opening_visit(county, life))]
    record_opening_visits(session, rows, actor, now)
    session.flush()


def register(
    session: Session, vault: Vault, county: County, lives: Sequence[Life], moments: Moments, day: date
) -> None:
    """Patients entered on one day (the first day's roster, or those diagnosed of late) with their guardians."""
    actor, now = county.actors["county_office"], moments.on(day)
    patients = register_patients(session, vault, actor, [_registration(county, life) for life in lives], day, now)
    pairs: list[tuple[Patient, AddGuardian]] = []
    for life, patient in zip(lives, patients, strict=True):
        county.patients[life.resident.number] = patient.id
        pairs += [(patient, command) for command in _guardian_commands(county, life)]
    add_guardians(session, vault, actor, pairs, now)
    session.flush()
    session.expire_all()


def _agencies(session: Session, seed: int) -> dict[tuple[AgencyKind, str], int]:
    papers = Papers(Random(f"{seed}:offices"))  # noqa: S311  # invention, not secrecy
    agencies = [
        Agency(name=office.name, kind=office.kind, area_code=office.area_code, phone=papers.landline())
        for office in places.offices()
    ]
    session.add_all(agencies)
    session.flush()
    return {(agency.kind, agency.area_code): agency.id for agency in agencies}


def _store_officers(session: Session, vault: Vault, county: County, officers: Sequence[Officer], now: datetime) -> None:
    drafts = [
        PersonDraft(
            name=officer.name,
            sex=officer.sex,
            born_on=officer.born_on,
            id_kind=IdKind.RESIDENT_CARD,
            id_number=officer.id_number,
            phone=officer.phone,
            post=officer.post,
        )
        for officer in officers
    ]
    stored = create_people(session, vault, drafts, now)
    county.officers = {officer.id_number: person.id for officer, person in zip(officers, stored, strict=True)}


def _registration(county: County, life: Life) -> RegisterPatient:
    resident = life.resident
    return RegisterPatient(
        area_code=resident.village.code,
        person=PersonDraft(
            name=resident.name,
            sex=resident.sex,
            born_on=resident.born_on,
            id_kind=IdKind.RESIDENT_CARD if resident.id_number else IdKind.NONE,
            id_number=resident.id_number,
            phone=resident.phone,
        ),
        registered_on=resident.registered_on,
        management_status=life.management,
        care_setting=life.care,
        diagnosis=DiagnosisDraft(
            resident.category, resident.icd10, resident.hospital, f"{resident.diagnosed_on:%Y-%m-%d}"
        ),
        consent=_consent(life),
        record_number=f"{resident.village.code[-3:]}-{resident.number + 1:05d}",
        address=resident.address,
        supplement=resident.supplement,
        doctor_id=county.doctor_of(resident).user_id,
        is_opening=resident.is_opening,
    )


def _consent(life: Life) -> ConsentDraft | None:
    if life.management is ManagementStatus.PENDING_CONSENT:
        return None
    signer = "guardian" if life.resident.guardian else "patient"
    is_agreed = life.management is ManagementStatus.MANAGED
    return ConsentDraft(from_on=life.resident.registered_on, is_agreed=is_agreed, signer=signer)


def _guardian_commands(county: County, life: Life) -> list[AddGuardian]:
    resident = life.resident
    second = AddGuardian(
        rank=Rank.SECOND,
        relation=Relation.OFFICER,
        from_on=resident.registered_on,
        person_id=county.officers[resident.second.id_number],
        legal_basis=LegalBasis.POST,
        post=resident.second.post,
        lives_together=False,
    )
    return [_first_guardian(life, resident.guardian), second] if resident.guardian else [second]


def _first_guardian(life: Life, kin: Kin) -> AddGuardian:
    since = life.resident.registered_on
    account = AccountDraft(
        kind=kin.account_kind,
        number=kin.account_number,
        from_on=since,
        bank_name=kin.bank,
        is_opening=life.resident.is_opening,
    )
    return AddGuardian(
        rank=Rank.FIRST,
        relation=kin.relation,
        from_on=max(since, add_months(kin.born_on, 18 * 12)),
        person=PersonDraft(
            name=kin.name,
            sex=kin.sex,
            born_on=kin.born_on,
            id_kind=IdKind.RESIDENT_CARD,
            id_number=kin.id_number,
            phone=kin.phone,
            account=account if life.has_account else None,
        ),
        legal_basis=kin.basis,
        lives_together=kin.lives_together,
    )


def _opening_visit(county: County, life: Life) -> OpeningVisit | None:
    opening = life.course.opening
    if opening is None or not life.is_followed:
        return None
    return OpeningVisit(
        patient_id=county.patients[life.resident.number],
        visited_on=opening.visited_on,
        form=opening.form,
        visit_class=int(opening.visit_class),
        risk_level=opening.level,
        next_due_on=opening.next_due_on,
    )

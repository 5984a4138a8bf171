"""An honest quarter's traces: visits, ratings, a few changes of account and guardian, a death, new files; invented by a seed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from app.core.bank_account import AccountKind
from app.core.batches import insert_rows
from app.core.db import new_public_id
from app.core.identity import IdKind, Sex
from app.guardians.commands import AddGuardian, SignAgreement
from app.guardians.models import Agreement
from app.guardians.rules import Rank, Relation
from app.guardians.service import add_guardian, sign_agreement
from app.patients.commands import ConsentDraft, DiagnosisDraft, RegisterPatient
from app.patients.models import Patient
from app.patients.rules import DiagnosisCategory
from app.patients.service import record_death, register_patient
from app.people.commands import AccountDraft, PersonDraft
from app.people.models import DatePrecision, Person
from app.people.service import set_account
from app.people.vault import Vault
from app.risk.models import LevelSource, RiskLevel
from app.visits.models import FollowUpVisit
from app.visits.rules.form import VisitObject
from app.visits.rules.states import VisitChannel
from tests.rig.county import OTHER_TOWN, VILLAGE
from tests.rig.quarter import House
from tests.rig.rosters import card_number, id_number

SEED = 20261122
# parts of a hundred in one quarter
LATE_ENTRY, NEW_ACCOUNT, NEW_GUARDIAN, DIED, RELAPSE = 6, 2, 1, 1, 6


def live_honestly(house: House, seed: int = SEED) -> None:
    """Two visits a quarter for every family, and what else happens to a few of them between July and November 2026."""
    rng = Random(seed)
    here, there = house.actor("doctor").user_id, house.actor("other_doctor").user_id
    with house.database.transaction() as session:
        visits, levels = [], []
        for kept in house.families.values():
            doctor = there if kept.patient.area_code.startswith(OTHER_TOWN[:9]) else here
            is_relapse = rng.randrange(100) < RELAPSE
            patient = session.get_one(Patient, kept.patient.id)
            person = session.get_one(Person, patient.person_id)
            person.born_on = date(1950, 1, 1) + timedelta(days=rng.randrange(14_000))  # the rig gives all one birthday
            for visited_on, level in _course(rng, is_relapse):
                patient.last_seen_on = visited_on
                visits.append(visit_row(kept.patient, visited_on, _entered(rng, visited_on), doctor))
                levels.append(level_row(kept.patient, level, visited_on, doctor))
        insert_rows(session, FollowUpVisit, visits)
        insert_rows(session, RiskLevel, levels)
    for place in house.families:
        lot = rng.randrange(100)
        on = date(2026, 7, 5) + timedelta(days=rng.randrange(130))
        with house.database.transaction() as session:
            if lot < NEW_ACCOUNT:
                change_account(house, session, place, on, 40_000 + place)
            elif lot < NEW_ACCOUNT + NEW_GUARDIAN:
                change_guardian(house, session, place, on, on + timedelta(days=rng.randrange(8)))
            elif lot < NEW_ACCOUNT + NEW_GUARDIAN + DIED:
                died_on = date(2026, 10, 30) + timedelta(days=rng.randrange(15))  # after the last visit
                die(house, session, place, died_on, died_on + timedelta(days=rng.randrange(5)))


def _course(rng: Random, is_relapse: bool) -> list[tuple[date, int]]:
    """Days and levels: calm, or a relapse that is seen again within two weeks and passes."""
    first = date(2026, 7, 3) + timedelta(days=rng.randrange(60))
    if not is_relapse:
        return [(first, 3), (first + timedelta(days=40 + rng.randrange(30)), 3)]
    return [(first, 1), *((first + timedelta(days=20 + 13 * step), 4 - step) for step in range(4))]


def _entered(rng: Random, on: date) -> datetime:
    """Mostly the same or the next day, a few after the week; at a minute of a working day."""
    days = 3 + rng.randrange(9) if rng.randrange(100) < LATE_ENTRY else rng.randrange(2)
    return at(on + timedelta(days=days), rng.randrange(600))


def at(day: date, minute: int = 0) -> datetime:
    """So many minutes after eight in the morning, Shanghai time."""
    return datetime.combine(day, time(0, 0), UTC) + timedelta(minutes=minute)


def visit_row(patient: Patient, on: date, entered_at: datetime, by: int | None, **changes: Any) -> dict[str, Any]:
    """A completed home visit with the patient, as the form stores it."""
    return {
        "public_id": new_public_id(), "submission_key": new_public_id(), "patient_id": patient.id,
        "area_code": patient.area_code, "agency_id": patient.agency_id, "visited_on": on, "form": 2,
        "objects": int(VisitObject.PATIENT), "risk_level": None, "visit_class": 2, "computed_class": 2,
        "rule_set_version": "2018", "is_complete": True, "is_opening": False, "channel": VisitChannel.PAGE,
        "class_because": [], "due_because": [], "warnings": [], "doctor_id": by, "recorded_at": entered_at,
        "recorded_by": by, **changes,
    }  # fmt: skip


def level_row(patient: Patient, level: int, on: date, by: int | None) -> dict[str, Any]:
    return {
        "patient_id": patient.id, "level": level, "assessed_on": on, "source": LevelSource.VISIT,
        "recorded_at": at(on, 60), "recorded_by": by,
    }  # fmt: skip


def change_account(
    house: House, session: Session, place: int, from_on: date, card: int, now: datetime | None = None
) -> None:
    """The clerk writes down another card; `card` numbers it."""
    payee = session.get_one(Person, house.families[place].payee.id)
    draft = AccountDraft(AccountKind.CARD, card_number(card), from_on, "农业银行")
    set_account(session, Vault(session, house.keyring), payee, draft, house.actor("clerk"), now or at(from_on, 30))


def change_guardian(
    house: House, session: Session, place: int, from_on: date, entered_on: date, born: int = 0
) -> Agreement:
    """Somebody else of the family takes over, with an account and an agreement of their own."""
    patient = session.get_one(Patient, house.families[place].patient.id)
    vault, clerk = Vault(session, house.keyring), house.actor("clerk")
    number = id_number("19680505", 2 * (place + born) + 2)
    account = AccountDraft(AccountKind.CARD, card_number(60_000 + place + born), from_on, "农业银行")
    draft = PersonDraft(f"新任{'甲乙丙丁'[born % 4]}", Sex.FEMALE, None, IdKind.RESIDENT_CARD, number, account=account)
    wanted = AddGuardian(Rank.FIRST, Relation.OTHER_RELATIVE, from_on, draft, replaces=True)
    add_guardian(session, vault, clerk, patient, wanted, at(entered_on, 40))
    return sign_agreement(
        session, clerk, patient, SignAgreement(from_on, date(2027, 3, 31), f"AHJH-2026-N{place:04d}{born}"), at(entered_on, 45)
    )  # fmt: skip


def die(house: House, session: Session, place: int, on: date, known_on: date) -> None:
    patient = session.get_one(Patient, house.families[place].patient.id)
    record_death(session, house.actor("doctor"), patient, on, DatePrecision.DAY, 1, at(known_on, 90))


def _name(surnames: str, number: int) -> str:
    return (
        surnames[number % 10] + "金木水火土日月山川田"[number // 10 % 10] + "林森海江河湖岩石云雨"[number // 100 % 10]
    )


def _number(month: str, number: int, odd: int) -> str:
    """A number of its own for each: the sequence has three digits, then the day of birth goes on."""
    return id_number(f"{month}{number // 450 + 1:02d}", 2 * (number % 450) + odd)


def register_new(house: House, session: Session, number: int, on: date, entered_on: date, **changes: Any) -> Patient:
    """A doctor finds somebody new: a file with a diagnosis, a guardian with an account, an agreement."""
    doctor, clerk, vault = house.actor("doctor"), house.actor("clerk"), Vault(session, house.keyring)
    draft = PersonDraft(
        _name("赵钱孙李周吴郑王冯陈", number), Sex.MALE, None, IdKind.RESIDENT_CARD, _number("198501", number, 1)
    )
    wanted = RegisterPatient(
        area_code=VILLAGE,
        person=changes.get("person", draft),
        registered_on=on,
        consent=ConsentDraft(on),
        diagnosis=changes.get(
            "diagnosis", DiagnosisDraft(DiagnosisCategory.SCHIZOPHRENIA, "F20.0", "市精神卫生中心", "2026")
        ),
        is_opening=changes.get("is_opening", False),
    )
    who = changes.get("who", doctor)
    patient = register_patient(
        session, vault, who, wanted, entered_on, at(entered_on, changes.get("minute", number % 500))
    )
    guardian = changes.get("guardian") or PersonDraft(
        _name("褚卫蒋沈韩杨朱秦尤许", number), Sex.FEMALE, None, IdKind.RESIDENT_CARD, _number("196001", number, 2),
        changes.get("phone", f"1390000{number:04d}"),
        account=AccountDraft(AccountKind.CARD, card_number(80_000 + number), on, "农业银行"),
    )  # fmt: skip
    add_guardian(
        session, vault, clerk, patient, AddGuardian(Rank.FIRST, Relation.MOTHER, on, guardian), at(entered_on, 200)
    )
    sign_agreement(
        session, clerk, patient, SignAgreement(on, date(2026, 12, 31), f"AHJH-2026-X{number:05d}"),
        at(changes.get("signed_on", entered_on), 210),
    )  # fmt: skip
    return patient

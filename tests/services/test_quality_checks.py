"""Data quality, a planted defect each: whoever has one is on its list and on no other, and whoever has none is on none."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.areas.models import Area
from app.areas.rules import AreaLevel
from app.core.actor import Role
from app.guardians.models import Agreement, Guardianship
from app.guardians.rules import LegalBasis, Rank, Relation
from app.numbers.queries.quality import count_by_place, list_findings, names_people
from app.numbers.rules.quality import CHECK, CHECKS
from app.patients.models import Consent, Patient, PatientSpan
from app.patients.rules import (
    CareSetting,
    ConsentKind,
    DiagnosisCategory,
    ManagementStatus,
    RegistryStatus,
    SpanKind,
)
from app.people.models import Person, Phone
from app.visits.models import FollowUpVisit
from tests.conftest import NOW, TODAY
from tests.rig.county import TOWN, VILLAGE, County

SINCE = date(2025, 1, 6)
Row = TypeVar("Row")
GONE_VILLAGE = "349921100209"


class Planted:
    """A registration with everything in order; a defect spoils one thing."""

    def __init__(self, session: Session, county: County, name: str) -> None:
        self.session, self.doctor = session, county.users["doctor"]
        self.person = self._person(name, id_number_sealed=b"sealed")
        self.patient = self._add(
            Patient(
                person_id=self.person.id,
                area_code=VILLAGE,
                record_number=f"No {name}"[:20],
                doctor_id=self.doctor,
                registry_status=RegistryStatus.REGISTERED,
                management_status=ManagementStatus.MANAGED,
                care_setting=CareSetting.HOME,
                address_sealed=b"sealed",
                first_onset="2001",
                first_antipsychotic="2001-05",
                diagnosis_category=DiagnosisCategory.SCHIZOPHRENIA,
                risk_level=1,
                created_at=NOW,
            )
        )
        self.phone = self._add(Phone(person_id=self.person.id, number_sealed=b"sealed", number_index=b"x" * 16))
        self.first, self.second = self._guard(Rank.FIRST), self._guard(Rank.SECOND)
        self.consent = self._add(
            Consent(
                patient_id=self.patient.id,
                kind=ConsentKind.COMMUNITY_MANAGEMENT,
                is_agreed=True,
                signer="patient",
                from_on=SINCE,
                recorded_at=NOW,
            )
        )
        self.visit = self.visited(date(2026, 9, 1), 3, date(2026, 11, 20))
        self.set(last_visit_id=self.visit.id, last_visit_on=self.visit.visited_on, visit_class=3)

    def set(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self.patient, name, value)
        self.session.flush()

    def be(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self.person, name, value)
        self.session.flush()

    def end(self, row: Guardianship) -> None:
        row.to_on, row.end_reason = TODAY, {}
        self.session.flush()

    def visited(self, on: date, visit_class: int, due: date, **columns: Any) -> FollowUpVisit:
        return self._add(
            FollowUpVisit(
                submission_key=str(uuid.uuid4()),
                patient_id=self.patient.id,
                area_code=VILLAGE,
                visited_on=on,
                form=2,
                objects=1,
                is_complete=True,
                visit_class=visit_class,
                next_due_on=due,
                latest_due_on=date(2026, 12, 1),
                rule_set_version="test",
                recorded_at=NOW,
                **columns,
            )
        )

    def state(self, what: SpanKind, value: str, since: date) -> None:
        self._add(PatientSpan(patient_id=self.patient.id, what=what, value=value, from_on=since, recorded_at=NOW))

    def guarded_by(self, person_id: int) -> None:
        self.first.person_id = person_id
        self.session.flush()

    def agree(self, number: str) -> None:
        self._add(
            Agreement(
                number=number,
                patient_id=self.patient.id,
                guardianship_id=self.first.id,
                from_on=date(2026, 1, 6),
                to_on=date(2026, 12, 31),
                recorded_at=NOW,
            )
        )

    def _guard(self, rank: Rank) -> Guardianship:
        return self._add(
            Guardianship(
                patient_id=self.patient.id,
                person_id=self._person("监护人").id,
                rank=rank,
                relation=Relation.SPOUSE if rank is Rank.FIRST else Relation.OFFICER,
                legal_basis=LegalBasis.STATUTORY,
                from_on=SINCE,
                recorded_at=NOW,
            )
        )

    def _person(self, name: str, **values: Any) -> Person:
        return self._add(Person(name=name, name_sort=name, sex=1, born_on=date(1980, 5, 1), created_at=NOW, **values))

    def _add(self, row: Row) -> Row:
        self.session.add(row)
        self.session.flush()
        return row


def _lost(one: Planted) -> None:
    one.set(management_status=ManagementStatus.LOST, last_seen_on=date(2026, 9, 1))
    one.state(SpanKind.MANAGEMENT, ManagementStatus.LOST, date(2026, 6, 1))


def _in_hospital(one: Planted) -> None:
    one.set(care_setting=CareSetting.INPATIENT, last_visit_on=date(2025, 11, 1))
    one.state(SpanKind.CARE, CareSetting.INPATIENT, date(2025, 10, 1))


def _unstable(one: Planted) -> None:
    visit = one.visited(date(2026, 11, 2), 1, date(2026, 11, 16), referral=1)
    one.set(last_visit_id=visit.id, visit_class=1)


def _ended_with_agreement(one: Planted) -> None:
    one.agree("AHJH-1")
    one.be(died_on=date(2026, 11, 1))
    one.set(registry_status=RegistryStatus.DEAD, management_status=None, care_setting=None)


def _dead_and_visited(one: Planted) -> None:
    one.be(died_on=date(2026, 8, 31))
    one.set(registry_status=RegistryStatus.DEAD, management_status=None, care_setting=None)


def _gone_doctor(one: Planted) -> None:
    account = User(
        name="gone", display_name="已调离", password_hash="!", role=Role.DOCTOR, area_code=TOWN, is_disabled=True, created_at=NOW
    )  # fmt: skip
    one.set(doctor_id=one._add(account).id)


def _gone_village(one: Planted) -> None:
    one._add(Area(code=GONE_VILLAGE, name="已撤村", level=AreaLevel.VILLAGE, parent_code=TOWN, replaced_by=VILLAGE))
    one.set(area_code=GONE_VILLAGE)


def _without_phone(one: Planted) -> None:
    one.session.delete(one.phone)
    one.session.flush()


def _refused(one: Planted) -> None:
    one.consent.is_agreed = False
    one.session.flush()


DEFECTS: dict[str, Callable[[Planted], object]] = {
    "dead_but_registered": lambda one: one.be(died_on=date(2026, 11, 1)),
    "visit_after_death": _dead_and_visited,
    "agreement_after_end": _ended_with_agreement,
    "guardian_dead": lambda one: setattr(one.session.get(Person, one.first.person_id), "died_on", date(2026, 1, 1)),
    "guardian_under_age": lambda one: setattr(one.session.get(Person, one.first.person_id), "born_on", date(2008, 11, 23)),
    "due_too_late": lambda one: setattr(one.visit, "next_due_on", date(2026, 12, 2)),
    "high_level_but_stable": lambda one: one.set(risk_level=3),
    "lost_but_seen": _lost,
    "age_impossible": lambda one: one.be(born_on=date(1916, 11, 20)),
    "onset_before_birth": lambda one: one.set(first_onset="1979", first_antipsychotic=None),
    "medicine_before_onset": lambda one: one.set(first_onset="2001-06-03", first_antipsychotic="2001-05"),
    "no_diagnosis": lambda one: one.set(diagnosis_category=None),
    "no_id_number": lambda one: one.be(id_number_sealed=None),
    "no_birth_date": lambda one: one.be(born_on=None),
    "no_sex": lambda one: one.be(sex=9),
    "no_phone": _without_phone,
    "no_address": lambda one: one.set(address_sealed=None),
    "no_village": _gone_village,
    "no_record_number": lambda one: one.set(record_number=None),
    "no_doctor": lambda one: one.set(doctor_id=None),
    "doctor_gone": _gone_doctor,
    "no_guardian": lambda one: one.end(one.first),
    "no_second_guardian": lambda one: one.end(one.second),
    "no_consent": _refused,
    "no_risk_level": lambda one: one.set(risk_level=None),
    "no_onset": lambda one: one.set(first_onset=None),
    "unstable_not_referred": _unstable,
    "long_stay": _in_hospital,
}  # fmt: skip
# right, though near to a defect
RIGHT: dict[str, Callable[[Planted], object]] = {
    "nothing wrong": lambda _one: None,
    "medicine in the year of onset": lambda one: one.set(first_onset="2001-06", first_antipsychotic="2001"),
    "guardian of today's age": lambda one: setattr(
        one.session.get(Person, one.first.person_id), "born_on", date(2008, 11, 20)
    ),
    "high and unstable, referred": lambda one: one.set(risk_level=4, visit_class=1),
    "only the guardian has a telephone": lambda one: setattr(one.phone, "person_id", one.first.person_id),
}


def test_each_defect_is_found_once_and_nothing_else_is(session: Session, county: County) -> None:
    for name, spoil in (DEFECTS | RIGHT).items():
        spoil(Planted(session, county, name))
    many = [Planted(session, county, f"many {n}") for n in range(3)]
    for one in many[1:]:
        one.guarded_by(many[0].first.person_id)
    two = [Planted(session, county, f"two {n}") for n in range(2)]
    two[1].guarded_by(two[0].first.person_id)
    session.flush()
    office = county.actor("county_office")
    found = {
        check.code: {row.name for row in list_findings(session, office, check, "349921", TODAY, None).rows}
        for check in CHECKS
    }
    expected = {code: {code} for code in DEFECTS} | {"guardian_of_many": {"many 0", "many 1", "many 2"}}
    assert found == expected
    counts = count_by_place(session, office, "349921", TODAY)
    assert {code: len(names) for code, names in expected.items()} == dict(counts[TOWN])
    assert count_by_place(session, county.actor("other_doctor"), "349921", TODAY) == {}
    rows = list_findings(session, office, CHECK["no_sex"], "349921", TODAY, None).rows
    assert [(row.doctor, row.place) for row in rows] == [("doctor", "城关镇·东村")]


def test_a_list_names_people_only_to_whoever_may_read_what_it_tells(county: County) -> None:
    coordinator, office = county.actor("coordinator"), county.actor("county_office")
    named = {check.code for check in CHECKS if names_people(coordinator, check)}
    assert {"no_doctor", "no_consent", "no_risk_level", "guardian_dead"} <= named
    hidden = {"no_diagnosis", "due_too_late", "no_phone", "no_id_number", "long_stay", "age_impossible", "no_address"}
    assert not named & hidden
    assert all(names_people(office, check) for check in CHECKS)

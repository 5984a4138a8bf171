"""Every pair of states, legal or not, on both levels: the use cases and the database itself (domain 1.4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Table, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.db import new_public_id
from app.core.errors import AnhuError
from app.core.schema import metadata
from app.desk.commands import ProposeTransfer
from app.desk.service.transfers import propose_transfer
from app.patients.commands import DiagnosisDraft, ReviewDiagnosis
from app.patients.models import Patient, RegisterRequest
from app.patients.rules import (
    LEGAL_MANAGEMENT_MOVES,
    LEGAL_REGISTRY_MOVES,
    CareSetting,
    ClueState,
    DiagnosisCategory,
    ManagementStatus,
    RegistryStatus,
    RequestKind,
    RequestState,
    SpanKind,
    TransferReason,
    TransferState,
)
from app.patients.service import change_state, record_death, review_diagnosis
from app.people.models import DatePrecision
from tests.rig.county import OTHER_VILLAGE, County
from tests.rig.register import NOW, TODAY, registered

R, M, C = RegistryStatus, ManagementStatus, CareSetting
DIAGNOSIS = DiagnosisDraft(DiagnosisCategory.SCHIZOPHRENIA, "F20.0")
# domain 1.4, written down here again: what the code may do is held against it
REGISTRY = {
    (R.SUSPECTED, R.UNDER_REVIEW),
    (R.SUSPECTED, R.REGISTERED),
    (R.SUSPECTED, R.EXCLUDED),
    (R.UNDER_REVIEW, R.REGISTERED),
    (R.UNDER_REVIEW, R.EXCLUDED),
    (R.REGISTERED, R.EXCLUDED),
    (R.REGISTERED, R.TRANSFERRED_OUT),
    (R.TRANSFERRED_OUT, R.REGISTERED),
    (R.EXCLUDED, R.REGISTERED),
    (R.MERGED, R.REGISTERED),
    (R.DEAD, R.REGISTERED),
    *((before, R.DEAD) for before in R if before is not R.DEAD),
    *((before, R.MERGED) for before in R if before is not R.MERGED),
}
MANAGEMENT = {
    (M.PENDING_CONSENT, M.MANAGED),
    (M.PENDING_CONSENT, M.REFUSED),
    (M.PENDING_CONSENT, M.LOST),
    (M.MANAGED, M.REFUSED),
    (M.MANAGED, M.LOST),
    (M.REFUSED, M.MANAGED),
    (M.REFUSED, M.LOST),
    (M.LOST, M.MANAGED),
}
OTHERS: dict[str, tuple[type, set[tuple[str, str]]]] = {
    "clues": (ClueState, {("received", "looking"), ("received", "closed"), ("looking", "closed")}),
    "transfers": (
        TransferState,
        {("proposed", "accepted"), ("proposed", "refused"), ("proposed", "withdrawn")},
    ),
    "register_requests": (
        RequestState,
        {("proposed", "done"), ("proposed", "refused"), ("proposed", "withdrawn"), ("done", "undone")},
    ),
}


def in_state(session: Session, county: County, before: RegistryStatus) -> Patient:
    """Somebody in that state by the product's own ways, where they need no second record."""
    office = county.actor("county_office")
    if before is R.DEAD:
        patient = registered(session, office)
        record_death(session, office, patient, TODAY - timedelta(days=3), DatePrecision.DAY, 1, NOW)
        return patient
    return registered(session, office, registry_status=before, consent=None)


def move(session: Session, county: County, patient: Patient, after: RegistryStatus) -> None:
    """As the pages do it: a death by its record, a diagnosis by the psychiatrist's word, all else by two people."""
    office, second = county.actor("county_office"), replace(county.actor("county_office"), user_id=9_999)
    if after is R.DEAD:
        record_death(session, office, patient, TODAY, DatePrecision.DAY, 1, NOW)
    elif after is R.REGISTERED and patient.registry_status in (R.SUSPECTED, R.UNDER_REVIEW, R.EXCLUDED):
        word = ReviewDiagnosis(TODAY, "市精神卫生中心", "郑心明", DIAGNOSIS)
        review_diagnosis(session, office, patient, word, NOW)
    else:
        change_state(session, office, patient, SpanKind.REGISTRY, after.value, TODAY, None, NOW, second=second)
    session.flush()


def refused_by_database(session: Session, table: Table, row_id: int, **values: Any) -> bool:
    try:
        with session.begin_nested():
            session.execute(update(table).where(table.c.id == row_id).values(**values))
    except IntegrityError as refused:
        assert "guard" in str(refused), refused
        return True
    return False


# -- the tables themselves ---------------------------------------------------------------------------------------------


def test_the_rules_and_the_databases_table_name_the_pairs_of_the_domain(session: Session) -> None:
    assert set(LEGAL_REGISTRY_MOVES) == REGISTRY
    assert set(LEGAL_MANAGEMENT_MOVES) == MANAGEMENT
    moves = metadata.tables["legal_moves"]
    stored: dict[str, set[tuple[str, str]]] = {}
    for what, before, after in session.execute(select(moves.c.what, moves.c.from_state, moves.c.to_state)):
        stored.setdefault(what, set()).add((before, after))
    assert stored["patients.registry_status"] == {(before.value, after.value) for before, after in REGISTRY}
    assert stored["patients.management_status"] == {(before.value, after.value) for before, after in MANAGEMENT}
    for table, (_states, legal) in OTHERS.items():
        assert stored[f"{table}.state"] == legal


# -- registry status: 49 pairs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "after"), list(product(R, R)), ids=lambda one: one.value)
def test_the_register_moves_as_the_domain_says_and_not_otherwise(
    session: Session, county: County, before: RegistryStatus, after: RegistryStatus
) -> None:
    patient = in_state(session, county, before)
    session.flush()
    if (before, after) == (R.MERGED, R.REGISTERED):
        pytest.skip("taken back with its merge: tests/services/test_putting_right.py")
    if (before, after) in REGISTRY:
        move(session, county, patient, after)
        assert patient.registry_status is after
        return
    with pytest.raises(AnhuError):
        move(session, county, patient, after)
    assert patient.registry_status is before


@pytest.mark.parametrize(("before", "after"), list(product(R, R)), ids=lambda one: one.value)
def test_the_database_itself_refuses_every_other_pair_of_the_register(
    session: Session, county: County, before: RegistryStatus, after: RegistryStatus
) -> None:
    patient = in_state(session, county, before)
    session.flush()
    is_in = after is R.REGISTERED
    values: dict[str, Any] = {
        "registry_status": after,
        "management_status": M.PENDING_CONSENT if is_in else None,
        "care_setting": C.HOME if is_in else None,
    }
    is_legal = (before, after) in REGISTRY or before is after  # standing still is no move
    assert refused_by_database(session, metadata.tables["patients"], patient.id, **values) is not is_legal


# -- management status: 16 pairs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "after"), list(product(M, M)), ids=lambda one: one.value)
def test_management_moves_as_the_domain_says_and_not_otherwise(
    session: Session, county: County, before: ManagementStatus, after: ManagementStatus
) -> None:
    lead = county.actor("health_lead")
    patient = registered(session, county.actor("doctor"), management_status=before)
    if (before, after) in MANAGEMENT:
        change_state(session, lead, patient, SpanKind.MANAGEMENT, after.value, TODAY, None, NOW)
        assert patient.management_status is after
        return
    with pytest.raises(AnhuError):
        change_state(session, lead, patient, SpanKind.MANAGEMENT, after.value, TODAY, None, NOW)
    assert patient.management_status is before


@pytest.mark.parametrize(("before", "after"), list(product(M, M)), ids=lambda one: one.value)
def test_the_database_itself_refuses_every_other_pair_of_management(
    session: Session, county: County, before: ManagementStatus, after: ManagementStatus
) -> None:
    patient = registered(session, county.actor("doctor"), management_status=before)
    session.flush()
    is_legal = (before, after) in MANAGEMENT or before is after
    table = metadata.tables["patients"]
    assert refused_by_database(session, table, patient.id, management_status=after) is not is_legal


# -- care setting: any to any other, with its ways ---------------------------------------------------------------------


@pytest.mark.parametrize(("before", "after"), list(product(C, C)), ids=lambda one: one.value)
def test_any_care_setting_becomes_any_other_and_a_stay_has_its_own_record(
    session: Session, county: County, before: CareSetting, after: CareSetting
) -> None:
    doctor = county.actor("doctor")
    patient = registered(session, doctor, care_setting=before)
    if before is not after and C.INPATIENT not in (before, after):
        change_state(session, doctor, patient, SpanKind.CARE, after.value, TODAY, None, NOW)
        assert patient.care_setting is after
        return
    with pytest.raises(AnhuError):
        change_state(session, doctor, patient, SpanKind.CARE, after.value, TODAY, None, NOW)
    assert patient.care_setting is before


# -- clues, transfers, requests of two people --------------------------------------------------------------------------

PAIRS = [
    (table, before, after)
    for table, (states, _legal) in OTHERS.items()
    for before, after in product([one.value for one in states], repeat=2)  # type: ignore[attr-defined]  # an enum of states
]


@pytest.mark.parametrize(("name", "before", "after"), PAIRS)
def test_the_database_itself_refuses_every_other_pair_of_what_is_decided(
    session: Session, county: County, name: str, before: str, after: str
) -> None:
    table = metadata.tables[name]
    row_id = session.scalar(insert(table).values(**_row(session, county, name, before)).returning(table.c.id))
    assert row_id is not None
    values: dict[str, Any] = {"state": after}
    if name == "clues":
        values["outcome"] = "not_found" if after == "closed" else None
    is_legal = (before, after) in OTHERS[name][1] or before == after
    assert refused_by_database(session, table, row_id, **values) is not is_legal


def _row(session: Session, county: County, name: str, state: str, whose: Patient | None = None) -> dict[str, Any]:
    patient = whose or registered(session, county.actor("doctor"))
    session.flush()
    doctor = county.actor("doctor").user_id
    key = {"public_id": new_public_id(), "submission_key": new_public_id(), "state": state}
    if name == "clues":
        said = {"person_id": patient.person_id, "area_code": patient.area_code, "signs": 1, "is_danger": False}
        told = {"source": "doctor", "reported_on": TODAY, "reported_at": NOW, "reported_by": doctor}
        return {**key, **said, **told, "outcome": "not_found" if state == "closed" else None}
    if name == "register_requests":
        asked = {"kind": RequestKind.EXCLUSION, "patient_id": patient.id, "area_code": patient.area_code}
        return {
            **key, **asked, "because": {"code": "x", "args": {}}, "from_on": TODAY, "proposed_at": NOW,
            "proposed_by": doctor,
        }  # fmt: skip
    places = {"from_area_code": patient.area_code, "to_area_code": OTHER_VILLAGE, "patient_id": patient.id}
    days = {"proposed_on": TODAY, "proposed_at": NOW, "proposed_by": doctor, "due_on": TODAY}
    return {**key, **places, **days, "reason": TransferReason.WORK, "is_due_provisional": False, "version": 1}


def test_two_transfers_of_one_patient_are_never_open_at_once_in_the_database(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"))
    wanted = ProposeTransfer(patient.public_id, "one", OTHER_VILLAGE, TransferReason.WORK)
    propose_transfer(session, county.actor("doctor"), wanted, TODAY, NOW)
    second = _row(session, county, "transfers", "proposed", patient)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(metadata.tables["transfers"]).values(**second))
    assert session.scalars(select(RegisterRequest)).all() == []

"""Three phones, random days without a network, forms sent twice, in any order, in batches that are cut, under clocks that are years off:
all arrive, nothing is lost, nothing is doubled, and where two versions meet somebody is shown both.

Five schedules in `make test`; ANHU_SOAK=1 runs hundreds.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.core.db import Database
from app.patients.models import Patient
from app.people.vault import Vault
from app.visits.commands import CorrectVisit
from app.visits.models import FollowUpVisit
from app.visits.models.devices import DeviceSubmission
from app.visits.queries_devices import list_waiting
from app.visits.rules.states import SubmissionState
from app.visits.rules.sync import CLOCK_TRUSTED_WITHIN, WAITING
from app.visits.service import correct_visit, record_visit
from app.visits.service.devices import revoke
from app.visits.service.sync import PLACE
from tests.conftest import NOW, TODAY
from tests.rig.county import County
from tests.rig.phones import ALL_GROUPS, Phone, answers_of
from tests.rig.visits import command, middling, register, stable, unstable

ROUNDS = 400 if "ANHU_SOAK" in os.environ else 5
OWNERS = ("doctor", "doctor", "village_doctor")
RECORDS = (stable, middling, unstable)
ACCEPTED = frozenset({"visit.late_entry", "visit.same_day", "visit.back_entry"})
LAST = date(2026, 8, 10)

phones = st.integers(0, len(OWNERS) - 1)
patients = st.integers(0, 2)
days = st.integers(0, 4)
events = st.one_of(
    st.tuples(st.just("fill"), phones, patients, days, st.integers(0, 2)),
    st.tuples(st.just("fill_as_last_time"), phones, patients, days),
    st.tuples(st.just("correct"), patients),
    st.tuples(st.just("send"), phones, st.randoms(use_true_random=False), st.integers(0, 5), st.booleans()),
    st.tuples(st.just("clock"), phones, st.integers(-3, 3)),
    st.tuples(st.just("list"), phones),
    st.tuples(st.just("page"), patients, days, st.integers(0, 2)),
    st.tuples(st.just("revoke"), phones),
)


class World:
    """A county in which only this schedule's patients matter."""

    def __init__(self, app: Flask, database: Database, county: County, client_as: Callable[[str], FlaskClient]) -> None:
        self.database, self.county, self.keyring = database, county, app.extensions["anhu.keyring"]
        with database.transaction() as session:
            self.patients = [register(session, self.keyring, county.actor("doctor"), TODAY, NOW) for _one in range(3)]
            for patient in self.patients:
                last = command(patient, stable(LAST), accepted=ACCEPTED)
                record_visit(session, Vault(session, self.keyring), county.actor("doctor"), last, TODAY, NOW)
        self.phones = [Phone.turned_on(client_as(owner)) for owner in OWNERS]
        self.by_page = len(self.patients)
        # what the clock said to the server when the form was sent for the first time
        self.sent_off: dict[str, timedelta] = {}
        for phone in self.phones:
            phone.take_list()

    def fill(self, at: int, patient: int, ago: int, which: int) -> None:
        record = RECORDS[which](TODAY - timedelta(days=ago))
        self.phones[at].fill_in(self.patients[patient].public_id, answers_of(record, notes=f"第{at}部"))

    def fill_as_last_time(self, at: int, patient: int, ago: int) -> None:
        answers = {"visited_on": [(TODAY - timedelta(days=ago)).isoformat()], "meeting": ["1"], "notes": [f"第{at}部"]}
        self.phones[at].fill_in(self.patients[patient].public_id, answers, same=ALL_GROUPS)

    def correct(self, patient: int) -> None:
        """The newest visit that stands is corrected by page: what 与上次相同 meant is no longer what stands."""
        of = select(FollowUpVisit).where(
            FollowUpVisit.patient_id == self.patients[patient].id, FollowUpVisit.withdrawn_at.is_(None)
        )
        with self.database.transaction() as session:
            newest = session.scalars(of.order_by(FollowUpVisit.visited_on.desc(), FollowUpVisit.id.desc())).first()
            assert newest is not None
            record = middling(newest.visited_on, post_intervention_trend=1)
            sent = command(self.patients[patient], record, accepted=ACCEPTED, back_entry_reason="补录")
            correct_visit(
                session,
                Vault(session, self.keyring),
                self.county.actor("health_lead"),
                CorrectVisit(newest.public_id, sent, "写错了"),
                TODAY,
                NOW,
            )
        self.by_page += 1

    def send(self, at: int, random: Any, cut: int, hears: bool) -> None:
        """Part of the queue in any order, some of it twice; the answer may get lost."""
        phone = self.phones[at]
        keys = list(phone.queue) + list(phone.queue)[:cut]
        random.shuffle(keys)
        keys = keys[: max(1, len(keys) - cut)] if keys else []
        for key in keys:
            self.sent_off.setdefault(key, phone.clock)
        phone.send(keys, hears)

    def clock(self, at: int, years: int) -> None:
        self.phones[at].clock = timedelta(days=365 * years)

    def list(self, at: int) -> None:
        self.phones[at].take_list()

    def page(self, patient: int, ago: int, which: int) -> None:
        record = RECORDS[which](TODAY - timedelta(days=ago), post_intervention_trend=1)
        sent = command(self.patients[patient], record, accepted=ACCEPTED, back_entry_reason="补录")
        with self.database.transaction() as session:
            record_visit(session, Vault(session, self.keyring), self.county.actor("health_lead"), sent, TODAY, NOW)
        self.by_page += 1

    def revoke(self, at: int) -> None:
        with self.database.transaction() as session:
            revoke(session, self.county.actor("health_lead"), self.phones[at].device, NOW)

    def come_home(self) -> None:
        for phone in self.phones:
            for key in phone.queue:
                self.sent_off.setdefault(key, phone.clock)
            phone.send()


@given(schedule=st.lists(events, min_size=10, max_size=40))
@settings(
    max_examples=ROUNDS,
    deadline=None,
    derandomize="ANHU_SOAK" not in os.environ,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_whatever_the_schedule_all_arrive_nothing_is_lost_and_conflicts_are_shown(
    app: Flask,
    database: Database,
    county: County,
    client_as: Callable[[str], FlaskClient],
    schedule: list[tuple[Any, ...]],
) -> None:
    world = World(app, database, county, client_as)
    try:
        for name, *values in schedule:
            getattr(world, name)(*values)
        world.come_home()
        check(world)
        before = snapshot(world)
        for phone in world.phones:
            for key in phone.filled:
                assert phone.send([key]) == {key: "duplicate"}
        assert snapshot(world) == before
    finally:
        for at in range(len(world.phones)):
            world.revoke(at)  # so that the next schedule may turn phones on


def snapshot(world: World) -> tuple[Any, ...]:
    with world.database.reading() as session:
        ids = [patient.id for patient in world.patients]
        visits = session.execute(
            select(FollowUpVisit.id, FollowUpVisit.submission_key).where(FollowUpVisit.patient_id.in_(ids))
        ).all()
        forms = session.execute(
            select(DeviceSubmission.submission_key, DeviceSubmission.state, DeviceSubmission.visit_id).where(
                DeviceSubmission.patient_id.in_(ids)
            )
        ).all()
        return sorted(map(tuple, visits)), sorted(map(tuple, forms))


def check(world: World) -> None:
    filled = {key: content for phone in world.phones for key, content in phone.filled.items()}
    assert not any(phone.queue for phone in world.phones)
    ids = [patient.id for patient in world.patients]
    with world.database.reading() as session:
        forms = session.scalars(select(DeviceSubmission).where(DeviceSubmission.patient_id.in_(ids))).all()
        visits = session.scalars(select(FollowUpVisit).where(FollowUpVisit.patient_id.in_(ids))).all()
        waiting = {
            name: {one.submission.submission_key for one in list_waiting(session, world.county.actor(name))}
            for name in ("doctor", "village_doctor", "health_lead")
        }
        vault = Vault(session, world.keyring)
        contents = {form.submission_key: opened(vault, session, form) for form in forms}
    assert contents == filled, "every form arrived, once, as it was filled in"
    by_key = {visit.submission_key: visit for visit in visits}
    stored = {form.submission_key: form for form in forms if form.state is SubmissionState.STORED}
    assert by_key.keys() & filled.keys() == stored.keys(), "a stored form is a visit, and no other is"
    assert len(visits) == world.by_page + len(stored)
    for form in forms:
        if form.state in WAITING:
            assert form.submission_key in waiting["health_lead"], "the lead sees whatever waits"
        if form.state in WAITING - {SubmissionState.QUARANTINED}:
            assert any(form.submission_key in waiting[name] for name in ("doctor", "village_doctor"))
    for key, form in stored.items():
        assert abs(world.sent_off[key]) <= CLOCK_TRUSTED_WITHIN, "a wrong clock's day is never believed"
        assert not silently_merged(by_key[key], form, visits, stored, filled[key])
        if filled[key]["same"]:
            base = next(one for one in visits if one.public_id == filled[key]["based_on"])
            assert by_key[key].visit_class == base.visit_class, "as last time is what the phone's last visit said"
            corrections = [one.id for one in visits if one.corrects_id == base.id]
            assert all(one > by_key[key].id for one in corrections), "what was corrected meanwhile is asked about"


def opened(vault: Vault, session: Any, form: DeviceSubmission) -> Any:
    patient = session.get_one(Patient, form.patient_id)
    return json.loads(vault.open(patient.person_id, PLACE, form.content_sealed) or "null")


def silently_merged(
    visit: FollowUpVisit,
    form: DeviceSubmission,
    visits: Any,
    stored: dict[str, DeviceSubmission],
    content: dict[str, Any],
) -> list[int]:
    """Earlier arrivals that the writer did not know of, although nobody was asked."""
    seen = next((one.id for one in visits if one.public_id == content["seen"]), 0)
    unknown = [one for one in visits if one.patient_id == visit.patient_id and seen < one.id < visit.id]
    return [
        one.id
        for one in unknown
        if one.visited_on == visit.visited_on
        or one.submission_key not in stored
        or stored[one.submission_key].device_id != form.device_id
    ]

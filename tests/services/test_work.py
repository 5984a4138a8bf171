"""Long work: asked for once, claimed by one, taken over when its process died, seen by whoever asked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.crypto import KeyUnavailable
from app.core.db import Database
from app.core.errors import Conflict, NotFound
from app.core.files import get_file, keep_file, open_file, purge_files
from app.core.models import KeptFile, WorkItem, WorkState
from app.core.reasons import Reason
from app.core.work import (
    CLAIM_LAPSES_AFTER,
    LostClaim,
    Progress,
    WorkDone,
    ask_for_work,
    claim_work,
    fail_work,
    finish_work,
    get_work,
    note_progress,
    purge_work,
)
from scheduler.house import House
from scheduler.work import do_next
from tests.conftest import NOW
from tests.rig.county import COUNTY, OTHER_TOWN, TOWN, County


def ask(session: Session, actor: Actor, key: str = "print:1") -> WorkItem:
    return ask_for_work(session, "print", {"run": "1"}, key, actor, NOW)


def test_asking_twice_while_it_is_under_way_finds_the_first(session: Session, county: County) -> None:
    first = ask(session, county.actor("clerk"))
    assert ask(session, county.actor("clerk")).id == first.id
    assert ask(session, county.actor("clerk"), "print:2").id != first.id


def test_asking_again_after_it_ended_is_new_work(session: Session, county: County) -> None:
    first = ask(session, county.actor("clerk"))
    claimed = claim_work(session, NOW)
    assert claimed is not None and claimed.token is not None
    finish_work(session, claimed.id, claimed.token, WorkDone({"lines": 3}), NOW)
    assert ask(session, county.actor("clerk")).id != first.id


def test_the_same_work_for_somebody_else_waits(session: Session, county: County) -> None:
    ask(session, county.actor("clerk"))
    with pytest.raises(Conflict):
        ask(session, county.actor("reviewer"))


def test_only_whoever_asked_sees_the_work(session: Session, county: County) -> None:
    item = ask(session, county.actor("clerk"))
    assert get_work(session, county.actor("clerk"), item.public_id) is item
    for stranger in (county.actor("reviewer"), Actor.operator()):
        with pytest.raises(NotFound):
            get_work(session, stranger, item.public_id)


def test_a_claimed_item_is_not_claimed_again_until_it_lapses(session: Session, county: County) -> None:
    ask(session, county.actor("clerk"))
    first = claim_work(session, NOW)
    assert first is not None
    old_token = first.token
    assert claim_work(session, NOW + CLAIM_LAPSES_AFTER) is None
    taken = claim_work(session, NOW + CLAIM_LAPSES_AFTER + timedelta(seconds=1))
    assert taken is not None and taken.id == first.id and taken.token != old_token


def test_whoever_lost_the_claim_writes_nothing_more(session: Session, county: County) -> None:
    ask(session, county.actor("clerk"))
    first = claim_work(session, NOW)
    assert first is not None and first.token is not None
    old = first.token
    claim_work(session, NOW + timedelta(hours=1))
    with pytest.raises(LostClaim):
        note_progress(session, first.id, old, 1, 2, NOW)
    with pytest.raises(LostClaim):
        finish_work(session, first.id, old, WorkDone(), NOW)
    with pytest.raises(LostClaim):
        fail_work(session, first.id, old, Reason("core.work.failed"), NOW)


def test_progress_keeps_a_claim_alive(session: Session, county: County) -> None:
    ask(session, county.actor("clerk"))
    item = claim_work(session, NOW)
    assert item is not None and item.token is not None
    note_progress(session, item.id, item.token, 5, 9, NOW + timedelta(minutes=5))
    assert claim_work(session, NOW + timedelta(minutes=5, seconds=30)) is None


def test_ended_work_is_forgotten_after_a_while(session: Session, county: County) -> None:
    ask(session, county.actor("clerk"))
    item = claim_work(session, NOW)
    assert item is not None and item.token is not None
    ask(session, county.actor("clerk"), "print:2")
    finish_work(session, item.id, item.token, WorkDone(), NOW)
    assert purge_work(session, NOW) == 0
    assert purge_work(session, NOW + timedelta(seconds=1)) == 1
    assert session.scalars(select(WorkItem.live_key)).all() == ["print:2"]


# -- the loop ----------------------------------------------------------------------------------------------------------


def test_the_loop_does_what_waits_and_keeps_the_outcome(app: Flask, database: Database, county: County) -> None:
    def count_to_three(database: Database, item: WorkItem, progress: Progress) -> WorkDone:
        progress(1, 3)
        return WorkDone({"run": item.args["run"]})

    with database.transaction() as session:
        public_id = ask(session, county.actor("clerk")).public_id
    house = House.of(app)
    assert do_next(house, {"print": count_to_three})
    assert not do_next(house, {"print": count_to_three})
    with database.reading() as session:
        item = get_work(session, county.actor("clerk"), public_id)
        assert (item.state, item.result, item.done, item.total) == (WorkState.DONE, {"run": "1"}, 3, 3)


def test_a_refusal_is_kept_in_its_own_words(app: Flask, database: Database, county: County) -> None:
    def refuse(database: Database, item: WorkItem, progress: Progress) -> WorkDone:
        raise Conflict(Reason("core.conflict"))

    with database.transaction() as session:
        public_id = ask(session, county.actor("clerk")).public_id
    do_next(House.of(app), {"print": refuse})
    with database.reading() as session:
        item = get_work(session, county.actor("clerk"), public_id)
        assert (item.state, item.failure) == (WorkState.FAILED, Reason("core.conflict").to_json())


@pytest.mark.parametrize("kind", ["print", "unknown"])
def test_trouble_fails_the_item_and_the_loop_goes_on(app: Flask, database: Database, county: County, kind: str) -> None:
    def stumble(database: Database, item: WorkItem, progress: Progress) -> WorkDone:
        raise ZeroDivisionError

    with database.transaction() as session:
        public_id = ask(session, county.actor("clerk")).public_id
        ask(session, county.actor("clerk"), "print:2")
    house = House.of(app)
    assert do_next(house, {kind: stumble}) and do_next(house, {kind: stumble})
    with database.reading() as session:
        item = get_work(session, county.actor("clerk"), public_id)
        assert item.failure == Reason("core.work.failed").to_json()


# -- kept files --------------------------------------------------------------------------------------------------------


def keep(app: Flask, session: Session, county: County, area_code: str = COUNTY) -> KeptFile:
    return keep_file(
        session, app.extensions["anhu.keyring"], "notices", "2026Q3.pdf", "application/pdf", b"%PDF canary", area_code,
        county.actor("clerk"), NOW, NOW + timedelta(days=30),
    )  # fmt: skip


def test_a_kept_file_is_sealed_and_comes_back_as_it_was(app: Flask, session: Session, county: County) -> None:
    file = keep(app, session, county)
    assert b"canary" not in file.content
    assert open_file(session, app.extensions["anhu.keyring"], file) == b"%PDF canary"
    assert file.size == 11


def test_a_file_put_in_anothers_place_does_not_open(app: Flask, session: Session, county: County) -> None:
    one, other = keep(app, session, county), keep(app, session, county)
    one.content = other.content
    with pytest.raises(KeyUnavailable):
        open_file(session, app.extensions["anhu.keyring"], one)


def test_files_of_other_areas_are_not_there(app: Flask, session: Session, county: County) -> None:
    file = keep(app, session, county, TOWN)
    foreign = keep(app, session, county, OTHER_TOWN)
    doctor = county.actor("doctor")
    assert get_file(session, doctor, file.public_id) is file
    with pytest.raises(NotFound):
        get_file(session, doctor, foreign.public_id)


def test_files_go_when_they_expire_and_vouchers_stay(app: Flask, session: Session, county: County) -> None:
    keep(app, session, county)
    voucher = keep(app, session, county)
    voucher.expires_at = None
    session.flush()
    assert purge_files(session, NOW + timedelta(days=29)) == 0
    assert purge_files(session, NOW + timedelta(days=30)) == 1
    assert session.scalars(select(KeptFile.id)).all() == [voucher.id]

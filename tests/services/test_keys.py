"""Keys: every row opens under the current ones after a rotation, and a wrong key refuses at start."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import create_app
from app.core.actor import Actor
from app.core.bank_account import AccountKind
from app.core.crypto import Keyring, KeyUnavailable
from app.core.db import Database
from app.core.files import keep_file, open_file
from app.core.identity import IdKind
from app.core.models import KeptFile
from app.people import rotation
from app.people.commands import AccountDraft, PersonDraft
from app.people.models import PayeeAccount, Person, PersonKey, Phone
from app.people.queries import ACCOUNT, PHONE, find_by_id_number, find_main_phone
from app.people.service import create_people, set_account
from app.people.vault import Vault
from config import ConfigurationError, Key, KeyFile, Settings, secrets_path
from tests.conftest import NOW

NUMBERS = ("11010519491231002X", "340102199001012396", "340102198503122416")
ACCOUNT_NUMBER = "6200000000000005"


def key(letter: str) -> Key:
    return Key(f"k{letter}", letter.encode() * 32)


OLD = Keyring((key("a"),), (key("i"),))
BOTH = Keyring((key("b"), key("a")), (key("j"), key("i")))
NEW = Keyring((key("b"),), (key("j"),))


def store_people(session: Session, keyring: Keyring) -> None:
    vault = Vault(session, keyring)
    drafts = [
        PersonDraft(name="王安", id_kind=IdKind.RESIDENT_CARD, id_number=number, phone=f"1390559123{n}")
        for n, number in enumerate(NUMBERS)
    ]
    people = create_people(session, vault, drafts, NOW)
    account = AccountDraft(AccountKind.CARD, ACCOUNT_NUMBER, date(2026, 1, 1))
    set_account(session, vault, people[0], account, Actor.operator(), NOW)
    keep_file(session, keyring, "pay", "a.xlsx", "text/plain", b"kept bytes", "349921000000", Actor.operator(), NOW)


def opens_and_is_found(session: Session, keyring: Keyring) -> None:
    vault = Vault(session, keyring)
    for n, number in enumerate(NUMBERS):
        person = find_by_id_number(session, keyring, number)
        assert person is not None
        assert vault.open(person.id, "people.id_number", person.id_number_sealed) == number
        assert find_main_phone(session, vault, person.id) == f"1390559123{n}"
    phones = select(Phone).where(Phone.number_index.in_(keyring.indexes(PHONE, "13905591231")))
    assert len(session.scalars(phones).all()) == 1
    accounts = select(PayeeAccount).where(PayeeAccount.number_index.in_(keyring.indexes(ACCOUNT, ACCOUNT_NUMBER)))
    assert len(session.scalars(accounts).all()) == 1
    assert open_file(session, keyring, session.scalars(select(KeptFile)).one()) == b"kept bytes"


@pytest.fixture
def stored(database: Database) -> Database:
    with database.transaction() as session:
        store_people(session, OLD)
    return database


def test_after_a_rotation_the_old_keys_can_be_thrown_away(stored: Database) -> None:
    done = rotation.rotate(stored.transaction, BOTH)
    assert (done.keys, done.files, done.people, done.phones, done.accounts) == (3, 1, 3, 3, 1)
    with stored.reading() as session:
        opens_and_is_found(session, NEW)


def test_while_keys_rotate_everything_opens_and_is_found(stored: Database) -> None:
    @contextmanager
    def watched() -> Iterator[Session]:
        with stored.transaction() as session:
            yield session
        with stored.reading() as reader:
            opens_and_is_found(reader, BOTH)

    rotation.rotate(watched, BOTH)


def test_a_rotation_that_was_cut_short_is_finished_by_the_next(
    stored: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Cut(Exception):
        pass

    for stop_after in range(1, 10):
        turns = iter(range(stop_after))

        @contextmanager
        def until_cut(turns: Iterator[int] = turns) -> Iterator[Session]:
            with stored.transaction() as session:
                yield session
                if next(turns, None) is None:
                    raise Cut

        try:
            rotation.rotate(until_cut, BOTH)
        except Cut:
            continue
    with stored.reading() as session:
        assert not rotation.is_pending(session, BOTH)
        opens_and_is_found(session, NEW)


def test_a_second_rotation_finds_nothing_to_do(stored: Database) -> None:
    rotation.rotate(stored.transaction, BOTH)
    assert set(rotation.rotate(stored.transaction, BOTH).counts.values()) == {0}


def test_rotation_moves_no_version_so_that_nobody_s_form_becomes_stale(stored: Database) -> None:
    rotation.rotate(stored.transaction, BOTH)
    with stored.reading() as session:
        assert set(session.scalars(select(Person.version))) == {1}


def test_an_erased_person_stays_erased(stored: Database) -> None:
    with stored.transaction() as session:
        session.delete(session.scalars(select(PersonKey).limit(1)).one())
    assert rotation.rotate(stored.transaction, BOTH).erased == 1


@pytest.mark.parametrize(
    "wrong",
    [
        Keyring((Key("ka", b"x" * 32),), (key("i"),)),  # another secret under the same id
        Keyring((key("b"),), (key("i"),)),  # the key is not listed at all
        Keyring((key("a"),), (Key("ki", b"x" * 32),)),
        Keyring((key("a"),), (key("j"),)),
    ],
)
def test_a_wrong_key_is_refused_at_start(stored: Database, wrong: Keyring) -> None:
    with stored.reading() as session:
        rotation.check_keys(session, OLD)
        with pytest.raises(KeyUnavailable):
            rotation.check_keys(session, wrong)


def test_the_product_does_not_start_with_a_wrong_key(app: Flask, settings: Settings, database: Database) -> None:
    with database.transaction() as session:
        store_people(session, app.extensions["anhu.keyring"])
    create_app(settings)
    with pytest.raises(KeyUnavailable):
        create_app(replace(settings, data_keys=(key("a"),), key_file=None))


def test_the_command_makes_new_keys_and_a_running_process_follows(
    app: Flask, settings: Settings, database: Database
) -> None:
    running: Keyring = app.extensions["anhu.keyring"]
    with database.transaction() as session:
        store_people(session, running)
    before = running.current_kek_id, running.current_index_key_id
    result = create_app(settings).test_cli_runner().invoke(args=["keys", "rotate", "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["keys"] == 3
    assert running.current_kek_id != before[0]
    assert running.current_index_key_id != before[1]
    with database.reading() as session:
        opens_and_is_found(session, running)
        assert set(session.scalars(select(PersonKey.kek_id))) == {running.current_kek_id}
        rotation.check_keys(session, running)


def test_the_key_file_stays_private_and_keeps_the_old_keys(settings: Settings) -> None:
    path = secrets_path(settings.instance)
    before = json.loads(path.read_text())
    KeyFile(path).add_keys()
    after = json.loads(path.read_text())
    assert path.stat().st_mode & 0o077 == 0
    assert after["ANHU_DATA_KEYS"].endswith(before["ANHU_DATA_KEYS"])
    assert after["ANHU_INDEX_KEY"].endswith(before["ANHU_INDEX_KEY"])
    assert len(after["ANHU_DATA_KEYS"].split(",")) == 2


PRODUCTION = {
    "ANHU_ENV": "production",
    "ANHU_SECRET_KEY": "x" * 40,
    "ANHU_DATA_KEYS": "k1:" + base64.urlsafe_b64encode(b"a" * 32).decode(),
    "ANHU_INDEX_KEY": "k2:" + base64.urlsafe_b64encode(b"b" * 32).decode(),
    "ANHU_PUBLIC_URL": "https://anhu.example",
}


@pytest.mark.parametrize(
    "change",
    [
        {"ANHU_DATA_KEYS": ""},
        {"ANHU_INDEX_KEY": ""},
        {"ANHU_SECRET_KEY": "short"},
        {"ANHU_DATA_KEYS": "k1:AAAA"},
        {"ANHU_DATA_KEYS": f"{PRODUCTION['ANHU_DATA_KEYS']},{PRODUCTION['ANHU_DATA_KEYS']}"},
        {"ANHU_DATA_KEYS": "demo-" + PRODUCTION["ANHU_DATA_KEYS"]},
        {"ANHU_PUBLIC_URL": "http://anhu.example"},
        {"ANHU_TODAY": "2026-11-21"},
        {"ANHU_PROXIES": "many"},
        {"ANHU_ENV": "prod"},
    ],
)
def test_production_refuses_to_start_on_weak_or_missing_settings(change: dict[str, str], tmp_path: Path) -> None:
    complete = PRODUCTION | {"ANHU_INSTANCE": str(tmp_path)}
    Settings.from_environ(complete)
    with pytest.raises(ConfigurationError):
        Settings.from_environ(complete | change)


def test_keys_never_stand_in_what_settings_print(settings: Settings) -> None:
    assert settings.secret_key not in repr(settings)
    assert all(str(one.secret) not in repr(settings) for one in (*settings.data_keys, *settings.index_keys))

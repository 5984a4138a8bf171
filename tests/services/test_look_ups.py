"""A hundred typical look-ups: prefix, fragment, pinyin and initials bring the person among the first five hits."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from random import Random

import pytest
from flask import Flask
from pypinyin import Style, lazy_pinyin
from sqlalchemy.orm import Session

from app.core.crypto import Keyring
from app.core.db import Database
from app.core.identity import Sex
from app.patients.commands import ConsentDraft, RegisterPatient
from app.patients.queries import search_patients
from app.patients.service.registering import register_patients
from app.people.commands import PersonDraft
from app.people.vault import Vault
from tests.conftest import NOW, TODAY
from tests.rig.county import SECOND_VILLAGE, VILLAGE, County
from tests.rig.queries import counted
from tests.rig.visits import REGISTERED_ON

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华文玉萍红辉建国志梅鑫宇晨浩凤琴云莲珍贞斌波亮"
FIRST = 5
LOOK_UPS = 100


def _names(count: int) -> list[str]:
    """Different people of one town; a given name of two characters, as most have."""
    rng = Random(7)
    found: dict[str, None] = {}
    while len(found) < count:
        found[rng.choice(_SURNAMES) + "".join(rng.sample(_GIVEN, 2))] = None
    return list(found)


def _typed(name: str) -> Iterator[str]:
    """What somebody types who looks for the name, from the shortest that still means this person."""
    syllables = lazy_pinyin(name, style=Style.NORMAL)
    yield name  # the whole
    yield name[:2]  # the front
    yield name[1:]  # what everybody calls them
    yield "".join(syllables)  # full pinyin
    yield "".join(syllables)[:-2]  # not typed to the end
    yield "".join(syllable[0] for syllable in syllables)  # initials


@pytest.fixture
def keyring(app: Flask) -> Keyring:
    found: Keyring = app.extensions["anhu.keyring"]
    return found


@pytest.fixture
def town(session: Session, county: County, keyring: Keyring) -> list[str]:
    names = _names(240)
    commands = [
        RegisterPatient(
            area_code=place,
            person=PersonDraft(name=name, sex=Sex.FEMALE),
            registered_on=REGISTERED_ON,
            consent=ConsentDraft(from_on=REGISTERED_ON),
            is_opening=True,
        )
        for name, place in zip(names, itertools.cycle((VILLAGE, SECOND_VILLAGE)), strict=False)
    ]
    register_patients(session, Vault(session, keyring), county.actor("doctor"), commands, TODAY, NOW)
    session.flush()
    return names


def test_a_hundred_look_ups_bring_the_person_among_the_first_five(
    session: Session, county: County, keyring: Keyring, town: list[str]
) -> None:
    doctor = county.actor("doctor")
    look_ups = [(text, name) for name in town[:: len(town) // 20] for text in _typed(name)][:LOOK_UPS]
    assert len(look_ups) == LOOK_UPS
    missed = []
    for text, name in look_ups:
        hits = [row.name for row in search_patients(session, doctor, keyring, text, limit=50)]
        if name not in hits[:FIRST]:
            missed.append((text, name, hits[:8]))
    assert not missed


def test_a_search_asks_the_same_number_of_questions_however_many_live_there(
    session: Session, database: Database, county: County, keyring: Keyring, town: list[str]
) -> None:
    asked = set()
    for text in (town[0], town[0][:1], "zh", "wang", town[0][1:]):
        session.info.clear()
        with counted(database) as sent:
            assert search_patients(session, county.actor("doctor"), keyring, text)
        asked.add(len(sent))
    assert asked == {2}

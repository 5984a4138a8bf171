import json
import pickle
from datetime import date

import pytest

from app.core import texts as core_texts
from app.core.money import Money
from app.core.quarter import Quarter
from app.core.reasons import Label, Reason, known_codes, reason, register, say

register(
    {
        "test.all": "%(day)s %(money)s %(quarter)s %(label)s %(inner)s %(list)s %(n)s %(text)s",
        "test.inner": "因为%(what)s",
    }
)


def _example() -> Reason:
    return reason(
        "test.all",
        day=date(2026, 11, 5),
        money=Money(123450),
        quarter=Quarter(2026, 3),
        label=Label("居家"),
        inner=reason("test.inner", what="雨"),
        list=[date(2026, 1, 2), "二"],
        n=3,
        text="一",
    )


def test_a_reason_is_said_with_its_values_in_words():
    assert say(_example()) == "2026年11月5日 1,234.50 2026年第3季度 居家 因为雨 2026年1月2日、二 3 一"


def test_a_reason_survives_storage_as_json_and_compares_by_value():
    stored = json.loads(json.dumps(_example().to_json()))
    assert Reason.from_json(stored) == _example()
    assert {Reason.from_json(stored), _example()} == {_example()}
    assert pickle.loads(pickle.dumps(_example())) == _example()
    assert reason("test.inner", what="雨") != reason("test.inner", what="雪")


def test_an_old_reason_is_never_an_error_on_a_page():
    assert say(Reason("test.forgotten", {"n": 1})) == "test.forgotten"
    assert say(Reason("test.inner")) == "因为—"
    assert say(reason("test.inner", what=None)) == "因为—"


def test_a_text_with_a_per_cent_sign_or_a_strange_argument_stays_text():
    assert say(reason("test.inner", what="100%(day)s")) == "因为100%(day)s"


@pytest.mark.parametrize("value", [1.5, object(), {"fen": 1, "x": 2}, {"other": 1}, b""])
def test_a_reason_carries_only_what_it_can_store_and_say(value):
    with pytest.raises(TypeError):
        reason("test.inner", what=value)


def test_a_reason_cannot_be_changed():
    with pytest.raises(TypeError):
        _example().args["n"] = 4


def test_one_code_has_one_sentence():
    with pytest.raises(ValueError):
        register({"test.inner": "另一句"})
    register({"test.inner": "因为%(what)s"})
    assert set(core_texts.TEXTS) <= known_codes()

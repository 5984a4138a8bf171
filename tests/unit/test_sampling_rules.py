"""Drawing by a seed: whoever draws again gets the same records, and nobody's place in the list has a say in it."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date
from random import Random

import pytest

from app.core.access import ACTIONS, FIELDS, Action, Field, Grant
from app.core.actor import Role
from app.numbers.labels_sampling import HOW, ITEMS, UNABLE, VERDICTS
from app.numbers.rules.sampling import ITEMS as BY_SUBJECT
from app.numbers.rules.sampling import (
    SampleSubject,
    Sizes,
    Stratum,
    Tally,
    Unable,
    Verdict,
    draw,
    draw_all,
    frame_digest,
    frame_text,
    is_seed,
    sample_number,
    tally,
    tally_items,
)
from app.numbers.sampled_facts import FACTS

KEYS = [f"record{number:02}" for number in range(20)]


def test_the_same_seed_draws_the_same_records_for_ever() -> None:
    # computed apart by `printf "2026:$key" | sha256sum`, sorted
    assert draw("2026", KEYS, 4) == ["record10", "record00", "record18", "record14"]
    assert draw("2027", KEYS, 4) == ["record07", "record18", "record08", "record16"]


def test_a_draw_asks_neither_in_which_order_records_were_entered_nor_how_often_they_are_named() -> None:
    shuffled = list(KEYS)
    Random(5).shuffle(shuffled)
    assert draw("seed", shuffled, 6) == draw("seed", KEYS, 6) == draw("seed", [*KEYS, *KEYS], 6)
    assert draw("seed", KEYS, 6)[:3] == draw("seed", KEYS, 3)  # more are drawn by going on
    gone = [key for key in KEYS if key not in draw("seed", KEYS, 3)]
    assert draw("seed", gone, 3) == draw("seed", KEYS, 6)[3:]  # who is not there leaves the others where they were


def test_every_record_is_drawn_about_as_often_as_every_other() -> None:
    drawn = Counter(key for number in range(2000) for key in draw(f"seed{number}", KEYS, 5))
    assert sum(drawn.values()) == 10_000 and set(drawn) == set(KEYS)
    assert all(400 <= count <= 600 for count in drawn.values())  # 500 each; five standard deviations are 97


@pytest.mark.parametrize(
    ("percent", "least", "count", "drawn"),
    [(5, 5, 200, 10), (5, 5, 201, 11), (5, 5, 40, 5), (5, 5, 3, 3), (0, 8, 100, 8), (100, 0, 7, 7), (5, 0, 1, 1), (5, 5, 0, 0)],
)  # fmt: skip
def test_a_share_is_rounded_up_never_below_the_minimum_and_never_above_what_there_is(
    percent: int, least: int, count: int, drawn: int
) -> None:
    assert Sizes(percent, least).of(Stratum.REST, count) == drawn


def test_level_three_and_above_are_drawn_apart_and_leave_the_others_their_share() -> None:
    frame = {"centre": {Stratum.HIGH: KEYS[:6], Stratum.REST: KEYS[6:]}, "clinic": {Stratum.REST: KEYS[:2]}}
    drawn = draw_all("2026", frame, Sizes(50, 1, 4))
    assert [len(drawn["centre"][one]) for one in Stratum] == [4, 7]
    assert set(drawn["centre"][Stratum.HIGH]) < set(KEYS[:6]) and not set(drawn["centre"][Stratum.REST]) & set(KEYS[:6])
    assert drawn["clinic"] == {Stratum.HIGH: [], Stratum.REST: draw("2026", KEYS[:2], 1)}


def test_a_frame_is_one_file_whoever_writes_it_and_sha256sum_says_its_digest() -> None:
    first, last = date(2026, 7, 1), date(2026, 9, 30)
    text = frame_text(SampleSubject.VISITS, first, last, {"b": {Stratum.REST: ["2", "1"]}, "a": {Stratum.HIGH: ["3"]}})
    assert text == "visits 2026-07-01 2026-09-30\na\thigh\t3\nb\trest\t1\nb\trest\t2\n"
    again = frame_text(SampleSubject.VISITS, first, last, {"a": {Stratum.HIGH: ["3"]}, "b": {Stratum.REST: ["1", "2"]}})
    assert text == again and frame_digest(text) == hashlib.sha256(text.encode()).hexdigest()
    assert frame_text(SampleSubject.RECORDS, None, None, {}) == "records\n"


def test_a_seed_is_a_few_letters_and_digits() -> None:
    assert is_seed("8f3a") and is_seed("0" * 40)
    assert not any(is_seed(text) for text in ("", "abc", "0" * 41, "种子2026", "20 26", "2026\n"))
    assert sample_number("安和县", 2026, 3) == "安抽〔2026〕3号"


def test_what_cannot_be_verified_is_in_no_denominator() -> None:
    match, differs, unclear = Verdict.MATCH, Verdict.MISMATCH, Verdict.UNVERIFIABLE
    one = tally([match, differs, unclear, unclear], is_done=True, is_unable=False)
    assert one == Tally(drawn=1, done=1, checked=1, wrong=1, items=2, errors=1, unverifiable=2)
    nothing = tally([unclear], is_done=True, is_unable=False)
    assert (nothing.checked, nothing.items, nothing.unverifiable) == (0, 0, 1)
    # marks of a record that turned out not to be checkable count for nothing
    assert tally([differs], is_done=False, is_unable=True) == Tally(drawn=1, done=1, unable=1)
    both = one + tally([match], is_done=False, is_unable=False)
    assert (both.checked, both.wrong, both.items, both.errors, both.drawn, both.done) == (2, 1, 3, 1, 2, 1)
    assert both.is_small and not Tally().is_small
    assert tally_items("level", [{"level": differs}, {"level": unclear}, {"consent": match}]) == Tally(
        items=1, errors=1, unverifiable=1
    )


def test_every_item_has_its_words_its_way_of_checking_and_what_the_register_says() -> None:
    codes = {one.code for items in BY_SUBJECT.values() for one in items}
    assert codes == ITEMS.keys() == HOW.keys() == FACTS.keys()
    assert set(UNABLE) == set(Unable) and set(VERDICTS) == set(Verdict)


def test_whoever_draws_reads_no_amounts_and_the_countys_office_reads_every_item() -> None:
    tells = {one.tells for items in BY_SUBJECT.values() for one in items}
    assert ACTIONS[Action.DRAW_SAMPLES] == {Role.COORDINATOR, Role.COUNTY_OFFICE}
    assert all(FIELDS[Field.AMOUNT][role] is not Grant.FULL for role in ACTIONS[Action.DRAW_SAMPLES])
    assert all(FIELDS[field][Role.COUNTY_OFFICE] is not Grant.NONE for field in tells)
    assert FIELDS[Field.CLINICAL][Role.COORDINATOR] is Grant.NONE and Field.CLINICAL in tells

"""Words of messages: no illness, hospital, drug, subsidy or name in any text as it arrives; lengths as networks count them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.core.clock import SHANGHAI
from app.messages.rules.kinds import KINDS, Audience, MessageKind, Parameter
from app.messages.rules.night import is_night, may_ring, may_wait_until, next_morning
from app.messages.rules.outcomes import rises
from app.messages.rules.words import UnknownValue, forbidden_in, names_in, rendered, size_of
from app.messages.service.wording import EXAMPLE, MOST_PARTS
from app.messages.suggested import SUGGESTED


@pytest.mark.parametrize("kind", list(MessageKind))
def test_every_suggested_text_passes_the_word_check_as_it_arrives(kind: MessageKind) -> None:
    texts = dict(zip(("zh", "en"), SUGGESTED[kind], strict=True))
    assert set(names_in(texts["zh"])) == set(names_in(texts["en"])) <= KINDS[kind].parameters
    for language, text in texts.items():
        shown = rendered(text, EXAMPLE, language)
        assert forbidden_in(shown) == ()
        assert size_of(shown).parts <= MOST_PARTS[KINDS[kind].audience]
        assert "{" not in shown
    if KINDS[kind].audience is Audience.FAMILY:
        assert Parameter.PHONE in names_in(texts["zh"])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("您的精神科复诊", ("精神", "诊")),
        ("请来安定医院取药", ("安定", "医院", "药")),
        ("利培酮针剂到期", ("利培酮", "针")),
        ("补贴 750 元已发放", ("补贴", "元", "发放")),
        ("Your schizophrenia medication", ("schizophrenia", "medication")),
        ("She is ill; call Dr Wang", ("ill", "Dr")),
        ("We will call you; the village still waits", ()),
        ("the subsidy was paid to your bank", ("subsidy", "bank")),
        ("see www.example.cn", ("www.", "example.cn")),
        ("张伟您好", ("张伟",)),
        ("张 伟您好", ("张伟",)),
        ("氯 氮 平到了", ("氯氮平",)),
        ("精★神", ("精神",)),
        ("重性，服用，残联", ("重性", "服用", "残联")),
        ("jing shen bing", ("jingshen",)),
        ("您可以来，请电话联系。卡车停在门口", ()),
    ],
)
def test_the_word_check_finds_what_would_give_somebody_away(text: str, found: tuple[str, ...]) -> None:
    assert set(forbidden_in(text, ["张伟", "李娜"])) >= set(found)
    assert bool(forbidden_in(text, ["张伟", "李娜"])) == bool(found)


@pytest.mark.parametrize(
    ("text", "characters", "parts"),
    [
        ("好" * 70, 70, 1), ("好" * 71, 71, 2), ("好" * 134, 134, 2), ("好" * 135, 135, 3),
        ("a" * 160, 160, 1), ("a" * 161, 161, 2), ("a" * 306, 306, 2), ("a" * 307, 307, 3),
        ("[" * 80, 160, 1), ("𠮷" * 35, 70, 1), ("𠮷" * 36, 72, 2), ("a" * 160 + "好", 161, 3),
    ],
)  # fmt: skip
def test_lengths_are_counted_as_networks_charge_them(text: str, characters: int, parts: int) -> None:
    size = size_of(text)
    assert (size.characters, size.parts) == (characters, parts)


def test_values_ride_only_where_the_words_ask_for_them() -> None:
    assert rendered("{day}前回电{phone}", EXAMPLE, "zh") == "11月21日前回电0559-12345678"
    assert rendered("Call {phone} before {day}", EXAMPLE, "en") == "Call 0559-12345678 before 21 Nov"
    for words in ("{name}", "{day!r}", "{day:>30}", "{0}", "{", "{day.year}"):
        with pytest.raises(ValueError):
            names_in(words)
    with pytest.raises(UnknownValue):
        rendered("{day}", {}, "zh")


def test_quiet_hours_are_the_nights_of_shanghai() -> None:
    def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
        return datetime(2026, 11, 21, hour, minute, second, tzinfo=SHANGHAI).astimezone(UTC)

    assert [is_night(at(*one)) for one in ((7, 59, 59), (8,), (21, 59, 59), (22,), (0,))] == [True, False, False, True, True]  # fmt: skip
    # nothing is handed over that could ring in the night: the provider's shortest time is over before it
    assert [may_ring(at(*one)) for one in ((7, 59, 59), (8,), (21, 54, 29), (21, 54, 30), (23,))] == [False, True, True, False, False]  # fmt: skip
    assert next_morning(at(7)).astimezone(SHANGHAI).day == 21
    assert next_morning(at(23)).astimezone(SHANGHAI).day == 22
    # a provider may not keep a text into the night, nor past its own time
    assert may_wait_until(at(21), at(23), ignores_night=False) == at(21, 59, 30)
    assert may_wait_until(at(21), at(23), ignores_night=True) == at(23)
    assert may_wait_until(at(10), at(23), ignores_night=False) == at(14)
    assert may_wait_until(at(10), at(10, 1), ignores_night=False) == at(10) + timedelta(minutes=5)


def test_a_status_only_rises() -> None:
    ladder = ("accepted", "sending", "sent", "delivered", "read")
    for place, before in enumerate(ladder):
        for later, status in enumerate(ladder):
            assert rises(before, status) == (later > place)
    assert not rises("delivered", "failed")
    assert not rises("failed", "delivered")
    assert not rises("sent", "unheard of")
    assert rises(None, "queued")

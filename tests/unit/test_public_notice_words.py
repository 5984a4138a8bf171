"""What hangs on a wall or stands beside a payment: no number of a person, no word that ties anybody to an illness."""

from __future__ import annotations

import random
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import Money
from app.core.plain_text import UNKEPT
from app.subsidies.rules.notice import LEAST_SHOWN, TownCount, public_counts
from app.subsidies.rules.policy import PolicyTerms
from reports.public_notice import NoticeTown, PublicNoticeDocument, render_public_notice_pdf
from reports.wording import Provenance

ILLNESS = re.compile("精神|障碍|患者|病|症|诊断|危险|等级|肇事|肇祸|失能|住院|服药|残疾")
PERSONAL = re.compile(r"1[3-9]\d{9}|\d{15,19}|\d{17}[Xx]")
GENERATED = 1000
TOWNS = [
    f"{first}{second}"
    for first in ("城关", "柳河", "龙潭", "石门", "青山", "安平", "大王", "新街")
    for second in ("镇", "乡")
]

counts = st.lists(
    st.builds(TownCount, st.sampled_from(TOWNS), st.integers(0, 40), st.integers(1, 3_000_000)),
    max_size=12,
    unique_by=lambda one: one.town,
)


@given(counts)
def test_no_town_of_one_to_four_can_be_told_from_a_notice(towns: list[TownCount]) -> None:
    found = public_counts(towns)
    assert all(one.households >= LEAST_SHOWN for one in found.shown)
    assert found.households == sum(one.households for one in towns)
    assert found.fen == sum(one.fen for one in towns if one.households)
    if found.together and found.is_told:
        assert len(found.together) >= 2 and found.together_households >= LEAST_SHOWN
    if not found.is_told:
        assert 0 < found.households < LEAST_SHOWN


def test_a_thousand_public_notices_name_nobody() -> None:
    drawn = random.Random(20261122)
    for number in range(GENERATED):
        document = generated(drawn)
        said = "\n".join((document.title, *document.words, *document.ending, document.footer, *document.together))
        rest = said.replace(document.phone, "")
        assert not PERSONAL.search(rest), said
        assert not ILLNESS.search(said), said
        assert document.provenance.printed_by not in said
        if number % 100 == 0:
            assert render_public_notice_pdf(document).startswith(b"%PDF")


def generated(drawn: random.Random) -> PublicNoticeDocument:
    towns = [
        TownCount(name, drawn.randint(0, 60), drawn.randint(1, 60) * 75_000)
        for name in drawn.sample(TOWNS, drawn.randint(1, 12))
    ]
    found = public_counts(towns)
    day = date(2026, 1, 1) + timedelta(days=drawn.randint(0, 700))
    return PublicNoticeDocument(
        county="安和县",
        organisation="安和县民政局",
        period_label=f"{day.year}年第{drawn.randint(1, 4)}季度",
        policy=f"安民发〔{day.year}〕{drawn.randint(1, 99)}号",
        towns=tuple(NoticeTown(one.town, one.households, one.fen) for one in found.shown),
        together=found.together,
        together_households=found.together_households,
        together_fen=found.together_fen,
        is_told=found.is_told,
        households=found.households,
        fen=found.fen,
        capital=Money(found.fen).capital(),
        posted_on=day,
        until_on=day + timedelta(days=drawn.randint(5, 20)),
        days=drawn.randint(1, 15),
        phone=f"0565-{drawn.randint(1_000_000, 9_999_999)}",
        provenance=Provenance(
            "f" * 64, "经办吴丽萍", datetime(2026, 11, 22, tzinfo=UTC), "20261122-7K3M9QX", "ABCD2345"
        ),
    )


def test_a_thousand_bank_remarks_say_nothing_of_anybody() -> None:
    """Whatever a county writes there, what is accepted has no number of a person and no word of illness."""
    drawn = random.Random(20261123)
    parts = [
        "惠民",
        "补贴",
        "监护",
        "精神病",
        "患者",
        "13812345678",
        "34112219700301123X",
        "6228480402564890018",
        "款",
        "2026",
        "第3季",
        "残疾",
    ]
    accepted = 0
    for _ in range(GENERATED):
        remark = "".join(drawn.choice(parts) for _ in range(drawn.randint(1, 3)))
        try:
            terms = PolicyTerms(annual=Money.from_yuan("3000"), remark=remark)
        except ValueError:
            continue
        accepted += 1
        assert not PERSONAL.search(terms.remark) and not ILLNESS.search(terms.remark), terms.remark
    assert accepted


def test_the_default_remark_is_neutral() -> None:
    remark = PolicyTerms(annual=Money.from_yuan("3000")).remark
    assert not ILLNESS.search(remark) and not UNKEPT.search(remark)


@pytest.mark.parametrize(("households", "told"), [(0, True), (4, False), (5, True)])
def test_fewer_than_five_in_all_are_not_told(households: int, told: bool) -> None:
    assert public_counts([TownCount("城关镇", households, 75_000)]).is_told is told

"""The briefing's sentences and the causes of a gap: chosen by rules alone, every number with its list."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from app.numbers.rules.behind import missing_of
from app.numbers.rules.briefing import briefing
from app.numbers.rules.briefing_facts import BriefingFacts, Measured, PlaceShort
from app.numbers.rules.causes import Alike, gap_of
from app.numbers.rules.indicators import figures, indicators
from app.numbers.rules.membership import InSet, Weight
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings, PeriodMode

S = InSet
EAST, WEST = "349921100201", "349921101202"
STANDARD = Measured(
    "standard", "规范管理率", "standard", "registered", Decimal("70.00"), Decimal("72.50"), Decimal("80.00"), False,
    missing=30, causes=(("随访逾期", 20), ("失访", 10)), owners=(("城关镇卫生院", 25), ("安平镇卫生院", 5)),
    short=(PlaceShort("城关镇", "349921100000", "60.00", 25),),
)  # fmt: skip
MANAGED = replace(
    STANDARD, code="management", name="管理率", numerator="managed", rate=Decimal("96.00"), before=Decimal("98.00"), is_reached=True, missing=4
)  # fmt: skip
LOST = Measured(
    "lost",
    "失访率",
    "lost",
    "registered",
    Decimal("6.00"),
    None,
    Decimal("2.00"),
    False,
    lower_is_better=True,
    missing=6,
)
FACTS = BriefingFacts(
    "349921000000", "安和县", "2026年第三季度", date(2026, 9, 30), {"registered": 100, "managed": 96, "overdue": 20},
    {"management": MANAGED, "standard": STANDARD, "lost": LOST}, overdue=(("城关镇", "349921100000", 18),), mend_by=date(2026, 10, 31),
)  # fmt: skip


def test_what_misses_its_target_is_told_with_place_cause_and_whose_work_it_is() -> None:
    overview, problems, steps = (
        "\n".join("".join(p.text for p in s) for s in part.sentences) for part in briefing(FACTS).sections
    )
    assert "安和县在册严重精神障碍患者 100 人，在管 96 人" in overview
    assert "规范管理率 70.00%（目标 80.00%，未达到；较上期下降 2.50 个百分点）" in overview
    assert problems.startswith("（一）规范管理率未达到目标。本期 70.00%，低于目标 10.00 个百分点，缺口 30 人；其中")
    assert "其中城关镇（60.00%，缺 25）未达标；主要原因为随访逾期 20、失访 10 人。" in problems
    assert "失访率未达到目标。本期 6.00%，高于目标 4.00 个百分点，涉及 6 人。" in problems
    assert "管理率虽达到目标，较上期下降 2.00 个百分点" in problems
    assert "随访逾期 20 人，较多的为城关镇 18 人" in problems
    assert "截至9月30日随访逾期的 20 人逐人核对，至今未访的由责任机构在10月31日前全部补访" in steps
    assert "由城关镇卫生院、安平镇卫生院按应随访日期排出随访计划" in steps


def test_of_a_period_before_all_records_it_tells_that_alone_and_asks_nobody_for_anything() -> None:
    (only,) = briefing(replace(FACTS, recorded_from=date(2026, 10, 8))).sections
    assert [p.text for s in only.sentences for p in s] == [
        "本县2026年10月8日以前没有随访记录，本期数字不能说明工作情况。"
    ]


def test_an_event_that_is_not_owed_yet_has_no_rate_and_whoever_waits_for_confirmation_is_told_apart() -> None:
    loops = replace(MANAGED, code="loop_in_time", name="及时率", rate=None, before=None)
    counts = {"registered": 100, "discharges": 5, "overdue_waiting": 18}
    facts = replace(FACTS, counts=counts, measures={"loop_in_time": loops}, overdue=())
    overview, problems, steps = (
        "".join(p.text for s in part.sentences for p in s) for part in briefing(facts).sections
    )
    assert "没有应急处置；出院衔接 5 起，没有到期应办结的。" in overview and "，。" not in overview
    assert "等待卫生院确认的 18 人，确认后计入，不计逾期" in problems and "随访逾期" not in problems
    assert "已随访待确认的 18 人，由乡镇卫生院在10月31日前逐条核对确认" in steps
    owed = replace(
        facts, counts=counts | {"loops_owed": 4}, measures={"loop_in_time": replace(loops, rate=Decimal("75.00"))}
    )
    assert "到期应办结的出院衔接 4 起，及时率 75.00%（目标 80.00%，已达到）。" in "".join(
        p.text for s in briefing(owed).sections[0].sentences for p in s
    )


def test_a_place_that_misses_nothing_is_not_given_problems() -> None:
    calm = replace(FACTS, measures={"management": replace(MANAGED, before=MANAGED.rate)}, overdue=())
    _overview, problems, steps = briefing(calm).sections
    assert [piece.text for piece in problems.sentences[0]] == ["设有目标的指标均已达到目标，与上期相比没有明显下降。"]
    assert "督办单" not in str(steps)


def test_what_adds_up_over_a_year_is_compared_with_the_year_before_and_with_nothing_where_nothing_was_counted() -> None:
    told = str(briefing(replace(FACTS, compared_with="上年同期", mend_by=None)))
    assert "较上年同期下降 2.50" in told and "上期" not in told.replace("上年同期", "") and "限期全部补访" in told
    alone = replace(FACTS, measures={"management": replace(MANAGED, before=None)}, overdue=())
    assert "相比" not in str(briefing(alone)) and "较上" not in str(briefing(alone))
    for code, mode, earlier in (
        ("2026Q3", PeriodMode.CUMULATIVE, "2025Q3"), ("2026M02", PeriodMode.CUMULATIVE, "2025M02"),
        ("2026Q1", PeriodMode.ALONE, "2025Q4"), ("2026Y", PeriodMode.CUMULATIVE, "2025Y"), ("2026-09-17", PeriodMode.ALONE, "None"),
    ):  # fmt: skip
        assert str(ReportPeriod.parse(code).compared_with(mode)) == earlier


def test_every_number_leads_to_a_list_that_the_county_counts() -> None:
    settings = NumberSettings()
    known = {one.name for one in figures(settings)} | {f"{one.code}-missing" for one in indicators(settings)}
    pieces = [piece for part in briefing(FACTS).sections for sentence in part.sentences for piece in sentence]
    assert {piece.figure for piece in pieces if piece.figure} <= known
    counted = [piece for piece in pieces if piece.text.removesuffix("%").replace(".", "", 1).isdecimal()]
    assert counted and all(piece.figure for piece in counted)


def test_a_gap_is_exactly_the_list_of_the_missing_with_one_cause_each() -> None:
    rows = [
        Alike(EAST, 1, int(S.REGISTERED | S.REFUSED), 3),
        Alike(EAST, 1, int(S.REGISTERED | S.LOST | S.VISITED), 2),
        Alike(EAST, 1, int(S.REGISTERED | S.VISITED | S.MANAGED | S.OVERDUE), 4),
        Alike(WEST, None, int(S.REGISTERED | S.VISITED | S.MANAGED), 5, visits=9, visits_in_time=6),
        Alike(WEST, 2, int(S.REGISTERED | S.VISITED | S.MANAGED | S.STANDARD), 7),
        Alike(WEST, 2, int(S.DIED | S.REGISTERED_OR_DIED), 8),
    ]
    standard = next(one for one in indicators(NumberSettings()) if one.code == "standard")
    gap = gap_of(standard, "349921", rows)
    assert (gap.missing, gap.causes) == (14, (("gap", 5), ("overdue", 4), ("refused", 3), ("lost", 2)))
    assert gap.owners == ((1, 9), (None, 5))
    assert gap_of(standard, "349921100", rows).missing == 9
    for one in indicators(NumberSettings()):
        behind = missing_of(one)
        if behind is not None and behind.weight is Weight.ROWS:
            listed = sum(row.rows for row in rows if behind.has(row.bits))
            assert gap_of(one, "349921", rows).missing == listed, one.code

"""总体情况: how many there are, and every rate with its target and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.numbers.rules.briefing_facts import BriefingFacts, Measured, Piece, counted


def overview(facts: BriefingFacts) -> Iterator[tuple[Piece, ...]]:
    day = facts.cut_off
    yield (
        Piece(f"截至{day.year}年{day.month}月{day.day}日，{facts.whole}在册严重精神障碍患者 "),
        counted(facts, "registered"),
        Piece(" 人，在管 "),
        counted(facts, "managed"),
        Piece(" 人。"),
        *_rates(facts, ("management", "standard", "face_to_face")),
    )
    if rates := tuple(_rates(facts, ("medication", "regular_medication", "stability", "examination"))):
        yield rates
    yield (
        Piece("期内新登记 "), counted(facts, "newly_registered"),
        Piece(" 人，死亡 "), counted(facts, "died"),
        Piece(" 人；截止日失访 "), counted(facts, "lost"),
        Piece(" 人，不同意管理 "), counted(facts, "refused"),
        Piece(" 人，危险性评估 3 级及以上 "), counted(facts, "high_level"),
        Piece(" 人。"),
    )  # fmt: skip
    yield from _events(facts)
    yield from _support(facts)


def _events(facts: BriefingFacts) -> Iterator[tuple[Piece, ...]]:
    said: list[Piece] = [
        Piece("期内有肇事肇祸行为的患者 "), counted(facts, "offended"), Piece(" 人；"),
    ]  # fmt: skip
    if facts.counts.get("emergencies", 0):
        said += [
            Piece("应急处置 "),
            counted(facts, "emergencies"),
            Piece(" 起"),
            *_share(facts, "emergency_in_time"),
            Piece("；"),
        ]
    else:
        said.append(Piece("没有应急处置；"))
    if facts.counts.get("loops_owed", 0):
        said += [
            Piece("到期应办结的出院衔接 "),
            counted(facts, "loops_owed"),
            Piece(" 起"),
            *_share(facts, "loop_in_time"),
        ]
    elif facts.counts.get("discharges", 0):
        said += [Piece("出院衔接 "), counted(facts, "discharges"), Piece(" 起，没有到期应办结的")]
    else:
        said.append(Piece("没有出院衔接"))
    yield (*said, Piece("。"))


def _support(facts: BriefingFacts) -> Iterator[tuple[Piece, ...]]:
    if facts.counts.get("eligible", 0):
        yield (
            Piece("符合监护补贴条件 "),
            counted(facts, "eligible"),
            Piece(" 人。"),
            *_rates(facts, ("agreements", "subsidy", "insurance")),
        )


def _share(facts: BriefingFacts, code: str) -> Iterator[Piece]:
    """，及时率 80%: nothing where there is none."""
    one = facts.measures.get(code)
    if one is not None and one.rate is not None:
        yield Piece(f"，{one.name} ")
        yield Piece(f"{one.rate}%", one.numerator)
        yield Piece(_compared(one, facts.compared_with))


def _rates(facts: BriefingFacts, codes: Sequence[str]) -> Iterator[Piece]:
    known = [facts.measures[code] for code in codes if code in facts.measures and facts.measures[code].rate is not None]
    for place, one in enumerate(known):
        yield Piece(f"{one.name} ")
        yield Piece(f"{one.rate}%", one.numerator)
        yield Piece(_compared(one, facts.compared_with) + ("。" if place == len(known) - 1 else "；"))


def _compared(one: Measured, before: str) -> str:
    """（目标 80%，已达到；较上期上升 1.20 个百分点）"""
    said = []
    if one.target is not None:
        said.append(f"目标 {one.target:.2f}%，{'已达到' if one.is_reached else '未达到'}")
    if one.change is not None:
        if one.change == 0:
            said.append(f"与{before}持平")
        else:
            said.append(f"较{before}{'上升' if one.change > 0 else '下降'} {abs(one.change):.2f} 个百分点")
    return f"（{'；'.join(said)}）" if said else ""

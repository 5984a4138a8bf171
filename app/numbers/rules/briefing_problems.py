"""存在问题: what misses its target with place and cause, what is overdue, what fell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from app.numbers.rules.briefing_facts import BriefingFacts, Measured, Piece, counted

PLACES_NAMED: Final = 3
_MOST_PROBLEMS, _CAUSES_NAMED = 6, 3
# from so many percentage points on a fall is spoken of where no target is missed
_FALL = Decimal(1)


def problems(facts: BriefingFacts) -> list[Measured]:
    """Whatever misses its target, the farthest first."""
    short = [one for one in facts.measures.values() if one.is_reached is False]
    return sorted(short, key=lambda one: (-one.distance, one.code))[:_MOST_PROBLEMS]


def shortfalls(problems: Sequence[Measured]) -> Iterator[tuple[Piece, ...]]:
    for one in problems:
        side = "高于" if one.lower_is_better else "低于"
        yield (
            Piece(f"{one.name}未达到目标。本期 "),
            Piece(f"{one.rate}%", one.numerator),
            Piece(f"，{side}目标 {one.distance:.2f} 个百分点，{'涉及' if one.lower_is_better else '缺口'} "),
            Piece(str(one.missing), one.list_of_missing),
            Piece(f" {one.unit}"),
            *_places(one),
            *_causes(one),
            Piece("。"),
        )


def _places(one: Measured) -> Iterator[Piece]:
    named = one.short[:PLACES_NAMED]
    if not named:
        return
    yield Piece("；其中")
    for place, short in enumerate(named):
        yield Piece(f"{'、' if place else ''}{short.name}（{short.rate}%，{'涉及' if one.lower_is_better else '缺'} ")
        yield Piece(str(short.missing), one.list_of_missing, short.code)
        yield Piece("）")
    yield Piece(f"等 {len(one.short)} 处未达标" if len(one.short) > len(named) else "未达标")


def _causes(one: Measured) -> Iterator[Piece]:
    if one.lower_is_better or not one.causes:
        return
    # a part of the list of the missing, where each has its cause beside the name; it has no list of its own
    told = "、".join(f"{cause} {count}" for cause, count in one.causes[:_CAUSES_NAMED])
    yield Piece(f"；主要原因为{told} {one.unit}")


def other_problems(facts: BriefingFacts, problems: Sequence[Measured]) -> Iterator[tuple[Piece, ...]]:
    if facts.overdue:
        yield (
            Piece(f"截至{facts.cut_off.month}月{facts.cut_off.day}日随访逾期 "),
            counted(facts, "overdue"),
            Piece(" 人，较多的为"),
            *(
                piece
                for place, (name, code, count) in enumerate(facts.overdue[:PLACES_NAMED])
                for piece in (
                    Piece(f"{'、' if place else ''}{name} "),
                    Piece(str(count), "overdue", code),
                    Piece(" 人"),
                )
            ),
            Piece("。"),
        )
    if facts.counts.get("overdue_waiting", 0):
        yield (
            Piece("村医已随访、等待卫生院确认的 "),
            counted(facts, "overdue_waiting"),
            Piece(" 人，确认后计入，不计逾期。"),
        )
    known = {one.code for one in problems}
    for one in facts.measures.values():
        fell = -(one.change or 0) if not one.lower_is_better else one.change or Decimal(0)
        if one.code not in known and one.is_reached is not None and fell >= _FALL:
            yield (
                Piece(
                    f"{one.name}虽达到目标，较{facts.compared_with}{'上升' if one.lower_is_better else '下降'} "
                    f"{fell:.2f} 个百分点，现为 "
                ),
                Piece(f"{one.rate}%", one.numerator),
                Piece("，需要关注。"),
            )

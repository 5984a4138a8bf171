"""汇报材料: which sentences a place's figures ask for, in the order in which officials read them: 总体情况, 存在问题, 下步措施.

Every number is a piece of its own that knows the list behind it, so that page and paper say the same and a page can open each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from app.numbers.rules.briefing_facts import Briefing, BriefingFacts, Piece, Section
from app.numbers.rules.briefing_overview import overview
from app.numbers.rules.briefing_problems import other_problems, problems, shortfalls
from app.numbers.rules.briefing_steps import steps

_ORDINALS = "一二三四五六七八九十"


def briefing(facts: BriefingFacts) -> Briefing:
    if facts.recorded_from is not None:
        return Briefing((Section("一、总体情况", ((Piece(unrecorded(facts.recorded_from) + "。"),),)),))
    found = problems(facts)
    told = tuple(_numbered([*shortfalls(found), *other_problems(facts, found)]))
    return Briefing(
        (
            Section("一、总体情况", tuple(overview(facts))),
            Section("二、存在问题", told or (_no_problem(facts),)),
            Section("三、下步措施", tuple(_numbered(steps(facts, found)))),
        )
    )


def unrecorded(first: date) -> str:
    """What a period before all records is, in words of briefing and papers."""
    return f"本县{first.year}年{first.month}月{first.day}日以前没有随访记录，本期数字不能说明工作情况"


def _no_problem(facts: BriefingFacts) -> tuple[Piece, ...]:
    is_compared = any(one.change is not None for one in facts.measures.values())
    return (
        Piece(f"设有目标的指标均已达到目标{f'，与{facts.compared_with}相比没有明显下降' if is_compared else ''}。"),
    )


def _numbered(sentences: Iterable[tuple[Piece, ...]]) -> Iterator[tuple[Piece, ...]]:
    """（一）…（二）…"""
    for place, sentence in enumerate(sentences):
        yield (Piece(f"（{_ORDINALS[place % 10]}）"), *sentence)

"""汇报材料: which sentences a place's figures ask for, in the order in which officials read them: 总体情况, 存在问题, 下步措施.

Every number is a piece of its own that knows the list behind it, so that page and paper say the same and a page can open each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

_MOST_PROBLEMS, _PLACES_NAMED, _CAUSES_NAMED = 6, 3, 3
# from so many percentage points on a fall is spoken of where no target is missed
_FALL = Decimal(1)
_ORDINALS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Piece:
    """Words, or a number with the figure whose list it is the length of, and where (12 digits; the report's own place if empty)."""

    text: str
    figure: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    sentences: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True, slots=True)
class PlaceShort:
    """A place below that misses the target: how many are missing there."""

    name: str
    code: str
    rate: str
    missing: int


@dataclass(frozen=True, slots=True)
class Measured:
    """An indicator as it stands. `missing` is whom its `-missing` list names; causes and owners are in words, most first."""

    code: str
    name: str
    numerator: str
    denominator: str
    rate: Decimal | None
    before: Decimal | None = None
    target: Decimal | None = None
    is_reached: bool | None = None
    lower_is_better: bool = False
    missing: int = 0
    # what those missing are: people, events or visits
    unit: str = "人"
    causes: tuple[tuple[str, int], ...] = ()
    owners: tuple[tuple[str, int], ...] = ()
    short: tuple[PlaceShort, ...] = ()

    @property
    def distance(self) -> Decimal:
        """From the target, in percentage points."""
        return abs((self.rate or Decimal(0)) - (self.target or Decimal(0)))

    @property
    def change(self) -> Decimal | None:
        return None if self.rate is None or self.before is None else self.rate - self.before

    @property
    def list_of_missing(self) -> str:
        return self.numerator if self.lower_is_better else f"{self.code}-missing"


@dataclass(frozen=True, slots=True)
class BriefingFacts:
    """A place in a period: `counts` by figure, `measures` by indicator."""

    place: str
    # 安和县
    whole: str
    period_label: str
    cut_off: date
    counts: Mapping[str, int]
    measures: Mapping[str, Measured]
    # places with overdue visits, most first: name, code, how many
    overdue: Sequence[tuple[str, str, int]] = field(default=())
    # a day by which what is short shall be made good; none of a period that is past, whose overdue are of its last day
    mend_by: date | None = None
    # what the measures' `before` is
    compared_with: str = "上期"


def briefing(facts: BriefingFacts) -> tuple[Section, ...]:
    problems = _problems(facts)
    return (
        Section("一、总体情况", tuple(_overview(facts))),
        Section(
            "二、存在问题",
            tuple(_numbered([*_shortfalls(problems), *_other_problems(facts, problems)])) or (_no_problem(facts),),
        ),
        Section("三、下步措施", tuple(_numbered(_measures(facts, problems)))),
    )


def _no_problem(facts: BriefingFacts) -> tuple[Piece, ...]:
    is_compared = any(one.change is not None for one in facts.measures.values())
    return (
        Piece(f"设有目标的指标均已达到目标{f'，与{facts.compared_with}相比没有明显下降' if is_compared else ''}。"),
    )


# -- 总体情况 ------------------------------------------------------------------------------------------------------------


def _overview(facts: BriefingFacts) -> Iterator[tuple[Piece, ...]]:
    day = facts.cut_off
    yield (
        Piece(f"截至{day.year}年{day.month}月{day.day}日，{facts.whole}在册严重精神障碍患者 "),
        _count(facts, "registered"),
        Piece(" 人，在管 "),
        _count(facts, "managed"),
        Piece(" 人。"),
        *_rates(facts, ("management", "standard", "face_to_face")),
    )
    yield (*_rates(facts, ("medication", "regular_medication", "stability", "examination")),)
    yield (
        Piece("期内新登记 "), _count(facts, "newly_registered"),
        Piece(" 人，死亡 "), _count(facts, "died"),
        Piece(" 人；截止日失访 "), _count(facts, "lost"),
        Piece(" 人，不同意管理 "), _count(facts, "refused"),
        Piece(" 人，危险性评估 3 级及以上 "), _count(facts, "high_level"),
        Piece(" 人。"),
    )  # fmt: skip
    yield from _events(facts)
    yield from _support(facts)


def _events(facts: BriefingFacts) -> Iterator[tuple[Piece, ...]]:
    said: list[Piece] = [
        Piece("期内有肇事肇祸行为的患者 "), _count(facts, "offended"), Piece(" 人；"),
    ]  # fmt: skip
    for figure, word, code in (
        ("emergencies", "应急处置", "emergency_in_time"),
        ("discharges", "到期的出院衔接", "loop_in_time"),
    ):
        if facts.counts.get(figure, 0):
            said += [Piece(f"{word} "), _count(facts, figure), Piece(" 起，")]
            said += [*_rates(facts, (code,), end="；")]
        else:
            said.append(Piece(f"没有{word}；"))
    yield (*said[:-1], Piece(said[-1].text.removesuffix("；") + "。"))


def _support(facts: BriefingFacts) -> Iterator[tuple[Piece, ...]]:
    if facts.counts.get("eligible", 0):
        yield (
            Piece("符合监护补贴条件 "),
            _count(facts, "eligible"),
            Piece(" 人，"),
            *_rates(facts, ("agreements", "subsidy", "insurance")),
        )


def _rates(facts: BriefingFacts, codes: Sequence[str], end: str = "。") -> Iterator[Piece]:
    known = [facts.measures[code] for code in codes if code in facts.measures and facts.measures[code].rate is not None]
    for place, one in enumerate(known):
        yield Piece(f"{one.name} ")
        yield Piece(f"{one.rate}%", one.numerator)
        yield Piece(
            _compared(one, facts.compared_with) + (end if place == len(known) - 1 else "，" if end == "；" else "；")
        )


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


# -- 存在问题 ------------------------------------------------------------------------------------------------------------


def _problems(facts: BriefingFacts) -> list[Measured]:
    """Whatever misses its target, the farthest first."""
    short = [one for one in facts.measures.values() if one.is_reached is False]
    return sorted(short, key=lambda one: (-one.distance, one.code))[:_MOST_PROBLEMS]


def _shortfalls(problems: Sequence[Measured]) -> Iterator[tuple[Piece, ...]]:
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
    named = one.short[:_PLACES_NAMED]
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


def _other_problems(facts: BriefingFacts, problems: Sequence[Measured]) -> Iterator[tuple[Piece, ...]]:
    if facts.overdue:
        yield (
            Piece(f"截至{facts.cut_off.month}月{facts.cut_off.day}日随访逾期 "),
            _count(facts, "overdue"),
            Piece(" 人，较多的为"),
            *(
                piece
                for place, (name, code, count) in enumerate(facts.overdue[:_PLACES_NAMED])
                for piece in (
                    Piece(f"{'、' if place else ''}{name} "),
                    Piece(str(count), "overdue", code),
                    Piece(" 人"),
                )
            ),
            Piece("。"),
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


# -- 下步措施 ------------------------------------------------------------------------------------------------------------

# indicator → what is done about it; {who} are the institutions that answer for most of it
_STEPS: Final[dict[str, str]] = {
    "management": "由{who}逐人上门，对没有完整随访的患者补做随访，动员不同意管理的患者和家属签署知情同意书",
    "standard": "由{who}按应随访日期排出随访计划，对间隔超期的患者逐一补访，乡镇综合管理小组按周核对",
    "face_to_face": "由{who}对只有电话联系的患者安排当面随访",
    "medication": "由{who}逐人了解未服药原因，落实免费服药和家属督导",
    "regular_medication": "由{who}对间断服药的患者落实家属督导服药，必要时会同精神科医生调整方案",
    "stability": "由{who}会同定点医院对病情不稳定的患者会诊，按期复访，必要时转诊住院",
    "examination": "由{who}制定体检计划，结合随访完成年度健康体检",
    "home_management": "由{who}对居家患者逐户核实，补做随访",
    "lost": "由{who}会同公安、民政和村（社区）核查失访患者去向，查明一人、恢复一人",
    "emergency_in_time": "对超过 24 小时的应急处置逐起复盘，落实卫生、公安值守",
    "loop_in_time": "由定点医院和{who}对照五单逐环节查找超时原因，落实专人签收",
    "forms_in_time": "由定点医院在患者出院后 24 小时内发出五单",
    "received_in_time": "由{who}落实专人每日签收",
    "visited_in_time": "由{who}在患者出院后 14 天内完成首次随访",
    "entry_in_time": "由{who}在随访后 10 个工作日内完成录入，按周通报",
    "reassessment": "由{who}补做季度评估",
    "agreements": "由{who}会同乡镇与监护人补签监护协议",
    "subsidy": "由民政、财政核对未发放原因，符合条件的及时补发",
    "insurance": "由投保单位核对名单，符合条件的及时参保",
    "rehabilitation": "由{who}会同残联动员患者参加社区康复",
}
_WHO = "相关乡镇卫生院"


def _measures(facts: BriefingFacts, problems: Sequence[Measured]) -> Iterator[tuple[Piece, ...]]:
    by = f"{facts.mend_by.month}月{facts.mend_by.day}日前" if facts.mend_by else ""
    if facts.overdue:
        yield (
            Piece(f"立即补访逾期患者。对截至{facts.cut_off.month}月{facts.cut_off.day}日随访逾期的 "),
            _count(facts, "overdue"),
            Piece(
                f" 人逐人核对，至今未访的由责任机构{'在' + by if by else '限期'}全部补访，确实找不到的按程序上报失访。"
            ),
        )
    said: set[str] = set()
    for one in problems:
        code = one.code.removesuffix("_sz")
        if code in said or code not in _STEPS:
            continue
        said.add(code)
        who = "、".join(owner for owner, _count in one.owners[:_PLACES_NAMED]) or _WHO
        more = "等" if len(one.owners) > _PLACES_NAMED else ""
        yield (
            Piece(f"针对{one.name}。" + _STEPS[code].format(who=who + more) + "，涉及 "),
            Piece(str(one.missing), one.list_of_missing),
            Piece(f" {one.unit}。"),
        )
    if problems:
        yield (Piece("加强督办。对未达标的乡镇和单位下发督办单，限期整改并反馈结果，下期报告通报整改情况。"),)
    yield (Piece("巩固成效。坚持按期随访、规范录入，每月核对名单与数字，确保应管尽管、应治尽治、应收尽收、应帮尽帮。"),)


def _numbered(sentences: Sequence[tuple[Piece, ...]] | Iterator[tuple[Piece, ...]]) -> Iterator[tuple[Piece, ...]]:
    """（一）…（二）…"""
    for place, sentence in enumerate(sentences):
        yield (Piece(f"（{_ORDINALS[place % 10]}）"), *sentence)


def _count(facts: BriefingFacts, figure: str) -> Piece:
    return Piece(str(facts.counts.get(figure, 0)), figure)

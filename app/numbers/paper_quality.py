"""What data quality finds in a place on the day of the report: how much is wrong, missing or doubtful where, and what it is. In Chinese."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from app.areas.rules import AreaLevel, level_of, prefix_of
from app.core.actor import Actor
from app.numbers.labels_quality import SEVERITIES
from app.numbers.paper_facts import ReportFacts
from app.numbers.queries.quality import count_by_place
from app.numbers.rules.places import BELOW, is_rest
from app.numbers.rules.quality import CHECKS, Severity
from app.numbers.texts_quality import TEXTS
from reports.compliance import CountTable, TableLine
from reports.wording import chinese_time

_ELSEWHERE = "未落实到下列地区"


def read_findings(session: Session, actor: Actor, facts: ReportFacts, today: date) -> Mapping[str, Counter[str]]:
    """place right below (or the place itself, where it has none) → check → findings, as the register stands."""
    level = BELOW.get(level_of(facts.place), AreaLevel.VILLAGE)
    return count_by_place(session, actor, prefix_of(facts.place), today, level=level)


def quality_tables(facts: ReportFacts) -> tuple[CountTable, ...]:
    """By place and by check; each adds up to the same sum."""
    if facts.found_at is None:
        return ()
    whole = sum(facts.findings.values(), Counter[str]())
    by_place = _by_place(facts, whole, chinese_time(facts.found_at))
    return (by_place, _by_check(whole)) if whole else (by_place,)


def _by_place(facts: ReportFacts, whole: Counter[str], at: str) -> CountTable:
    listed = {code: name for name, code in facts.below if not is_rest(code)}
    lines = [_line(name, facts.findings.get(code, Counter())) for code, name in listed.items()]
    elsewhere = sum((found for code, found in facts.findings.items() if code not in listed), Counter[str]())
    if listed and elsewhere:
        lines.append(_line(_ELSEWHERE, elsewhere))
    columns = ("地区", *SEVERITIES.values(), "合计")
    note = f"系统于{at}逐项核对在册档案；与统计区间无关，其后改正的不再计入。单位：项，同一人可能有几项。"
    return CountTable(
        "档案核对发现的问题", columns, (*lines, _line(facts.total_name, whole, is_total=True)), note, chapter=False
    )


def _line(name: str, found: Counter[str], *, is_total: bool = False) -> TableLine:
    counts = [sum(found[check.code] for check in CHECKS if check.severity is severity) for severity in Severity]
    return TableLine((name, *counts, sum(counts)), is_total)


def _by_check(whole: Counter[str]) -> CountTable:
    found = [(check, whole[check.code]) for check in CHECKS if whole[check.code]]
    lines = [
        TableLine((TEXTS[f"numbers.quality.{check.code}"], SEVERITIES[check.severity], count)) for check, count in found
    ]
    total = TableLine(("合计", "", whole.total()), is_total=True)
    return CountTable("各项问题", ("问题", "类别", "项"), (*lines, total), chapter=False)

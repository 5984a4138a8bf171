"""What the numbers' papers say: Chinese whatever language the page is in, as the register of texts has it."""

from __future__ import annotations

from app.numbers.rules.behind import MISSING
from app.numbers.rules.indicators import Indicator
from app.numbers.rules.membership import Figure
from app.numbers.rules.period import PeriodKind, ReportPeriod
from app.numbers.rules.settings import NumberSettings, StandardMode
from app.numbers.texts import TEXTS
from app.numbers.texts_papers import TEXTS as PAPER_TEXTS
from reports.wording import chinese_date

_NUMERALS = "一二三四"
_UNITS = {100: "%", 1000: "‰", 10_000: "每万"}


def period_label(period: ReportPeriod) -> str:
    """2026年第三季度 · 2026年9月 · 2026年度 · 截至2026年9月17日."""
    day = period.first_day
    match period.kind:
        case PeriodKind.MONTH:
            return f"{day.year}年{day.month}月"
        case PeriodKind.QUARTER:
            return f"{day.year}年第{_NUMERALS[(day.month - 1) // 3]}季度"
        case PeriodKind.YEAR:
            return f"{day.year}年度"
        case PeriodKind.DAY:
            return f"截至{chinese_date(period.last_day)}"


def short_label(period: ReportPeriod) -> str:
    """Under a chart: 26年三季 · 26年9月 · 2026年."""
    day = period.first_day
    match period.kind:
        case PeriodKind.MONTH:
            return f"{day.year % 100:02d}年{day.month}月"
        case PeriodKind.QUARTER:
            return f"{day.year % 100:02d}年{_NUMERALS[(day.month - 1) // 3]}季"
        case PeriodKind.YEAR:
            return f"{day.year}年"
        case PeriodKind.DAY:
            return f"{period.last_day.month}月{period.last_day.day}日"


def indicator_name(indicator: Indicator) -> str:
    """Without the unit, which stands beside the value."""
    return TEXTS[f"numbers.indicator.{indicator.code}"].removesuffix("（‰）")


def indicator_means(indicator: Indicator) -> str:
    return TEXTS[f"numbers.indicator.{indicator.code}.means"]


def figure_name(figure: Figure) -> str:
    return TEXTS[f"numbers.figure.{figure.name}"]


def list_title(figure: Figure) -> str:
    """随访逾期 · 未计入规范管理率."""
    if figure.name.endswith(MISSING):
        return f"未计入{TEXTS[f'numbers.indicator.{figure.name.removesuffix(MISSING)}']}"
    return figure_name(figure)


def cause_name(cause: str) -> str:
    return PAPER_TEXTS[f"numbers.cause.{cause}"]


def unit_of(indicator: Indicator) -> str:
    return _UNITS[indicator.per]


def mode_sentences(settings: NumberSettings) -> tuple[str, ...]:
    """How this county counts, a sentence each (domain 4.2: to be printed with every table)."""
    standard = PAPER_TEXTS[f"numbers.mode.standard.{settings.standard.mode}"]
    if settings.standard.mode is StandardMode.INTERVAL:
        standard %= {"days": settings.standard.grace_days}
    said = [
        standard,
        *(
            PAPER_TEXTS[f"numbers.mode.{name}.{chosen}"]
            for name, chosen in (
                ("regular", settings.regular),
                ("denominators", settings.denominators),
                ("face_to_face", settings.face_to_face),
                ("examined_of", settings.examined_of),
                ("periods", settings.periods),
            )
        ),
    ]
    if settings.drops_no_drug_needed:
        said.append(PAPER_TEXTS["numbers.mode.drops_no_drug_needed"])
    return tuple(said)

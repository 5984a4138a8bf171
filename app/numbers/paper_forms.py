"""Tables that offices ask for beside the report: 表9 by institution, 表14 of a year, how often records were looked at. In Chinese."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.areas.queries import agency_names, full_name, office_of
from app.areas.rules import AreaLevel, level_of
from app.audit.prints import Print, mark_of
from app.core.actor import Actor
from app.core.crypto import Keyring, digest
from app.core.money import Money
from app.core.reasons import Reason, say
from app.numbers.models import IndicatorRun
from app.numbers.paper_facts import NO_AGENCY
from app.numbers.paper_words import figure_name, period_label
from app.numbers.papers import provenance_of
from app.numbers.queries.causes import count_alike
from app.numbers.queries.runs import values_of
from app.numbers.queries.yearly import count_access, count_screening, count_staff, subsidy_of_year
from app.numbers.rules import indicators as I  # noqa: N812  # the figures by name
from app.numbers.rules.period import ReportPeriod
from app.subsidies.queries.fund import balances_of, has_fund
from reports.member_list import ListColumn, MemberListDocument
from reports.table_xlsx import Kind
from reports.wording import chinese_date, chinese_period

_EXCHANGED: Final = (I.REGISTERED, I.NEWLY_REGISTERED, I.MANAGED, I.STANDARD, I.MEDICATED, I.LOST, I.REFUSED, I.DIED)
_OF_A_YEAR: Final = (
    I.REGISTERED, I.NEWLY_REGISTERED, I.MANAGED, I.STANDARD, I.REGULAR, I.STABLE, I.EXAMINED, I.LOST, I.DIED, I.OFFENDED,
    I.EMERGENCIES, I.DISCHARGES, I.REHABILITATED, I.ELIGIBLE, I.SIGNED, I.PAID, I.INSURED,
)  # fmt: skip
_NOTES: Final = {
    "exchange": "各机构合计与指标页一致。",
    "yearly": "人员按本系统在用账号计；补贴按补贴期所属年度计；其余按统计区间计。符合补贴条件、已签协议、已发放补贴、已参保为截止日在管患者的"
    "情况，已发放补贴指最近一个已结补贴期；已发放惠及患者为本年各期发放过的患者，含后来死亡、迁出的。",
    "access": "按操作和岗位汇总，不列姓名；明细在审计日志中查阅。",
}
_Rows = tuple[tuple[str | int, ...], ...]
_Table = tuple[tuple[ListColumn, ...], _Rows]
_Read = Callable[[Session, Actor, IndicatorRun, str], _Table]


def _exchange(session: Session, actor: Actor, run: IndicatorRun, place: str) -> _Table:
    """A line an institution: the run's rows by whose they are."""
    alike = count_alike(session, actor, run, place)
    names = agency_names(session, {one.agency_id for one in alike if one.agency_id is not None})
    columns = (ListColumn("机构", 0.3), *(ListColumn(figure_name(one), 0.1, is_count=True) for one in _EXCHANGED))

    def line(name: str, agencies: set[int | None]) -> tuple[str | int, ...]:
        own = [one for one in alike if one.agency_id in agencies]
        return (name, *(sum(one.rows for one in own if figure.has(one.bits)) for figure in _EXCHANGED))

    everybody = {one.agency_id for one in alike}
    ordered = sorted(everybody, key=lambda agency: (agency is None, agency or 0))
    lines = [line(NO_AGENCY if agency is None else names[agency], {agency}) for agency in ordered]
    return columns, (*(one for one in lines if any(one[1:])), line("合计", everybody))


def _of_year(session: Session, actor: Actor, run: IndicatorRun, place: str) -> _Table:
    counts = values_of(session, actor, run, [place])[place]
    asked, answered, clues = count_screening(session, actor, place, run.first_on, run.cut_off)
    patients, fen = subsidy_of_year(session, actor, place, run.cut_off.year)
    rows: list[tuple[str | int, ...]] = [
        *(("人员", _role(role), "人", n, "") for role, n in count_staff(session, actor, place).items()),
        ("筛查", "应报告的村（社区）次", "次", asked, ""),
        ("筛查", "已报告（含零报告）", "次", answered, ""),
        ("筛查", "上报线索", "条", clues, ""),
        *(("管理", figure_name(one), "人（次）", counts.get(one.name, 0), "") for one in _OF_A_YEAR),
        ("监护补贴", "已发放惠及患者", "人", patients, ""),
        ("监护补贴", "已发放金额", "元", "", fen),
    ]
    year = run.cut_off.year
    if level_of(place) is AreaLevel.COUNTY and has_fund(session, place, year):
        budget: Money = balances_of(session, place, year).budget
        rows.append(("经费", "当年筹集和结转资金", "元", "", budget.fen))
    return (
        ListColumn("类别", 0.15),
        ListColumn("项目", 0.4),
        ListColumn("单位", 0.1),
        ListColumn("数", 0.15, is_count=True),
        ListColumn("金额（元）", 0.2, kind=Kind.FEN),
    ), tuple(rows)


def _access(session: Session, actor: Actor, run: IndicatorRun, place: str) -> _Table:
    counted = count_access(session, actor, place, run.first_on, run.cut_off)
    columns = (ListColumn("操作", 0.45), ListColumn("岗位", 0.3), ListColumn("次数", 0.12, is_count=True))
    return columns, tuple((say(Reason(action)), _role(role), n) for action, role, n in counted)


def _role(role: str) -> str:
    return say(Reason(f"accounts.role_name.{role}"))


# part of the address → title and what stands on it
FORMS: Final[dict[str, tuple[str, _Read]]] = {
    "exchange": ("严重精神障碍患者信息交换表（表9）", _exchange),
    "yearly": ("严重精神障碍管理治疗工作年度统计表（表14）", _of_year),
    "access": ("访问日志汇总", _access),
}


def _period_of(form: str, run: IndicatorRun) -> ReportPeriod:
    """表14 is a year's, also where a count since 1 January goes under the name of its quarter."""
    is_of_year = form == "yearly" and (run.first_on.month, run.first_on.day) == (1, 1)
    return ReportPeriod.year_of(run.cut_off.year) if is_of_year else ReportPeriod.parse(run.period)


def print_of_form(run: IndicatorRun, place: str, form: str, actor: Actor, now: datetime) -> Print:
    said = digest(f"{run.public_id}\n{place}\n{form}")
    return Print("numbers.list_printed", ("indicator_run", run.public_id), place, said, actor.user_id, now)


def form_document(
    session: Session, keyring: Keyring, actor: Actor, run: IndicatorRun, place: str, form: str, now: datetime
) -> MemberListDocument:
    title, read = FORMS[form]
    wanted, (columns, rows) = print_of_form(run, place, form, actor, now), read(session, actor, run, place)
    period = period_label(_period_of(form, run))
    return MemberListDocument(
        title=f"{full_name(session, place)}{period}{title}",
        facts=f"统计区间 {chinese_period(run.first_on, run.cut_off)} · 截止日 {chinese_date(run.cut_off)} · 规则版本 {run.rule_set}",
        organisation=office_of(session, actor) or full_name(session, place),
        columns=columns,
        rows=rows,
        provenance=provenance_of(wanted, mark_of(keyring, wanted), actor),
        note=_NOTES[form],
        prepared_by=actor.name,
    )

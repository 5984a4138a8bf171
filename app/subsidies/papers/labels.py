"""Chinese words that the quarter's papers share."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.areas.models import AgencyKind
from app.areas.queries import find_agency, find_civil_affairs
from app.areas.rules import county_of
from app.core.period import FullYear, HalfYear, parse_period
from app.core.quarter import Quarter
from app.guardians.rules import Relation
from app.subsidies.models import RunKind, SubsidyPolicy, SubsidyRun
from app.subsidies.queries.checks import KindStanding, checked_against
from app.subsidies.queries.runs import area_name, policy_for
from app.subsidies.rules.checks import ListKind, Standing
from app.subsidies.rules.policy import PayingOffice, PolicyTerms
from app.subsidies.rules.transitions import RunState

DRAFT = "草稿未锁定"  # where a locked run has its fingerprint
LEDGER = "发放台账"
NOTICES = "告知书"
PAID_NOTICES = "告知书（发放）"
CHANGED_NOTICES = "告知书（扣减与更正）"
NOTICE_LIST = "告知书送达清单"
UNPAID_NOTICES = "告知书（暂缓、退回与不发）"
SUMMARY = "发放汇总表"
PUBLIC_NOTICE = "发放公示"
APPROVAL = "审批表"
HOLD_LIST = "暂缓与不发清单"
HOME_CHECKS = "入户核查表"
OBJECTION_REPLY = "异议答复书"
FUND_STATEMENT = "资金池收支表"
RECOVERIES = "追回台账"
RECOVERY_LETTER = "退回通知书"
FLAGS = "资金疑点清单"

_AGENCIES = {
    PayingOffice.CIVIL_AFFAIRS: AgencyKind.CIVIL_AFFAIRS,
    PayingOffice.POLITICAL_LEGAL: AgencyKind.GOVERNANCE,
    PayingOffice.HEALTH: AgencyKind.COUNTY_OFFICE,
}
_OFFICE_NAMES = {
    PayingOffice.CIVIL_AFFAIRS: "{}民政局",
    PayingOffice.POLITICAL_LEGAL: "中共{}委政法委员会",
    PayingOffice.HEALTH: "{}卫生健康委员会",
}

STAGES = {
    RunState.PREPARING: "造册中",
    RunState.DRAFT: "待提交",
    RunState.SUBMITTED: "待审批",
    RunState.APPROVED: "已审批",
    RunState.EXPORTED: "已报盘",
    RunState.SETTLED: "已办结",
}

LISTS = {
    ListKind.DEREGISTERED: "公安户口注销",
    ListKind.FUNERAL: "民政殡葬",
    ListKind.IN_HOSPITAL: "医保结算",
    ListKind.IN_CUSTODY: "羁押服刑",
    ListKind.MOVED_OUT: "户口迁出",
}

RELATIONS = {
    Relation.SPOUSE: "配偶",
    Relation.FATHER: "父亲",
    Relation.MOTHER: "母亲",
    Relation.SON: "儿子",
    Relation.DAUGHTER: "女儿",
    Relation.ELDER_BROTHER: "兄",
    Relation.YOUNGER_BROTHER: "弟",
    Relation.ELDER_SISTER: "姐",
    Relation.YOUNGER_SISTER: "妹",
    Relation.GRANDPARENT: "祖辈",
    Relation.GRANDCHILD: "孙辈",
    Relation.OTHER_RELATIVE: "其他近亲属",
    Relation.OTHER: "其他",
    Relation.OFFICER: "协助监护人",
}


def period_label(run: SubsidyRun) -> str:
    """2026年第3季度, as on the screen; a supplementary run says so."""
    label = period_name(run.period)
    return label if run.kind is RunKind.REGULAR else f"{label}（补发第{run.number}批）"


def period_name(code: str) -> str:
    """`2026Q3` as papers say it, in Chinese whatever the reader's language."""
    period = parse_period(code)
    if isinstance(period, HalfYear):
        return f"{period.year}年{'上' if period.number == 1 else '下'}半年"
    if isinstance(period, FullYear):
        first, last = period.first_day, period.last_day
        if first.year == last.year:
            return f"{period.year}年度"
        return f"{first.year}年{first.month}月至{last.year}年{last.month}月"
    return f"{period.year}年第{period.number}季度"


def checked_label(session: Session, run: SubsidyRun) -> str:
    """Which lists of other offices the run was drawn up against, by their dates, and which kinds were not checked."""
    found = checked_against(session, run)
    if all(one.standing is Standing.MISSING for one in found):
        return "名单核对：各部门名单均未核对"
    return "名单核对：" + "、".join(_checked(one) for one in found)


def _checked(one: KindStanding) -> str:
    if one.found is None:
        return f"{LISTS[one.kind]}未核对"
    as_of = f"{LISTS[one.kind]}（截至{one.found.as_of}）"
    if one.is_overtaken:
        return f"{as_of}过期，之后又有新签协议"
    return f"{as_of}过期" if one.standing is Standing.STALE else as_of


def policy_label(policy: SubsidyPolicy | None) -> str:
    """The document that the payments follow, or which version of the policy."""
    return (policy.document_number if policy else "") or f"政策第{policy.version if policy else 0}版"


def paying_office(session: Session, run: SubsidyRun) -> str:
    """The office that pays and seals, as the policy names it; without a policy the county's civil affairs office."""
    policy = session.get(SubsidyPolicy, run.policy_id) if run.policy_id else None
    terms = PolicyTerms.from_json(policy.terms) if policy else PolicyTerms(annual=None)
    return office_name(terms, area_name(session, run.county_code))


def office_in(session: Session, county_code: str, year: int) -> str:
    """The office that pays at a year's end, for papers that belong to no run."""
    policy = policy_for(session, county_code, Quarter(year, 4))
    terms = PolicyTerms.from_json(policy.terms) if policy else PolicyTerms(annual=None)
    return office_name(terms, area_name(session, county_code))


def office_name(terms: PolicyTerms, county: str) -> str:
    """By its own name where the policy gives one, else the county's office of that kind: 安和县民政局, 中共安和县委政法委员会."""
    return terms.paying_office or _OFFICE_NAMES[terms.office].format(county)


def office_phone(session: Session, run: SubsidyRun) -> str:
    """The paying office's telephone, for questions; civil affairs' where that office has none on record, and empty without either."""
    policy = session.get(SubsidyPolicy, run.policy_id) if run.policy_id else None
    kind = _AGENCIES[PolicyTerms.from_json(policy.terms).office] if policy else AgencyKind.CIVIL_AFFAIRS
    office = find_agency(session, kind, county_of(run.county_code))
    if office is None or not office.phone:
        office = find_civil_affairs(session, run.county_code)
    return (office.phone if office else None) or ""

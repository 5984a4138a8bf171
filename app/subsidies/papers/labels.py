"""Chinese words that the quarter's papers share."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.areas.queries import find_civil_affairs
from app.core.quarter import Quarter
from app.guardians.rules import Relation
from app.subsidies.models import RunKind, SubsidyPolicy, SubsidyRun
from app.subsidies.queries.runs import area_name
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.rules.transitions import RunState

DRAFT = "草稿未锁定"  # where a locked run has its fingerprint
LEDGER = "发放台账"
NOTICES = "告知书"
SUMMARY = "发放汇总表"
FUND_STATEMENT = "资金池收支表"

STAGES = {
    RunState.PREPARING: "造册中",
    RunState.DRAFT: "待提交",
    RunState.SUBMITTED: "待审批",
    RunState.APPROVED: "已审批",
    RunState.EXPORTED: "已报盘",
    RunState.SETTLED: "已办结",
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
    quarter = Quarter.parse(run.period)
    label = f"{quarter.year}年第{quarter.number}季度"
    return label if run.kind is RunKind.REGULAR else f"{label}（补发第{run.number}批）"


def policy_label(policy: SubsidyPolicy | None) -> str:
    """The document that the payments follow, or which version of the policy."""
    return (policy.document_number if policy else "") or f"政策第{policy.version if policy else 0}版"


def paying_office(session: Session, run: SubsidyRun) -> str:
    """The office that pays and seals, as the policy names it; the county's civil affairs office where it names none."""
    policy = session.get(SubsidyPolicy, run.policy_id) if run.policy_id else None
    named = PolicyTerms.from_json(policy.terms).paying_office if policy else ""
    return named or f"{area_name(session, run.county_code)}民政局"


def office_phone(session: Session, run: SubsidyRun) -> str:
    """The civil affairs office's telephone, for questions; empty where none is on record."""
    office = find_civil_affairs(session, run.county_code)
    return (office.phone if office else None) or ""

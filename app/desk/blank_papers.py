"""The official forms without a person, for the field to fill in by hand. The papers are Chinese; their names are said on a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.core.i18n import N_
from reports.forms.assessment_session import AssessmentSessionDocument, render_assessment_session
from reports.forms.clue import ClueDocument, render_clue
from reports.forms.consent import (
    ConsentDocument,
    ConsentKind,
    WithdrawalReceiptDocument,
    render_consent,
    render_withdrawal_receipt,
)
from reports.forms.emergency_record import EmergencyRecordDocument, render_emergency_record
from reports.forms.family_plan import FamilyPlanDocument, render_family_plan
from reports.forms.lost_or_dead import LostOrDeadDocument, render_lost_or_dead
from reports.forms.risk_assessment import RiskAssessmentDocument, render_risk_assessment
from reports.forms.sheet import Imprint
from reports.forms.supplement import SupplementDocument, render_supplement
from reports.forms.sweep import ZeroReportDocument, render_zero_report
from reports.forms.transfer import TransferSheetDocument, render_transfer_sheet
from reports.forms.visit_record import VisitRecordsDocument, render_visit_records


@dataclass(frozen=True, slots=True)
class BlankPaper:
    """`name` stands in its address and file; `pages` is how many leave the printer."""

    name: str
    title: str
    render: Callable[[Imprint], bytes]
    pages: int = 1


def _consent(kind: ConsentKind) -> Callable[[Imprint], bytes]:
    return lambda imprint: render_consent(ConsentDocument(kind, imprint))


# By what they are for, in the order of a patient's way.
BLANK_PAPERS: tuple[tuple[str, tuple[BlankPaper, ...]], ...] = (
    (
        N_("建档与随访"),
        (
            BlankPaper("clue", N_("线索调查复核登记表"), lambda imprint: render_clue(ClueDocument(imprint))),
            BlankPaper(
                "supplement", N_("个人信息补充表"), lambda imprint: render_supplement(SupplementDocument(imprint))
            ),
            BlankPaper(
                "follow-up",
                N_("随访服务记录表"),
                lambda imprint: render_visit_records(VisitRecordsDocument("", "", (), imprint)),
            ),
            BlankPaper(
                "lost-or-dead", N_("失访/死亡登记表"), lambda imprint: render_lost_or_dead(LostOrDeadDocument(imprint))
            ),
            BlankPaper(
                "transfer", N_("迁移交接单"), lambda imprint: render_transfer_sheet(TransferSheetDocument(imprint))
            ),
        ),
    ),
    (
        N_("知情同意"),
        (
            BlankPaper("consent-community", N_("社区管理知情同意书"), _consent(ConsentKind.COMMUNITY)),
            BlankPaper("consent-emergency", N_("应急处置知情同意书"), _consent(ConsentKind.EMERGENCY)),
            BlankPaper("consent-other", N_("转介及其他用途知情同意书"), _consent(ConsentKind.OTHER_PURPOSE)),
            BlankPaper(
                "withdrawal",
                N_("撤回知情同意回执"),
                lambda imprint: render_withdrawal_receipt(WithdrawalReceiptDocument(imprint)),
                pages=2,
            ),
        ),
    ),
    (
        N_("评估、应急与帮扶"),
        (
            BlankPaper(
                "reassessment",
                N_("危险性季度评估表"),
                lambda imprint: render_risk_assessment(RiskAssessmentDocument(imprint)),
            ),
            BlankPaper(
                "assessment-meeting",
                N_("危险性季度评估汇总表"),
                lambda imprint: render_assessment_session(AssessmentSessionDocument(imprint)),
            ),
            BlankPaper(
                "emergency",
                N_("应急处置记录单（三联）"),
                lambda imprint: render_emergency_record(EmergencyRecordDocument(imprint)),
                pages=3,
            ),
            BlankPaper(
                "family-plan",
                N_("关爱帮扶计划（一人一策）"),
                lambda imprint: render_family_plan(FamilyPlanDocument(imprint)),
            ),
            BlankPaper(
                "zero-report",
                N_("集中摸排零报告"),
                lambda imprint: render_zero_report(ZeroReportDocument(imprint)),
            ),
        ),
    ),
)
BY_NAME = {paper.name: paper for _group, papers in BLANK_PAPERS for paper in papers}

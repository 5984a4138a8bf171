"""The score sheet of an appraisal on paper: a unit's own, or every unit's for the county. In Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.areas.queries import full_name, office_of
from app.audit.prints import Print, mark_of
from app.core.actor import Actor
from app.core.crypto import Keyring, digest
from app.numbers.labels_appraisal import OBJECTIONS, STATES
from app.numbers.models import Appraisal, AppraisalMark
from app.numbers.paper_words import period_label
from app.numbers.papers import provenance_of
from app.numbers.queries.appraisal import Sheet, run_of, scheme_of
from app.numbers.rules.appraisal import SMALL, TOTAL, AppraisalState, written
from app.numbers.rules.period import ReportPeriod
from app.numbers.texts import TEXTS
from reports.member_list import ListColumn, MemberListDocument
from reports.table_xlsx import Kind
from reports.wording import chinese_date

_COLUMNS = (
    ListColumn("单位", 0.2),
    ListColumn("考评项目", 0.22),
    ListColumn("分子", 0.07, is_count=True),
    ListColumn("分母", 0.07, is_count=True),
    ListColumn("满分", 0.07, kind=Kind.RATE),
    ListColumn("扣分", 0.07, kind=Kind.RATE),
    ListColumn("得分", 0.07, kind=Kind.RATE),
    ListColumn("说明", 0.23),
)
_NOT_SCORED = "分母为零，不计分，分值由其余项目按比例分摊"


def print_of_sheets(appraisal: Appraisal, sheets: Sequence[Sheet], actor: Actor, now: datetime) -> Print:
    said = "\n".join(f"{one.unit.key} {one.score}" for one in sheets)
    fingerprint = digest(f"{appraisal.public_id}\n{appraisal.state}\n{said}")
    subject = ("appraisal", appraisal.public_id)
    return Print("numbers.appraisal.printed", subject, appraisal.area_code, fingerprint, actor.user_id, now)


def sheets_document(
    session: Session, keyring: Keyring, actor: Actor, appraisal: Appraisal, sheets: Sequence[Sheet], now: datetime
) -> MemberListDocument:
    """Units in the order of places, never of scores; an item a row, and what they make."""
    wanted, run, scheme = print_of_sheets(appraisal, sheets, actor, now), run_of(session, appraisal), scheme_of(session, appraisal)  # fmt: skip
    county, period = full_name(session, appraisal.area_code), period_label(ReportPeriod.parse(appraisal.period))
    whose = sheets[0].unit.name if len(sheets) == 1 else county
    return MemberListDocument(
        title=f"{whose}{period}考评得分表",
        facts=f"{scheme.title}（第 {scheme.number} 版） · 按 {chinese_date(run.cut_off)} 截止的上报数字 · {STATES[appraisal.state]}",
        organisation=office_of(session, actor) or county,
        columns=_COLUMNS,
        rows=tuple(row for sheet in sheets for row in _rows(sheet)),
        provenance=provenance_of(wanted, mark_of(keyring, wanted), actor),
        note="预览未公布，不作为考评结果。" if appraisal.state is AppraisalState.PREVIEW else "",
        prepared_by=actor.name,
    )


def _rows(sheet: Sheet) -> Iterable[tuple[str | int, ...]]:
    for source, mark in sheet.marks.items():
        marks = sheet.marks_in(source)
        yield (
            sheet.unit.name,
            TEXTS[f"numbers.indicator.{source}"],
            mark.numerator,
            mark.denominator,
            mark.full_marks,
            "—" if marks is None else mark.full_marks - marks,
            "—" if marks is None else marks,
            _said(sheet, source, mark),
        )
    yield sheet.unit.name, "合计", "", "", TOTAL, "", "—" if sheet.score is None else sheet.score, ""


def _said(sheet: Sheet, source: str, mark: AppraisalMark) -> str:
    if mark.deduction is None:
        return _NOT_SCORED
    objection = sheet.objections.get(source)
    said = [f"{OBJECTIONS[objection.state]}{'，原扣 ' + written(mark.deduction) + ' 分' if objection.corrected is not None else ''}"] if objection else []  # fmt: skip
    return "；".join([*said, *([f"分母不足 {SMALL}"] if 0 < mark.denominator < SMALL else [])])

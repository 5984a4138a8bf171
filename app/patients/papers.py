"""Papers of clues and screening rounds, built from the record as the pages show it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from app.core.actor import Actor
from app.core.clock import SHANGHAI
from app.core.dates import age_on
from app.core.identity import SEX_LABELS
from app.core.quarter import Quarter
from app.patients.codes import SCREENING_WAYS, SIGNS
from app.patients.labels import CLUE_OUTCOMES, DIAGNOSIS_LABELS
from app.patients.models import ScreeningRound
from app.patients.queries.clues import ClueSheet
from app.patients.queries.reviews import Review
from app.patients.queries.screening import OwedReturn, Progress
from app.patients.rules import ClueOutcome, ClueSource, ClueState
from reports.forms.clue import ClueDocument, render_clue
from reports.forms.person import Person
from reports.forms.sheet import Imprint
from reports.forms.sweep import (
    SweepProgressDocument,
    SweepRow,
    ZeroReportDocument,
    render_sweep_progress,
    render_zero_report,
)

# The form's own codes of who told.
_SOURCES = {
    ClueSource.VILLAGE: (2, ""),
    ClueSource.POLICE: (4, ""),
    ClueSource.FAMILY: (7, ""),
    ClueSource.DOCTOR: (8, "医务人员"),
    ClueSource.HOSPITAL: (8, "医院"),
    ClueSource.SCHOOL: (8, "学校"),
    ClueSource.OTHER: (8, ""),
}


def clue_pdf(sheet: ClueSheet, organisation: str, actor: Actor, now: datetime) -> bytes:
    """线索调查复核登记表; the psychiatrist's half is filled once the review is on record."""
    clue, review = sheet.clue, sheet.review
    source, other = _SOURCES[clue.source]
    is_answered = clue.found_signs is not None
    on = _day(clue.closed_at)
    return render_clue(
        ClueDocument(
            Imprint(organisation, actor.name, now),
            Person(
                name=sheet.name,
                sex=SEX_LABELS[sheet.sex] if sheet.sex in (1, 2) else "",
                born_on=sheet.born_on,
                address="".join(filter(None, (sheet.village, sheet.place))),
            ),
            serial=clue.public_id[:8].upper(),
            age=str(age_on(sheet.born_on, clue.reported_on)) if sheet.born_on else "",
            source=source,
            source_other=other,
            reporter=sheet.reporter,
            reported_at=clue.reported_at,
            is_danger_now=clue.is_danger if sheet.is_told else None,
            answers=tuple(code in sheet.found for code in SIGNS) if is_answered else (),
            remarks="；".join(filter(None, (sheet.notes, sheet.findings))),
            is_suspected=bool(clue.found_signs) if is_answered else None,
            investigator=(sheet.closed_by or "") if is_answered else "",
            investigated_on=on if is_answered else None,
            review_result=review.result if review else None,
            diagnosis=_diagnosis(review) if review else "",
            hospital=review.hospital if review else "",
            psychiatrist=review.psychiatrist if review else "",
            reviewed_on=review.reviewed_on if review else None,
            disposal=_disposal(clue.state, clue.outcome),
        )
    )


def _diagnosis(review: Review) -> str:
    if review.category is None:
        return ""
    return " ".join(filter(None, (DIAGNOSIS_LABELS[review.category], review.icd10)))


def progress_pdf(
    asked: ScreeningRound,
    parts: Sequence[Progress],
    area: str,
    by_village: bool,
    actor: Actor,
    today: date,
    now: datetime,
) -> bytes:
    """集中摸排进度表, by town or by village."""
    return render_sweep_progress(
        SweepProgressDocument(
            Imprint(area, actor.name, now),
            area=area,
            round_label=round_label(asked.period),
            from_on=asked.from_on,
            to_on=asked.due_on,
            cut_off=today,
            rows=tuple(_progress_row(part) for part in parts),
            place_title="村（社区）" if by_village else "乡镇（街道）",
        )
    )


def zero_report_pdf(owed: OwedReturn, actor: Actor, now: datetime) -> bytes:
    """集中摸排零报告 of one village, to be signed by hand where it was not signed here."""
    return render_zero_report(
        ZeroReportDocument(
            Imprint(owed.town, actor.name, now),
            village=owed.village,
            round_label=round_label(owed.period),
            from_on=owed.from_on,
            to_on=owed.due_on,
            ways="、".join(SCREENING_WAYS[way] for way in owed.how if way in SCREENING_WAYS),
            reporter=(owed.signed_by or "") if not owed.is_on_behalf else "",
            reported_on=_day(owed.signed_at),
        )
    )


def round_label(period: str) -> str:
    """`2026Q4` → 2026年第4季度, as papers write it."""
    quarter = Quarter.parse(period[:6])
    return f"{quarter.year}年第{quarter.number}季度"


def _progress_row(part: Progress) -> SweepRow:
    missing = "、".join(name for name, _id in part.missing)
    return SweepRow(
        place=part.name,
        villages=part.villages,
        reported=part.reported,
        zero_reports=part.zero,
        clues=part.clues,
        looked_at=part.looked_at,
        suspected=part.suspected,
        confirmed=part.confirmed,
        remark=f"未报：{missing}" if missing else "",
    )


def _disposal(state: ClueState, outcome: ClueOutcome | None) -> str:
    return CLUE_OUTCOMES[outcome] if state is ClueState.CLOSED and outcome else ""


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(SHANGHAI).date() if moment else None

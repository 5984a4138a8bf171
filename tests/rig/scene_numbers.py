"""What a scene has of numbers: a submitted quarter, a revision that waits, and numbers computed since."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.crypto import Keyring
from app.core.db import new_public_id
from app.core.files import keep_file
from app.numbers.commands import SubmitReport
from app.numbers.commands_training import RecordTraining
from app.numbers.models import IndicatorRun, ReportPaper
from app.numbers.queries.kept_reports import KIND, MEDIA, name_of
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings, RegularMode
from app.numbers.rules.training import TrainingTopic
from app.numbers.service.computing import compute
from app.numbers.service.submitting import submit_report
from app.numbers.service.training import record_training
from tests.rig.clock import NOW, TODAY

COUNTED = ReportPeriod.parse("2026Q3")


class Kept(Protocol):
    """Where the public ids go."""

    place: str
    indicator_run: str
    report_submission: str
    training: str
    kept_report: str


def count_and_submit(
    session: Session, keyring: Keyring, office: Actor, doctor: Actor, county_code: str, found: Kept
) -> None:
    """The third quarter three times: submitted, proposed as a revision with a paper, and anew."""

    def count(hours: int, regular: RegularMode = RegularMode.STRICT) -> IndicatorRun:
        now = NOW + timedelta(hours=hours)
        return compute(session, office, county_code, COUNTED, NumberSettings(regular=regular), TODAY, now)

    submit_report(session, office, SubmitReport(count(0).public_id), NOW)
    revision = submit_report(
        session,
        office,
        SubmitReport(count(1, RegularMode.LAST_VISIT).public_id, "改按末次随访判定"),
        NOW + timedelta(hours=1),
    )
    file = keep_file(
        session, keyring, "numbers_report", "report.pdf", "application/pdf", b"%PDF-1.4\n", county_code, office, NOW
    )
    session.add(ReportPaper(submission_id=revision.id, ending="pdf", file_id=file.id))
    found.kept_report = _kept_report(session, keyring, office, found.place)
    found.report_submission = revision.public_id
    found.indicator_run = count(2).public_id
    held = RecordTraining(
        submission_key=new_public_id(),
        held_on=TODAY,
        topic=TrainingTopic.NORM,
        title="随访质量培训",
        place="县卫健委会议室",
        teacher="专家组",
        half_hours=6,
        attendees=(),
        others=(("程书远", "民政办"),),
    )
    found.training = record_training(session, doctor, held, TODAY, NOW).public_id


def _kept_report(session: Session, keyring: Keyring, office: Actor, place: str) -> str:
    """A report that somebody had printed."""
    name = name_of(COUNTED, "pdf")
    file = keep_file(session, keyring, KIND, name, MEDIA["pdf"], b"%PDF-1.4\n", place, office, NOW)
    return file.public_id

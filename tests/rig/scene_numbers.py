"""What a scene has of numbers: a submitted quarter, a revision that waits, and numbers computed since."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.crypto import Keyring
from app.core.files import keep_file
from app.numbers.commands import SubmitReport
from app.numbers.models import IndicatorRun, ReportPaper
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings
from app.numbers.service.computing import compute
from app.numbers.service.submitting import submit_report
from tests.rig.clock import NOW, TODAY

COUNTED = ReportPeriod.parse("2026Q3")


class Kept(Protocol):
    """Where the public ids go."""

    indicator_run: str
    report_submission: str


def count_and_submit(session: Session, keyring: Keyring, office: Actor, county_code: str, found: Kept) -> None:
    """The third quarter three times: submitted, proposed as a revision with a paper, and anew."""

    def count(hours: int) -> IndicatorRun:
        now = NOW + timedelta(hours=hours)
        return compute(session, office, county_code, COUNTED, NumberSettings(), TODAY, now)

    submit_report(session, office, SubmitReport(count(0).public_id), NOW)
    revision = submit_report(
        session, office, SubmitReport(count(1).public_id, "补录随访 1 次"), NOW + timedelta(hours=1)
    )
    file = keep_file(
        session, keyring, "numbers_report", "report.pdf", "application/pdf", b"%PDF-1.4\n", county_code, office, NOW
    )
    session.add(ReportPaper(submission_id=revision.id, ending="pdf", file_id=file.id))
    found.report_submission = revision.public_id
    found.indicator_run = count(2).public_id

"""Drawing the papers of a submitted report in the background, once for ever: later prints are these bytes."""

from __future__ import annotations

from sqlalchemy import select

from app.accounts.queries import get_actor_by_id
from app.audit.prints import keep_print
from app.core.db import Database
from app.core.files import keep_file
from app.core.keys import current_keyring
from app.core.models import WorkItem
from app.core.work import Handler, Progress, WorkDone
from app.numbers.models import IndicatorRun, ReportPaper
from app.numbers.papers import DRAWN, draw_paper, read_report, stored_report
from app.numbers.queries.kept_reports import MEDIA
from app.numbers.queries.submissions import get_submission
from app.numbers.service.submitting import WORK

KIND = "numbers_submitted"


def keep_papers(database: Database, item: WorkItem, progress: Progress) -> WorkDone:
    """Each shape of the report, drawn from what was stored in the act of submitting. A second try finds what the first has kept."""
    keyring = current_keyring()
    with database.reading() as session:
        actor = get_actor_by_id(session, item.asked_by)
        submission = get_submission(session, actor, item.args["submission"])
        run = session.get_one(IndicatorRun, submission.run_id)
        read = stored_report(session, submission) or read_report(session, keyring, actor, run, submission.submitted_at)
    papers = {}
    for done, ending in enumerate(DRAWN):
        progress(done, len(DRAWN))
        papers[ending] = draw_paper(read, ending)
    with database.transaction() as session:
        kept = select(ReportPaper.id).where(ReportPaper.submission_id == submission.id)
        if session.scalar(kept.limit(1)) is None:
            for ending, content in papers.items():
                name = f"report-{submission.period}-{submission.number}.{ending}"
                file = keep_file(
                    session, keyring, KIND, name, MEDIA[ending], content, submission.area_code, actor, submission.submitted_at
                )  # fmt: skip
                session.add(ReportPaper(submission_id=submission.id, ending=ending, file_id=file.id))
            keep_print(session, keyring, actor, read.wanted, papers["pdf"])
    return WorkDone({"submission": submission.public_id})


HANDLERS: dict[str, Handler] = {WORK: keep_papers}

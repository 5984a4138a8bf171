"""The kept files of a run's payment: what went to the bank and the cover that went with it, in the bytes that were made."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.audit.prints import keep_print
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.crypto import Keyring
from app.core.errors import NotFound
from app.core.files import keep_file, open_file
from app.core.models import KeptFile
from app.subsidies.models import PayFile, SubsidyPolicy, SubsidyRun
from app.subsidies.papers.pay_file import (
    LAYOUTS,
    PAY_COVER,
    Progress,
    print_of_cover,
    render_cover,
    render_pay_file,
)
from app.subsidies.queries.runs import find_pay_file
from app.subsidies.rules.bank import PayLayout
from app.subsidies.rules.policy import PolicyTerms
from reports.pay_file import PayFileDocument

_PDF = "application/pdf"


def layout_of(session: Session, run: SubsidyRun) -> PayLayout:
    """How the county's bank wants it, by the policy of the run."""
    return PolicyTerms.from_json(session.get_one(SubsidyPolicy, run.policy_id).terms).pay_layout


@dataclass(frozen=True)
class PayPapers:
    """The file for the bank and its cover as they were drawn, not yet kept."""

    number: str
    layout: PayLayout
    content: bytes
    cover: bytes
    drawn_at: datetime


def draw_papers(
    keyring: Keyring, actor: Actor, run: SubsidyRun, document: PayFileDocument, progress: Progress | None = None
) -> PayPapers:
    """Draw both papers; needs no session. `progress` hears (lines written, lines in all)."""
    content = render_pay_file(document, progress)
    cover = render_cover(keyring, actor, run, document, hashlib.sha256(content).hexdigest())
    return PayPapers(document.file_number, PayLayout(document.layout), content, cover, document.created_at)


def keep_papers(
    session: Session, keyring: Keyring, actor: Actor, run: SubsidyRun, papers: PayPapers
) -> tuple[KeptFile, KeptFile]:
    """Seal the file and its cover; both are vouchers and never expire."""
    layout, now = LAYOUTS[papers.layout.value], papers.drawn_at
    file = keep_file(
        session, keyring, "pay_file", f"{papers.number}.{layout.ending}", layout.media_type, papers.content,
        run.county_code, actor, now,
    )  # fmt: skip
    cover = keep_file(
        session, keyring, "pay_cover", f"{PAY_COVER}{run.short_name}.pdf", _PDF, papers.cover,
        run.county_code, actor, now,
    )  # fmt: skip
    keep_print(session, keyring, actor, print_of_cover(run, actor, now), papers.cover)
    return file, cover


def fetch_pay_file(
    session: Session, keyring: Keyring, actor: Actor, run: SubsidyRun, now: datetime
) -> tuple[PayFile, KeptFile, bytes]:
    """The pay file's bytes as they were made; each fetch is noted. NotFound before the export."""
    require(actor, Action.PAY_SUBSIDY)
    file = find_pay_file(session, run)
    if file is None:
        raise NotFound()
    kept = session.get_one(KeptFile, file.file_id)
    content = open_file(session, keyring, kept)
    _note(session, actor, run, "subsidies.pay_file_fetched", file, file.sha256, now)
    return file, kept, content


def fetch_cover(
    session: Session, keyring: Keyring, actor: Actor, run: SubsidyRun, now: datetime
) -> tuple[KeptFile, bytes]:
    """The cover as it was signed; each fetch is noted. NotFound before the export, and for files from before there were covers."""
    require(actor, Action.PRINT_SUBSIDY)
    file = find_pay_file(session, run)
    if file is None or file.cover_file_id is None:
        raise NotFound()
    kept = session.get_one(KeptFile, file.cover_file_id)
    content = open_file(session, keyring, kept)
    _note(session, actor, run, "subsidies.pay_cover_printed", file, kept.sha256, now)
    return kept, content


def _note(session: Session, actor: Actor, run: SubsidyRun, act: str, file: PayFile, sha256: str, now: datetime) -> None:
    subject, detail = ("subsidy_run", run.public_id), {"sha256": sha256}
    note(session, actor, act, now=now, subject=subject, area_code=run.county_code, count=file.count, detail=detail)

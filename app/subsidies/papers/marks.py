"""What stands on every page of the money's papers: the print's number, who made it when, and the digest of what it shows."""

from __future__ import annotations

from datetime import datetime

from app.audit.prints import Print, mark_of
from app.core.actor import Actor
from app.core.crypto import Keyring
from app.subsidies.models import SubsidyRun
from app.subsidies.papers.labels import DRAFT
from reports.wording import Provenance


def print_of_run(run: SubsidyRun, kind: str, actor: Actor, now: datetime) -> Print:
    """A paper of a run; its fingerprint is the digest that was signed."""
    subject = ("subsidy_run", run.public_id)
    return Print(f"subsidies.{kind}_printed", subject, run.county_code, run.digest or DRAFT, actor.user_id, now)


def marked(keyring: Keyring, actor: Actor, wanted: Print) -> Provenance:
    """The line at the foot of each page."""
    mark = mark_of(keyring, wanted)
    return Provenance(wanted.fingerprint, actor.name, wanted.at, mark.serial, mark.code)

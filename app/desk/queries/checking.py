"""Whether a paper that somebody holds is one of ours: by the number and the check code that stand on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.audit.models import PrintedPaper
from app.audit.prints import find_print
from app.core.access import Action, may
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.money import Money
from app.subsidies.models import SubsidyRun
from app.subsidies.queries.letters import find_letter
from app.subsidies.queries.runs import get_run


@dataclass(frozen=True)
class Checked:
    """What is known of the paper. `is_current`: what it shows is what stands today; None where that cannot be said."""

    # the audit's word for the print
    kind: str
    run: SubsidyRun | None = None
    fingerprint: str = ""
    printed_at: datetime | None = None
    printed_by: str = ""
    sha256: str = ""
    is_current: bool | None = None
    # of a guardian's letter, for whoever may read them
    agreement_number: str = ""
    amount: Money | None = None


def check_paper(session: Session, actor: Actor, serial: str, code: str) -> Checked | None:
    """The print or the guardian's letter within the actor's area; None where the two do not belong together."""
    kept = find_print(session, actor, serial, code)
    return _print(session, actor, kept) if kept else _letter(session, actor, serial, code)


def _print(session: Session, actor: Actor, kept: PrintedPaper) -> Checked:
    run = _run(session, actor, kept)
    return Checked(
        kept.kind,
        run,
        kept.fingerprint,
        kept.printed_at,
        _name(session, kept.printed_by),
        kept.sha256 or "",
        None if run is None else run.digest == kept.fingerprint,
    )


def _name(session: Session, user_id: int | None) -> str:
    user = session.get(User, user_id) if user_id is not None else None
    return user.display_name if user else "—"


def _run(session: Session, actor: Actor, kept: PrintedPaper) -> SubsidyRun | None:
    if kept.subject_kind != "subsidy_run":
        return None
    try:
        return get_run(session, actor, kept.subject_id)
    except NotFound:
        return None


def _letter(session: Session, actor: Actor, serial: str, code: str) -> Checked | None:
    found = find_letter(session, actor, serial, code)
    if found is None:
        return None
    run, number, fen = found
    knows = may(actor, Action.PRINT_SUBSIDY)
    return Checked(
        "subsidies.notices_printed",
        run,
        run.digest or "",
        is_current=True,
        agreement_number=number if knows else "",
        amount=Money(fen) if knows else None,
    )

"""The flags as a workbook (资金疑点清单): what was found, whose work it touches, what was said of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.areas.queries import office_of
from app.areas.rules import code_of
from app.audit.prints import Print
from app.core.actor import Actor
from app.core.crypto import Keyring, digest
from app.core.i18n import gettext_anywhere
from app.core.reasons import say
from app.subsidies.papers.marks import marked
from app.subsidies.queries.runs import area_name
from app.subsidies.queries.watch.flags import FlagRow
from app.subsidies.rules.watch import PATTERN_LABELS, STATE_LABELS
from reports.flags import FlagLine, FlagsDocument


def print_of_flags(rows: Sequence[FlagRow], actor: Actor, now: datetime) -> Print:
    """The fingerprint is over which flags stand in it, and how."""
    county = code_of(actor.area_prefix)
    said = digest("\n".join(f"{one.public_id} {one.state} {one.ground}" for one in rows))
    return Print("subsidies.flags_printed", ("area", county), county, said, actor.user_id, now)


def flags_document(
    session: Session, keyring: Keyring, actor: Actor, rows: Sequence[FlagRow], wanted: Print
) -> FlagsDocument:
    return FlagsDocument(
        county=area_name(session, wanted.area_code),
        organisation=office_of(session, actor),
        lines=tuple(_line(one) for one in rows),
        provenance=marked(keyring, actor, wanted),
    )


def _line(row: FlagRow) -> FlagLine:
    return FlagLine(
        period=row.period,
        pattern=gettext_anywhere(PATTERN_LABELS[row.pattern]),
        because="；".join(map(say, row.because)),
        who=row.who or "",
        agency=row.agency or "",
        place=row.place,
        payee=row.payee or "",
        agreement_number=row.agreement or "",
        amount_fen=row.amount_fen,
        found_on=row.found_at,
        state=gettext_anywhere(STATE_LABELS[row.state]),
        ground=say(row.ground) if row.ground else "",
        decided_by=row.decided_by or "",
    )

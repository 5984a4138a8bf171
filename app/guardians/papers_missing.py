"""The list of missing papers as it is printed. In Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.areas.queries import full_name, office_of
from app.audit.prints import Print, mark_of
from app.core.actor import Actor
from app.core.crypto import Keyring, digest
from app.guardians.labels_application import MISSING_LABELS
from app.guardians.queries.missing import LackingAgreement
from reports.missing_papers import LackingLine, MissingPapersDocument
from reports.wording import Provenance


def print_of_missing(actor: Actor, code: str, rows: Sequence[LackingAgreement], now: datetime) -> Print:
    """The fingerprint is over what the lines say."""
    said = digest("\n".join(str(_line(row)) for row in rows))
    return Print("guardians.missing_printed", ("area", code), code, said, actor.user_id, now)


def missing_document(
    session: Session,
    keyring: Keyring,
    actor: Actor,
    code: str,
    rows: Sequence[LackingAgreement],
    today: date,
    now: datetime,
) -> MissingPapersDocument:
    """`code` is the village, town or county whose list it is."""
    wanted = print_of_missing(actor, code, rows, now)
    mark = mark_of(keyring, wanted)
    return MissingPapersDocument(
        place=full_name(session, code),
        organisation=office_of(session, actor),
        as_of=today,
        lines=tuple(map(_line, rows)),
        provenance=Provenance(wanted.fingerprint, actor.name, now, mark.serial, mark.code),
    )


def _line(row: LackingAgreement) -> LackingLine:
    words = tuple(MISSING_LABELS[one] for one in row.missing)
    return LackingLine(row.village, row.number, row.guardian or "", row.to_on, words)

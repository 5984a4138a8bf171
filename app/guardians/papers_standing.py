"""The list of running agreements as it is printed. In Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.areas.queries import full_name, office_of, place_of
from app.audit.prints import Print, mark_of
from app.core.actor import Actor
from app.core.crypto import Keyring, digest
from app.guardians.queries.standing import StandingAgreement
from reports.agreement_list import AgreementLine, AgreementListDocument
from reports.wording import Provenance


def print_of_agreements(actor: Actor, rows: Sequence[StandingAgreement], now: datetime) -> Print:
    """The fingerprint is over what the lines say."""
    said, code = digest("\n".join(str(_line(row)) for row in rows)), place_of(actor)
    return Print("guardians.agreements_printed", ("area", code), code, said, actor.user_id, now)


def agreements_document(
    session: Session, keyring: Keyring, actor: Actor, rows: Sequence[StandingAgreement], today: date, now: datetime
) -> AgreementListDocument:
    wanted = print_of_agreements(actor, rows, now)
    mark = mark_of(keyring, wanted)
    place = full_name(session, place_of(actor))
    return AgreementListDocument(
        place=place,
        organisation=office_of(session, actor),
        as_of=today,
        lines=tuple(map(_line, rows)),
        provenance=Provenance(wanted.fingerprint, actor.name, now, mark.serial, mark.code),
    )


def _line(row: StandingAgreement) -> AgreementLine:
    return AgreementLine(
        row.village, row.number, row.first or "", row.second or "", row.from_on, row.to_on, row.signed_on
    )

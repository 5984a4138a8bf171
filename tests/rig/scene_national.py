"""What a scene has of the comparison with the national system: an export that waits, and one that was compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.access import Action, may
from app.core.actor import Actor
from app.core.crypto import Keyring
from app.core.files import keep_file
from app.patients.models import Patient
from app.people.models import Person
from app.roster.models import NationalComparison, NationalFinding
from app.roster.rules.national import FindingKind, TheirState
from app.roster.rules.national_rows import NationalReading, NationalRow
from app.roster.service.national import Export, compare_export
from app.roster.service.uploads import NATIONAL
from tests.rig.clock import NOW, TODAY
from tests.rig.national_register import register_export


class Kept(Protocol):
    """Where the public ids go."""

    patient: str
    register_upload: dict[str, str]
    national_comparison: str
    national_finding: str


def compare_with_export(
    session: Session, keyring: Keyring, everybody: Mapping[str, Actor], office: Actor, county: str, found: Kept
) -> None:
    """An export of two rows: one that may be the place's patient, one of a stranger."""
    for name in sorted(name for name, one in everybody.items() if may(one, Action.COMPARE_NATIONAL)):
        content = register_export([{"name": "郝燕", "record": "100"}])
        kept = keep_file(
            session,
            keyring,
            NATIONAL.name,
            "export.xlsx",
            "application/octet-stream",
            content,
            county,
            everybody[name],
            NOW,
        )
        found.register_upload[name] = kept.public_id

    @contextmanager
    def here() -> Iterator[Session]:
        yield session
        session.flush()

    who = select(Person.name, Person.born_on).join(Patient, Patient.person_id == Person.id)
    name, born_on = session.execute(who.where(Patient.public_id == found.patient)).one()
    rows = (
        NationalRow(0, 2, name=name, born_on=born_on, state=TheirState.REGISTERED),
        NationalRow(0, 3, name="郝燕", record_number="99900001", state=TheirState.REGISTERED),
    )
    export = Export(f"export-{county}"[:22], "0" * 64, TODAY, county, NationalReading((), rows))
    found.national_comparison = compare_export(here, here, keyring, office, export, NOW, lambda _done, _of: None)
    possible = (
        select(NationalFinding.public_id)
        .join(NationalComparison, NationalComparison.id == NationalFinding.comparison_id)
        .where(NationalComparison.public_id == found.national_comparison, NationalFinding.kind == FindingKind.POSSIBLE)
    )
    found.national_finding = session.scalars(possible).one()

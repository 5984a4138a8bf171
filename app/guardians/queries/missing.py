"""Agreements that run or are to come and lack a paper, by village."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.areas.queries import full_names
from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.scope import within, within_prefix
from app.documents.models import Document
from app.documents.rules import DocumentKind, DocumentSubject
from app.guardians.models import Agreement, AgreementApplication, Guardianship
from app.guardians.queries.applications import ApplicationCounts, counted
from app.guardians.rules.papers import Missing, PapersHeld, missing_papers
from app.patients.models import Patient
from app.patients.rules import RegistryStatus
from app.people.models import PayeeAccount, Person

_Guardian = aliased(Person)


@dataclass(frozen=True, slots=True)
class LackingAgreement:
    """One agreement with what it lacks. `guardian` is None where the role does not read the name."""

    public_id: str
    number: str
    guardian: str | None
    area_code: str
    village: str
    from_on: date
    to_on: date
    missing: Sequence[Missing]


@dataclass(frozen=True, slots=True)
class VillageCount:
    code: str
    name: str
    agreements: int
    lacking: int


def count_papers(session: Session, actor: Actor, today: date) -> tuple[ApplicationCounts, int]:
    """For homes, asked at once: how applications stand, and how many agreements of the area lack a paper."""
    lacking = _standing(select(func.count()), actor, today).where(or_(*_lacks())).scalar_subquery()
    row = session.execute(counted(actor, today).add_columns(lacking)).one()
    return ApplicationCounts(*row[:3]), row[3]


def list_villages(session: Session, actor: Actor, today: date) -> list[VillageCount]:
    """Villages with agreements that lack a paper, the most first."""
    lacking = func.count().filter(or_(*_lacks()))
    rows = session.execute(
        _standing(select(Patient.area_code, func.count(), lacking), actor, today)
        .group_by(Patient.area_code)
        .having(lacking > 0)
        .order_by(lacking.desc(), Patient.area_code)
    ).all()
    names = full_names(session, {row[0] for row in rows})
    return [VillageCount(code, names[code], count, missing) for code, count, missing in rows]


def list_lacking(
    session: Session, actor: Actor, today: date, village: str = "", cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[LackingAgreement]:
    """In the order of villages; `village` (an area code) narrows the list."""
    wanted = (
        _standing(
            select(
                Agreement.id,
                Agreement.public_id,
                Agreement.number,
                Agreement.from_on,
                Agreement.to_on,
                Patient.area_code,
                _Guardian.name,
                *(column.label(name) for name, column in _held().items()),
            ),
            actor,
            today,
        )
        .join(_Guardian, _Guardian.id == Guardianship.person_id)
        .where(or_(*_lacks()), within_prefix(Patient.area_code, village))
        .order_by(Patient.area_code, Agreement.id)
        .limit(size + 1)
    )
    after = decode_cursor(cursor, 2)
    if after and isinstance(after[0], str) and isinstance(after[1], int):
        wanted = wanted.where(tuple_(Patient.area_code, Agreement.id) > after)
    page = page_of(session.execute(wanted).all(), size, lambda row: (row.area_code, row.id))
    names = full_names(session, {row.area_code for row in page.rows})
    is_named = sees(actor, Field.GUARDIAN_NAME) in (Grant.FULL, Grant.TASK)
    return Page([_row(row, names[row.area_code], is_named) for row in page.rows], page.next_cursor)


def _standing(wanted: Select[*tuple[Any, ...]], actor: Actor, today: date) -> Select[*tuple[Any, ...]]:
    return (
        wanted.select_from(Agreement)
        .join(Patient, Patient.id == Agreement.patient_id)
        .join(Guardianship, Guardianship.id == Agreement.guardianship_id)
        .where(
            Agreement.withdrawn_at.is_(None),
            func.coalesce(Agreement.ended_on, Agreement.to_on) >= today,
            Patient.registry_status == RegistryStatus.REGISTERED,
            within(Patient.area_code, actor),
        )
    )


def _held() -> dict[str, ColumnElement[bool]]:
    """One column for each field of `PapersHeld`."""
    account = (PayeeAccount.person_id == Guardianship.person_id, PayeeAccount.to_on.is_(None))
    fresh = exists().where(*account, Document.recorded_at >= PayeeAccount.recorded_at).correlate(Guardianship, Document)
    scan = (Document.subject_kind == DocumentSubject.AGREEMENT, Document.subject_id == Agreement.public_id)
    return {
        "has_scan": _kept(DocumentKind.AGREEMENT, *scan),
        "has_application": exists().where(AgreementApplication.agreement_id == Agreement.id).correlate(Agreement),
        "has_identity": _kept(DocumentKind.IDENTITY),
        "has_relation": _kept(DocumentKind.RELATION),
        "has_account": exists().where(*account).correlate(Guardianship),
        "has_account_proof": _kept(DocumentKind.ACCOUNT),
        "has_fresh_account_proof": _kept(DocumentKind.ACCOUNT, fresh),
    }


def _kept(kind: DocumentKind, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    return (
        exists()
        .where(Document.patient_id == Patient.id, Document.kind == kind, Document.withdrawn_at.is_(None), *more)
        .correlate(Patient, Agreement, Guardianship)
    )


def _lacks() -> list[ColumnElement[bool]]:
    """`missing_papers` for the database: any of these is a paper that is missing."""
    held = _held()
    always = ("has_scan", "has_application", "has_identity", "has_relation")
    return [
        *(not_(held[name]) for name in always),
        and_(held["has_account"], not_(held["has_fresh_account_proof"])),
    ]


def _row(row: Any, village: str, is_named: bool) -> LackingAgreement:
    held = PapersHeld(**{one.name: bool(getattr(row, one.name)) for one in fields(PapersHeld)})
    return LackingAgreement(
        row.public_id,
        row.number,
        row.name if is_named else None,
        row.area_code,
        village,
        row.from_on,
        row.to_on,
        missing_papers(held),
    )

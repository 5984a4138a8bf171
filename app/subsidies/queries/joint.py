"""What an office of the joint approval is asked to sign, and only what it needs for its own question (roles.md, domain 5.6).

Names stand on the open form and nowhere else: once the office has signed, or the run has moved on, nothing is loaded any more. The
police read no name at all: they name whom they know of, and the lines are found by that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, literal, literal_column, or_, select
from sqlalchemy.orm import Session, aliased, defer

from app.accounts.models import User
from app.areas.models import Area
from app.areas.queries import names_of
from app.areas.rules import PREFIX_LENGTHS, AreaLevel, code_of
from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.crypto import Keyring
from app.core.errors import NotFound
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.scope import within, within_prefix
from app.guardians.models import Agreement
from app.patients.models import Patient
from app.patients.rules import ManagementStatus, RegistryStatus
from app.people.models import Person
from app.people.queries import ids_by_whole_numbers
from app.subsidies.models import LineHold, LineMark, RunApproval, RunKind, SubsidyLine, SubsidyPolicy, SubsidyRun
from app.subsidies.queries.runs import standing_hands
from app.subsidies.rules.chain import STEP_OF_OFFICE, Office, missing_offices, source_of
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.policy import Chain, PolicyTerms
from app.subsidies.rules.transitions import OFFICE_STEPS, RunState, RunStep

_Village, _Town, _Patient, _Guardian = aliased(Area), aliased(Area), aliased(Person), aliased(Person)


@dataclass(frozen=True)
class LineToSign:
    """One family on an office's form. What the office's question does not need is empty."""

    id: int
    public_id: str
    area_code: str
    patient: str
    town: str
    village: str
    guardian: str
    agreement_number: str
    # None where the office is not asked about it
    is_managed: bool | None
    is_marked: bool
    # the office has spoken of this line before, and the clerk has decided it since
    was_decided: bool


@dataclass(frozen=True)
class TownToSign:
    prefix: str
    name: str
    lines: int


@dataclass(frozen=True)
class OfficeSignature:
    """Whether an office has signed what stands."""

    office: Office
    by: str
    at: datetime | None


@dataclass(frozen=True)
class WaitingRun:
    run: SubsidyRun
    is_signed: bool


def terms_of(session: Session, run: SubsidyRun) -> PolicyTerms | None:
    """The policy that the run was prepared under; None for payments from before there was one."""
    policy = session.get(SubsidyPolicy, run.policy_id) if run.policy_id else None
    return PolicyTerms.from_json(policy.terms) if policy else None


def chain_of(session: Session, run: SubsidyRun) -> Chain:
    terms = terms_of(session, run)
    return terms.chain if terms else Chain.SINGLE


def is_form_open(session: Session, run: SubsidyRun, office: Office) -> bool:
    """The run waits for this office's signature."""
    is_asked = run.state is RunState.SUBMITTED and chain_of(session, run) is Chain.JOINT
    return is_asked and STEP_OF_OFFICE[office] not in standing_hands(session, run)


def list_waiting(session: Session, actor: Actor, office: Office) -> list[WaitingRun]:
    """Submitted runs of joint chains in the actor's area, and whether this office has signed them."""
    runs = session.scalars(
        select(SubsidyRun)
        .where(
            within(SubsidyRun.county_code, actor),
            SubsidyRun.state == RunState.SUBMITTED,
            SubsidyRun.kind != RunKind.OPENING,
        )
        .order_by(SubsidyRun.period, SubsidyRun.id)
    )
    joint = [run for run in runs if chain_of(session, run) is Chain.JOINT]
    return [WaitingRun(run, STEP_OF_OFFICE[office] in standing_hands(session, run)) for run in joint]


def office_signatures(session: Session, run: SubsidyRun) -> list[OfficeSignature]:
    """The offices of a joint chain in their order; empty for a single chain. Only signatures that still stand count."""
    if chain_of(session, run) is Chain.SINGLE:
        return []
    from_here = func.coalesce(
        select(func.max(RunApproval.id))
        .where(RunApproval.run_id == run.id, RunApproval.step == RunStep.SUBMITTED)
        .scalar_subquery(),
        0,
    )
    rows = session.execute(
        select(RunApproval.step, RunApproval.by, RunApproval.at).where(
            RunApproval.run_id == run.id,
            RunApproval.step.in_(OFFICE_STEPS),
            RunApproval.id > from_here,
            RunApproval.digest == run.digest,
        )
    )
    signed = {row.step: row for row in rows}
    names = _names(session, [row.by for row in signed.values() if row.by])
    found = ((office, signed.get(step)) for office, step in STEP_OF_OFFICE.items())
    return [
        OfficeSignature(office, names.get(row.by or 0, "") if row else "", row.at if row else None)
        for office, row in found
    ]


def offices_missing(session: Session, run: SubsidyRun) -> tuple[Office, ...]:
    """Whose signature under exactly this digest is missing."""
    signed = [STEP_OF_OFFICE[one.office] for one in office_signatures(session, run) if one.at]
    return missing_offices(chain_of(session, run), signed)


def list_towns_to_sign(session: Session, actor: Actor, run: SubsidyRun) -> list[TownToSign]:
    """The run's towns with how many lines are to be paid in each."""
    length = PREFIX_LENGTHS[AreaLevel.TOWN]
    # the length stands in the statement: PostgreSQL would not know two parameters for one expression
    place = func.substr(SubsidyLine.area_code, literal_column("1"), literal_column(str(length)))
    rows = session.execute(
        select(place, func.count())
        .where(_is_paid(run), within(SubsidyLine.area_code, actor))
        .group_by(place)
        .order_by(place)
    ).all()
    names = names_of(session, {code_of(prefix) for prefix, _count in rows})
    return [TownToSign(prefix, names[code_of(prefix)], count) for prefix, count in rows]


def list_lines_to_sign(
    session: Session,
    actor: Actor,
    office: Office,
    run: SubsidyRun,
    *,
    town: str = "",
    only_marked: bool = False,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[LineToSign]:
    """A page of the office's form by village. The caller has asked `is_form_open`."""
    query = _lines(actor, office, run)
    if town:
        query = query.where(within_prefix(SubsidyLine.area_code, town))
    if only_marked:
        query = query.where(_is_marked(office))
    after = decode_cursor(cursor, 2)
    if after and isinstance(after[1], int):
        place, line_id = str(after[0]), after[1]
        later = (SubsidyLine.area_code == place) & (SubsidyLine.id > line_id)
        query = query.where(or_(SubsidyLine.area_code > place, later))
    rows = session.execute(query.limit(size + 1)).all()
    found = [_line(actor, office, *row) for row in rows]
    return page_of(found, size, lambda one: (one.area_code, one.id))


def count_marks(session: Session, run: SubsidyRun, office: Office) -> int:
    marks = (
        select(func.count())
        .select_from(LineMark)
        .join(SubsidyLine, SubsidyLine.id == LineMark.line_id)
        .where(LineMark.office == office, _is_paid(run))
    )
    return session.scalar(marks) or 0


def list_marked(session: Session, run: SubsidyRun, office: Office) -> Sequence[SubsidyLine]:
    """The lines that the office has marked, in their order."""
    return session.scalars(
        select(SubsidyLine)
        .join(LineMark, LineMark.line_id == SubsidyLine.id)
        .where(LineMark.office == office, _is_paid(run))
        .order_by(SubsidyLine.area_code, SubsidyLine.id)
    ).all()


def lines_of_numbers(
    session: Session, keyring: Keyring, run: SubsidyRun, numbers: Sequence[str], office: Office
) -> Sequence[SubsidyLine]:
    """The run's paid lines of patients who have, or had, one of these numbers, but for those that the office has spoken of before."""
    people = ids_by_whole_numbers(session, keyring, numbers)
    spoke = exists().where(LineHold.line_id == SubsidyLine.id, _hold_of(office))
    return session.scalars(
        select(SubsidyLine)
        .join(Patient, Patient.id == SubsidyLine.patient_id)
        .where(_is_paid(run), Patient.person_id.in_(people), ~spoke)
        .order_by(SubsidyLine.area_code, SubsidyLine.id)
    ).all()


def count_without_number(session: Session, run: SubsidyRun) -> int:
    """Paid lines of patients who have no number to be compared by."""
    return (
        session.scalar(
            select(func.count())
            .select_from(SubsidyLine)
            .join(Patient, Patient.id == SubsidyLine.patient_id)
            .join(_Patient, _Patient.id == Patient.person_id)
            .where(_is_paid(run), _Patient.id_index.is_(None))
        )
        or 0
    )


def get_line_by_agreement(session: Session, run: SubsidyRun, number: str) -> SubsidyLine:
    """The run's line to be paid under an agreement's number; raises NotFound."""
    line = session.scalar(
        select(SubsidyLine)
        .join(Agreement, Agreement.id == SubsidyLine.agreement_id)
        .where(_is_paid(run), Agreement.number == number)
        .order_by(SubsidyLine.id)
        .limit(1)
    )
    if line is None:
        raise NotFound()
    return line


def has_spoken(session: Session, line: SubsidyLine, office: Office) -> bool:
    """Whether the line was held for this office before."""
    return session.scalar(select(LineHold.id).where(LineHold.line_id == line.id, _hold_of(office))) is not None


def _lines(
    actor: Actor, office: Office, run: SubsidyRun
) -> Select[SubsidyLine, Person, str, str, Area, str | None, bool, bool, bool]:
    """Guardian and agreement are read for the town's question only, the register's state for the health office's."""
    line, nothing = SubsidyLine, literal("")
    guardian, number = (_Guardian.name, Agreement.number) if office is Office.TOWN else (nothing, nothing)
    managed = and_(
        Patient.registry_status == RegistryStatus.REGISTERED, Patient.management_status == ManagementStatus.MANAGED
    )
    is_managed = func.coalesce(managed, false()) if office is Office.HEALTH else false()
    spoke = exists().where(LineHold.line_id == line.id, _hold_of(office))
    return (
        select(line, _Patient, guardian, number, _Village, _Town.name, is_managed, _is_marked(office), spoke)
        .options(defer(line.snapshot), defer(line.reasons))
        .join(Patient, Patient.id == line.patient_id)
        .join(_Patient, _Patient.id == Patient.person_id)
        .join(_Guardian, _Guardian.id == line.payee_person_id)
        .join(Agreement, Agreement.id == line.agreement_id)
        .join(_Village, _Village.code == line.area_code)
        .join(_Town, _Town.code == _Village.parent_code, isouter=True)
        .where(_is_paid(run), within(line.area_code, actor))
        .order_by(line.area_code, line.id)
    )


def _line(
    actor: Actor,
    office: Office,
    line: SubsidyLine,
    patient: Person,
    guardian: str,
    agreement_number: str,
    place: Area,
    above: str | None,
    is_managed: bool,
    is_marked: bool,
    was_decided: bool,
) -> LineToSign:
    is_village = place.level is AreaLevel.VILLAGE
    knows_name = sees(actor, Field.PATIENT_NAME) in (Grant.FULL, Grant.TASK)
    return LineToSign(
        id=line.id,
        public_id=line.public_id,
        area_code=line.area_code,
        patient=patient.name if knows_name else "",
        town=(above or "") if is_village else place.name,
        village=place.name if is_village else "",
        guardian=guardian,
        agreement_number=agreement_number,
        is_managed=bool(is_managed) if office is Office.HEALTH else None,
        is_marked=is_marked,
        was_decided=was_decided,
    )


def _is_paid(run: SubsidyRun) -> ColumnElement[bool]:
    return and_(SubsidyLine.run_id == run.id, SubsidyLine.decision == LineState.PAY)


def _is_marked(office: Office) -> ColumnElement[bool]:
    return exists().where(LineMark.line_id == SubsidyLine.id, LineMark.office == office)


def _hold_of(office: Office) -> ColumnElement[bool]:
    return and_(LineHold.source == source_of(office), LineHold.key == office.value)


def _names(session: Session, users: Sequence[int]) -> dict[int, str]:
    return {
        row.id: row.display_name
        for row in session.execute(select(User.id, User.display_name).where(User.id.in_(users)))
    }

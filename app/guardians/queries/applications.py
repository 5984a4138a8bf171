"""Applications of the area: what waits for whom, what is late, and one application with every step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.areas.queries import full_names
from app.core.access import Field, Grant, sees
from app.core.actor import Actor, Role
from app.core.dates import parse_date
from app.core.errors import NotFound
from app.core.identity import mask_name
from app.core.paging import PAGE_SIZE, Page, decode_cursor, page_of
from app.core.scope import within
from app.documents.rules import DocumentKind
from app.guardians.models import Agreement, AgreementApplication, ApplicationEvent, Guardianship
from app.guardians.rules import Rank, Relation
from app.guardians.rules.application import CHAIN, LIVE, NEXT_STEP, OFFICE, ApplicationState, ApplicationStep, papers_of
from app.patients.models import Patient
from app.patients.rules import RegistryStatus
from app.people.models import Person
from app.tasks.rules import Standing, standing

_Guardian, _Last, _By = aliased(Person), aliased(ApplicationEvent), aliased(User)
_ASKED = {
    Role.VILLAGE_WORKER: (ApplicationState.APPLIED, ApplicationState.RETURNED),
    Role.TOWN: (ApplicationState.APPLIED, ApplicationState.FIRST_CHECKED, ApplicationState.SECOND_CHECKED),
}
_NO_DAY = date(9999, 12, 31)


class Which(StrEnum):
    """The tabs of the list."""

    MINE = "mine"  # waits for this role
    OPEN = "open"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """One application. Names are None where the role may not read them now."""

    id: int
    public_id: str
    patient: str
    name: str | None
    guardian: str | None
    relation: Relation
    village: str
    state: ApplicationState
    applied_on: date
    from_on: date
    due_on: date | None
    standing: Standing | None
    # the office that it waits for, the one above where the step before was taken there
    waits_for: Role | None


@dataclass(frozen=True, slots=True)
class Step:
    step: ApplicationStep
    by: str
    at: datetime
    due_on: date | None
    ground: str


@dataclass(frozen=True, slots=True)
class ApplicationPage:
    row: ApplicationRow
    steps: list[Step]
    papers: list[DocumentKind]
    agreement: str | None
    # whoever took the last step of the chain
    last_hand: str


@dataclass(frozen=True, slots=True)
class ApplicationCounts:
    """`mine` waits for the role, `late` of all that are open."""

    mine: int
    open: int
    late: int


def count_applications(session: Session, actor: Actor, today: date) -> ApplicationCounts:
    return ApplicationCounts(*session.execute(counted(actor, today)).one())


def counted(actor: Actor, today: date) -> Select[*tuple[Any, ...]]:
    """The three counts as a statement, for a home that asks for more at once."""
    return (
        select(
            func.count().filter(_is_mine(actor)),
            func.count(),
            func.count().filter(AgreementApplication.due_on < today),
        )
        .select_from(AgreementApplication)
        .join(Patient, Patient.id == AgreementApplication.patient_id)
        .join(_Last, _Last.id == _last_step())
        .join(_By, _By.id == _Last.by)
        .where(_is_live(), within(Patient.area_code, actor))
    )


def list_applications(
    session: Session, actor: Actor, which: Which, today: date, cursor: str | None = None
) -> Page[ApplicationRow]:
    """The soonest due first; what is done, the newest first."""
    wanted = _rows().where(within(Patient.area_code, actor))
    after = decode_cursor(cursor, 2)
    if which is Which.DONE:
        wanted = wanted.where(~_is_live()).order_by(AgreementApplication.id.desc())
        if after and isinstance(after[1], int):
            wanted = wanted.where(AgreementApplication.id < after[1])
    else:
        due = func.coalesce(AgreementApplication.due_on, _NO_DAY)
        wanted = wanted.where(_is_live()).order_by(due, AgreementApplication.id)
        if which is Which.MINE:
            wanted = wanted.where(_is_mine(actor))
        day = _day(after[0]) if after else None
        if after and day is not None and isinstance(after[1], int):
            wanted = wanted.where(or_(due > day, and_(due == day, AgreementApplication.id > after[1])))
    rows = session.execute(wanted.limit(PAGE_SIZE + 1)).all()
    page = page_of(rows, PAGE_SIZE, lambda row: (row.due_on or _NO_DAY, row.id))
    places = full_names(session, {row.area_code for row in page.rows})
    return Page([_row(row, actor, places[row.area_code], today) for row in page.rows], page.next_cursor)


def show_application(session: Session, actor: Actor, public_id: str, today: date) -> ApplicationPage:
    """One application with its steps; raises `NotFound`."""
    row = session.execute(
        _rows().where(AgreementApplication.public_id == public_id, within(Patient.area_code, actor))
    ).one_or_none()
    if row is None:
        raise NotFound()
    steps = session.execute(
        select(ApplicationEvent, User.display_name)
        .join(User, User.id == ApplicationEvent.by)
        .where(ApplicationEvent.application_id == row.id)
        .order_by(ApplicationEvent.id)
    ).all()
    place = full_names(session, {row.area_code})[row.area_code]
    number = session.scalar(select(Agreement.number).where(Agreement.id == row.agreement_id))
    return ApplicationPage(
        _row(row, actor, place, today),
        [Step(one.step, by, one.at, one.due_on, one.ground) for one, by in steps],
        papers_of(row.papers_seen),
        number,
        row.hand,
    )


def get_application(session: Session, actor: Actor, public_id: str, is_to_change: bool = False) -> AgreementApplication:
    """`is_to_change` locks the row, so that of two who act at once the second sees what the first did."""
    wanted = _applications().where(AgreementApplication.public_id == public_id, within(Patient.area_code, actor))
    if is_to_change:
        wanted = wanted.with_for_update(of=AgreementApplication).execution_options(populate_existing=True)
    found = session.scalar(wanted)
    if found is None:
        raise NotFound()
    return found


def find_live_application(session: Session, actor: Actor, patient: Patient) -> AgreementApplication | None:
    """The one that is under way for a patient; there is at most one."""
    return session.scalar(
        _applications().where(
            AgreementApplication.patient_id == patient.id, _is_live(), within(Patient.area_code, actor)
        )
    )


def has_withdrawn(session: Session, actor: Actor, patient: Patient, since: datetime) -> bool:
    """Whether this human being has withdrawn an application of the family's since then."""
    withdrawn = (
        select(ApplicationEvent.id)
        .join(AgreementApplication, AgreementApplication.id == ApplicationEvent.application_id)
        .where(
            AgreementApplication.patient_id == patient.id,
            ApplicationEvent.step == ApplicationStep.WITHDRAW,
            ApplicationEvent.at >= since,
            or_(ApplicationEvent.hand == actor.hand, ApplicationEvent.by == actor.user_id),
        )
    )
    return session.scalar(withdrawn.limit(1)) is not None


def is_asked(session: Session, actor: Actor, patient: Patient) -> bool:
    """Whether an application of the patient's family waits for this role: a form addressed to its office (roles.md, T)."""
    states = _ASKED.get(actor.role, ())
    waiting = _applications().where(
        AgreementApplication.patient_id == patient.id,
        AgreementApplication.state.in_(states),
        within(Patient.area_code, actor),
    )
    return bool(states) and session.scalar(waiting.limit(1)) is not None


def find_last_hand(session: Session, _actor: Actor, application: AgreementApplication) -> str | None:
    """Who took the last step of the chain."""
    return session.scalar(
        select(ApplicationEvent.hand)
        .where(ApplicationEvent.application_id == application.id, ApplicationEvent.step.in_(CHAIN))
        .order_by(ApplicationEvent.id.desc())
        .limit(1)
    )


def find_by_names(session: Session, actor: Actor, guardian: str, patient: str) -> list[Patient]:
    """Registered residents of the area of this name whose present first guardian has that name; at most two."""
    return list(
        session.scalars(
            select(Patient)
            .join(Person, Person.id == Patient.person_id)
            .join(Guardianship, Guardianship.patient_id == Patient.id)
            .join(_Guardian, _Guardian.id == Guardianship.person_id)
            .where(
                within(Patient.area_code, actor),
                Patient.registry_status == RegistryStatus.REGISTERED,
                Person.name == patient,
                _Guardian.name == guardian,
                Guardianship.rank == Rank.FIRST,
                Guardianship.to_on.is_(None),
                Guardianship.withdrawn_at.is_(None),
            )
            .order_by(Patient.id)
            .limit(2)
        )
    )


def waits_at(state: ApplicationState, last_role: Role) -> Role | None:
    """The office whose turn it is: the step's own, or the one above where the step before was taken by that office itself."""
    step = NEXT_STEP.get(state)
    if step is None:
        return None
    office = OFFICE[step]
    if step is ApplicationStep.APPLY or office is not last_role:
        return office
    return Role.TOWN if office is Role.VILLAGE_WORKER else Role.CLERK


def _applications() -> Select[AgreementApplication]:
    """With the patient, whose present village is the application's: a family that moves takes it along."""
    return select(AgreementApplication).join(Patient, Patient.id == AgreementApplication.patient_id)


def _is_live() -> ColumnElement[bool]:
    return AgreementApplication.state.not_in([state for state in ApplicationState if state not in LIVE])


def _is_mine(actor: Actor) -> ColumnElement[bool]:
    """It waits for this role's step, and somebody else took the one before; or it came back to the village for papers."""
    someone_elses = _Last.hand != actor.hand
    at = {
        Role.VILLAGE_WORKER: or_(
            and_(AgreementApplication.state == ApplicationState.APPLIED, someone_elses),
            AgreementApplication.state == ApplicationState.RETURNED,
        ),
        Role.TOWN: and_(
            someone_elses,
            or_(
                AgreementApplication.state.in_([ApplicationState.FIRST_CHECKED, ApplicationState.SECOND_CHECKED]),
                and_(AgreementApplication.state == ApplicationState.APPLIED, _By.role == Role.VILLAGE_WORKER),
            ),
        ),
        Role.CLERK: and_(
            someone_elses,
            AgreementApplication.state.in_([ApplicationState.FIRST_CHECKED, ApplicationState.SECOND_CHECKED]),
            _By.role == Role.TOWN,
        ),
    }
    return at.get(actor.role, AgreementApplication.id < 0)


def _last_step() -> Any:
    last = aliased(ApplicationEvent)
    return (
        select(func.max(last.id))
        .where(last.application_id == AgreementApplication.id, last.step.in_(CHAIN))
        .correlate(AgreementApplication)
        .scalar_subquery()
    )


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(
            AgreementApplication.id,
            AgreementApplication.public_id,
            AgreementApplication.state,
            AgreementApplication.applied_on,
            AgreementApplication.from_on,
            AgreementApplication.due_on,
            AgreementApplication.papers_seen,
            AgreementApplication.agreement_id,
            Patient.area_code,
            Guardianship.relation,
            Patient.public_id.label("patient"),
            Person.name,
            _Guardian.name.label("guardian"),
            _Last.hand,
            _By.role.label("last_role"),
        )
        .join(Guardianship, Guardianship.id == AgreementApplication.guardianship_id)
        .join(_Guardian, _Guardian.id == Guardianship.person_id)
        .join(Patient, Patient.id == AgreementApplication.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .join(_Last, _Last.id == _last_step())
        .join(_By, _By.id == _Last.by)
    )


def _row(row: Any, actor: Actor, village: str, today: date) -> ApplicationRow:
    waits_for = waits_at(row.state, row.last_role)
    is_asked = row.state in LIVE and (actor.role is waits_for or actor.role is OFFICE[NEXT_STEP[row.state]])
    return ApplicationRow(
        row.id,
        row.public_id,
        row.patient,
        _name(sees(actor, Field.PATIENT_NAME), row.name, is_asked),
        _name(sees(actor, Field.GUARDIAN_NAME), row.guardian, is_asked),
        row.relation,
        village,
        row.state,
        row.applied_on,
        row.from_on,
        row.due_on,
        standing(row.due_on, today) if row.due_on else None,
        waits_for,
    )


def _name(grant: Grant, name: str, is_asked: bool) -> str | None:
    if grant is Grant.FULL or (grant is Grant.TASK and is_asked):
        return name
    return mask_name(name) if grant is Grant.MASKED else None


def _day(value: object) -> date | None:
    try:
        return parse_date(value) if isinstance(value, str) else None
    except ValueError:
        return None

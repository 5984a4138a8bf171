"""The public notice of a run, objections to it, requests to open it again, and what each approval printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.areas.queries import names_of
from app.areas.rules import PREFIX_LENGTHS, AreaLevel, code_of
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.models import KeptFile
from app.core.reasons import Reason
from app.core.scope import within
from app.guardians.models import Agreement
from app.subsidies.models import (
    LineHold,
    RunApproval,
    RunEdition,
    RunNotice,
    RunObjection,
    RunReopening,
    SubsidyLine,
    SubsidyRun,
)
from app.subsidies.queries.joint import terms_of
from app.subsidies.rules.chain import HoldSource, ObjectionState, ReopeningState
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.grounds import ChainGround, read_grounds
from app.subsidies.rules.notice import TownCount
from app.subsidies.rules.transitions import RunState

_Recorder, _Decider = aliased(User), aliased(User)
MOST_LISTED = 100


@dataclass(frozen=True)
class ObjectionRow:
    objection: RunObjection
    # of the line that it names; empty where it names none
    agreement_number: str
    recorded_by: str
    decided_by: str

    @property
    def is_open(self) -> bool:
        return self.objection.state is ObjectionState.OPEN


@dataclass(frozen=True)
class ReopeningRow:
    why: Reason | None
    state: ReopeningState
    asked_by: str
    asked_at: datetime

    @property
    def is_asked(self) -> bool:
        return self.state is ReopeningState.ASKED


@dataclass(frozen=True)
class Publishing:
    """Between approval and bank."""

    # working days of public notice that the policy asks for; 0: none
    days: int
    notice: RunNotice | None
    open_objections: int
    # the last request to open what stands approved again
    reopening: ReopeningRow | None
    editions: list[RunEdition]


def find_notice(session: Session, run: SubsidyRun) -> RunNotice | None:
    """The notice of exactly what stands approved."""
    return session.scalar(select(RunNotice).where(RunNotice.run_id == run.id, RunNotice.digest == run.digest))


def town_counts(session: Session, run: SubsidyRun) -> list[TownCount]:
    """Households to be paid, and the sum, by town in the order of their codes. Nobody is named."""
    line = SubsidyLine
    length = PREFIX_LENGTHS[AreaLevel.TOWN]
    # the length stands in the statement: PostgreSQL would not know two parameters for one expression
    place = func.substr(line.area_code, literal_column("1"), literal_column(str(length)))
    rows = session.execute(
        select(place, func.count(line.patient_id.distinct()), func.sum(line.amount_fen))
        .where(line.run_id == run.id, line.decision == LineState.PAY)
        .group_by(place)
        .order_by(place)
    ).all()
    names = names_of(session, {code_of(prefix) for prefix, _count, _fen in rows})
    return [TownCount(names[code_of(prefix)], count, int(fen)) for prefix, count, fen in rows]


def count_open_objections(session: Session, run: SubsidyRun) -> int:
    waits = (RunObjection.run_id == run.id) & (RunObjection.state == ObjectionState.OPEN)
    return session.scalar(select(func.count()).select_from(RunObjection).where(waits)) or 0


def get_objection(
    session: Session, actor: Actor, public_id: str, *, lock: bool = False
) -> tuple[RunObjection, SubsidyRun]:
    """An objection and its run within the actor's area, the run locked first; raises NotFound."""
    of_objection = select(RunObjection.run_id).where(RunObjection.public_id == public_id).scalar_subquery()
    runs = select(SubsidyRun).where(SubsidyRun.id == of_objection, within(SubsidyRun.county_code, actor))
    found = select(RunObjection).where(RunObjection.public_id == public_id)
    run = session.scalar(runs.with_for_update() if lock else runs)
    objection = session.scalar(found.with_for_update() if lock else found) if run else None
    if run is None or objection is None:
        raise NotFound()
    return objection, run


def list_objections(session: Session, run: SubsidyRun) -> list[ObjectionRow]:
    rows = session.execute(
        select(RunObjection, Agreement.number, _Recorder.display_name, _Decider.display_name)
        .join(SubsidyLine, SubsidyLine.id == RunObjection.line_id, isouter=True)
        .join(Agreement, Agreement.id == SubsidyLine.agreement_id, isouter=True)
        .join(_Recorder, _Recorder.id == RunObjection.recorded_by)
        .join(_Decider, _Decider.id == RunObjection.decided_by, isouter=True)
        .where(RunObjection.run_id == run.id)
        .order_by(RunObjection.id)
        .limit(MOST_LISTED)
    )
    return [ObjectionRow(one, number or "", by, decider or "") for one, number, by, decider in rows]


def has_objection_holds(session: Session, run: SubsidyRun) -> bool:
    """Whether a line of the run was held because an objection was upheld, or one still waits."""
    held = (
        select(LineHold.id)
        .join(SubsidyLine, SubsidyLine.id == LineHold.line_id)
        .where(SubsidyLine.run_id == run.id, LineHold.source == HoldSource.OBJECTION)
        .limit(1)
    )
    return session.scalar(held) is not None or count_open_objections(session, run) > 0


def find_reopening(session: Session, run: SubsidyRun) -> ReopeningRow | None:
    """The last request to open the run as it stands again."""
    row = session.execute(
        select(RunReopening, User.display_name)
        .join(User, User.id == RunReopening.asked_by)
        .where(RunReopening.run_id == run.id, RunReopening.digest == run.digest)
        .order_by(RunReopening.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    asked, by = row
    grounds = read_grounds(asked.ground)
    return ReopeningRow(grounds.said() if grounds else None, asked.state, by, asked.asked_at)


def publishing_of(session: Session, run: SubsidyRun) -> Publishing:
    """What an approved run waits for, and the ledgers that were kept of it."""
    terms = terms_of(session, run)
    is_approved = run.state is RunState.APPROVED
    return Publishing(
        days=terms.notice_days if terms else 0,
        notice=find_notice(session, run) if run.digest else None,
        open_objections=count_open_objections(session, run),
        reopening=find_reopening(session, run) if is_approved else None,
        editions=list_editions(session, run),
    )


def last_sent_back(session: Session, run: SubsidyRun) -> tuple[Reason, bool] | None:
    """Why a draft is a draft again, and whether lines were put on hold with it; None for one that was never signed."""
    if run.state is not RunState.DRAFT:
        return None
    last = session.scalar(
        select(RunApproval).where(RunApproval.run_id == run.id).order_by(RunApproval.id.desc()).limit(1)
    )
    grounds = read_grounds(last.note) if last else None
    return (grounds.said(), isinstance(grounds.code, ChainGround)) if grounds else None


def list_editions(session: Session, run: SubsidyRun) -> list[RunEdition]:
    return list(session.scalars(select(RunEdition).where(RunEdition.run_id == run.id).order_by(RunEdition.number)))


def get_edition(session: Session, run: SubsidyRun, number: int) -> tuple[RunEdition, KeptFile]:
    """One approval's ledger; raises NotFound."""
    row = session.execute(
        select(RunEdition, KeptFile)
        .join(KeptFile, KeptFile.id == RunEdition.ledger_file_id)
        .where(RunEdition.run_id == run.id, RunEdition.number == number)
    ).first()
    if row is None:
        raise NotFound()
    return row[0], row[1]


def line_by_agreement(session: Session, run: SubsidyRun, number: str) -> SubsidyLine | None:
    """The run's first line under an agreement's number, whatever became of it."""
    return session.scalar(
        select(SubsidyLine)
        .join(Agreement, Agreement.id == SubsidyLine.agreement_id)
        .where(SubsidyLine.run_id == run.id, Agreement.number == number)
        .order_by(SubsidyLine.id)
        .limit(1)
    )


def is_notice_over(notice: RunNotice, today: date) -> bool:
    """Its last day has passed."""
    return today > notice.until_on

"""What people looked at besides: other offices' lists, checks at home, objections, the family's contacts and help."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.actor import Actor
from app.core.period import parse_period
from app.core.scope import within
from app.guardians.models import GuardianContact, HelpVisit
from app.patients.models import Patient
from app.patients.queries.merges import rows_of_people
from app.subsidies.models import CheckHit, CheckList, HomeCheck, RunObjection, SubsidyLine, SubsidyRun
from app.subsidies.queries.hits import HitRow, shown_hits

MOST = 40


@dataclass(frozen=True)
class Listed:
    """Patient or payee on another office's list, and who decided whether it is this person."""

    row: HitRow
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True)
class Looked:
    """All of it, the newest first. Contacts and help are those of the paid period."""

    listed: tuple[Listed, ...] = ()
    home_checks: tuple[tuple[HomeCheck, str | None], ...] = ()
    objections: tuple[tuple[RunObjection, str, str | None], ...] = ()
    contacts: tuple[tuple[GuardianContact, str], ...] = ()
    help: tuple[tuple[HelpVisit, str], ...] = ()


def looked_at(session: Session, actor: Actor, line: SubsidyLine, run: SubsidyRun) -> Looked:
    return Looked(
        _listed(session, actor, line),
        _home_checks(session, line, run),
        _objections(session, line, run),
        *_company(session, line),
    )


def _listed(session: Session, actor: Actor, line: SubsidyLine) -> tuple[Listed, ...]:
    """Also who was dismissed: that two numbers are equal and somebody found another person behind it is why the line is paid."""
    rows = session.execute(
        select(CheckHit, CheckList, User.display_name)
        .join(CheckList, CheckList.id == CheckHit.list_id)
        .join(User, User.id == CheckHit.decided_by, isouter=True)
        .where(
            CheckHit.person_id.in_(_people(session, line)),
            within(CheckList.county_code, actor),
        )
        .order_by(CheckHit.id.desc())
        .limit(MOST)
    ).all()
    shown = shown_hits(session, actor, [(hit, source) for hit, source, _who in rows])
    return tuple(Listed(row, who, hit.decided_at) for row, (hit, _source, who) in zip(shown, rows, strict=True))


def _people(session: Session, line: SubsidyLine) -> set[int]:
    """The patient and the payee, under every row that they were registered with."""
    patient = session.scalars(select(Patient.person_id).where(Patient.id == line.patient_id)).one()
    return rows_of_people(session, (patient, line.payee_person_id))


def _home_checks(session: Session, line: SubsidyLine, run: SubsidyRun) -> tuple[tuple[HomeCheck, str | None], ...]:
    rows = session.execute(
        select(HomeCheck, User.display_name)
        .join(User, User.id == HomeCheck.recorded_by, isouter=True)
        .where(HomeCheck.agreement_id == line.agreement_id, HomeCheck.run_id == run.id)
        .order_by(HomeCheck.id.desc())
    )
    return tuple((check, who) for check, who in rows)


def _objections(
    session: Session, line: SubsidyLine, run: SubsidyRun
) -> tuple[tuple[RunObjection, str, str | None], ...]:
    """Against this line, and those against the run that name no line."""
    recorder, decider = User.__table__.alias("recorder"), User.__table__.alias("decider")
    rows = session.execute(
        select(RunObjection, recorder.c.display_name, decider.c.display_name)
        .join(recorder, recorder.c.id == RunObjection.recorded_by)
        .join(decider, decider.c.id == RunObjection.decided_by, isouter=True)
        .where(RunObjection.run_id == run.id, or_(RunObjection.line_id == line.id, RunObjection.line_id.is_(None)))
        .order_by(RunObjection.id.desc())
        .limit(MOST)
    )
    return tuple((one, recorded, decided) for one, recorded, decided in rows)


def _company(
    session: Session, line: SubsidyLine
) -> tuple[tuple[tuple[GuardianContact, str], ...], tuple[tuple[HelpVisit, str], ...]]:
    period = parse_period(line.period)
    days = period.first_day, period.last_day
    contacts = session.execute(
        select(GuardianContact, User.display_name)
        .join(User, User.id == GuardianContact.recorded_by)
        .where(GuardianContact.patient_id == line.patient_id, GuardianContact.contacted_on.between(*days))
        .order_by(GuardianContact.contacted_on.desc())
        .limit(MOST)
    )
    visits = session.execute(
        select(HelpVisit, User.display_name)
        .join(User, User.id == HelpVisit.recorded_by)
        .where(HelpVisit.patient_id == line.patient_id, HelpVisit.visited_on.between(*days))
        .order_by(HelpVisit.visited_on.desc())
        .limit(MOST)
    )
    return tuple((one, who) for one, who in contacts), tuple((one, who) for one, who in visits)

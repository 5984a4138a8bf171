"""A run's home checks: the drawn lines with where to go, and what the towns have reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.areas.models import Area
from app.areas.rules import AreaLevel
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.scope import within
from app.guardians.models import Agreement
from app.people.models import Person
from app.subsidies.models import HomeCheck, SubsidyLine, SubsidyRun
from app.subsidies.rules.decision import LineState

_Above = aliased(Area)


@dataclass(frozen=True)
class Visitee:
    """One drawn family: the guardian and the village, nothing of the illness."""

    public_id: str
    line: str
    payee: str
    town: str
    village: str
    agreement_number: str
    number: str
    drawn_at: datetime
    drawn_by: str
    is_met: bool | None
    checked_on: date | None


def list_home_checks(session: Session, actor: Actor, run: SubsidyRun) -> list[Visitee]:
    """What was drawn from the run as it stands frozen, by village."""
    rows = session.execute(
        select(HomeCheck, SubsidyLine.public_id, Person.name, Area, _Above.name, Agreement.number, User.display_name)
        .join(SubsidyLine, SubsidyLine.id == HomeCheck.line_id)
        .join(Person, Person.id == SubsidyLine.payee_person_id)
        .join(Area, Area.code == SubsidyLine.area_code)
        .join(_Above, _Above.code == Area.parent_code, isouter=True)
        .join(Agreement, Agreement.id == SubsidyLine.agreement_id)
        .join(User, User.id == HomeCheck.drawn_by)
        .where(HomeCheck.run_id == run.id, HomeCheck.run_digest == run.digest, within(SubsidyLine.area_code, actor))
        .order_by(SubsidyLine.area_code, HomeCheck.id)
    )
    return [
        Visitee(
            check.public_id, line, payee, (above or "") if place.level is AreaLevel.VILLAGE else place.name,
            place.name if place.level is AreaLevel.VILLAGE else "", agreement, check.number, check.drawn_at, by,
            check.is_met, check.checked_on,
        )
        for check, line, payee, place, above, agreement, by in rows
    ]  # fmt: skip


def drawable_lines(session: Session, run: SubsidyRun) -> Sequence[tuple[str, int]]:
    """(digest, id) of the lines that the run pays."""
    rows = session.execute(
        select(SubsidyLine.digest, SubsidyLine.id).where(
            SubsidyLine.run_id == run.id, SubsidyLine.decision == LineState.PAY
        )
    )
    return [(digest, line_id) for digest, line_id in rows]


def get_home_check(
    session: Session, actor: Actor, public_id: str, *, lock: bool = False
) -> tuple[HomeCheck, SubsidyLine, SubsidyRun]:
    """The check with its line and run within the actor's area; raises NotFound."""
    query = (
        select(HomeCheck, SubsidyLine, SubsidyRun)
        .join(SubsidyLine, SubsidyLine.id == HomeCheck.line_id)
        .join(SubsidyRun, SubsidyRun.id == HomeCheck.run_id)
        .where(HomeCheck.public_id == public_id, within(SubsidyLine.area_code, actor))
    )
    row = session.execute(query.with_for_update(of=HomeCheck) if lock else query).one_or_none()
    if row is None:
        raise NotFound()
    return row[0], row[1], row[2]

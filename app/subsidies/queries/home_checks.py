"""A run's home checks: the drawn families with where to go, and what the towns have reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, select
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
    # the drawn line's page; None where the run was drawn up anew since
    line: str | None
    payee: str
    town: str
    village: str
    agreement_number: str
    number: str
    drawn_at: datetime
    drawn_by: str
    is_met: bool | None
    checked_on: date | None


@dataclass(frozen=True)
class Draws:
    """What was drawn from the run as it stands frozen, and from contents that it had before and that are still owed, by village."""

    present: tuple[Visitee, ...]
    earlier: tuple[Visitee, ...]


def list_home_checks(session: Session, actor: Actor, run: SubsidyRun) -> Draws:
    rows = session.execute(
        select(HomeCheck, SubsidyLine.public_id, Person.name, Area, _Above.name, Agreement.number, User.display_name)
        .join(Person, Person.id == HomeCheck.payee_person_id)
        .join(Area, Area.code == HomeCheck.area_code)
        .join(_Above, _Above.code == Area.parent_code, isouter=True)
        .join(Agreement, Agreement.id == HomeCheck.agreement_id)
        .join(User, User.id == HomeCheck.drawn_by)
        .join(
            SubsidyLine,
            (SubsidyLine.run_id == HomeCheck.run_id) & (SubsidyLine.digest == HomeCheck.line_digest),
            isouter=True,
        )
        .where(HomeCheck.run_id == run.id, within(HomeCheck.area_code, actor))
        .order_by(HomeCheck.area_code, HomeCheck.id)
    ).all()
    return Draws(
        tuple(_visitee(*row) for row in rows if row[0].run_digest == run.digest),
        tuple(_visitee(*row) for row in rows if row[0].run_digest != run.digest),
    )


def is_drawn(session: Session, run: SubsidyRun) -> bool:
    """Whether families were drawn from the run as it stands frozen."""
    drawn = select(HomeCheck.id).where(HomeCheck.run_id == run.id, HomeCheck.run_digest == run.digest)
    return session.scalar(drawn.limit(1)) is not None


def drawable_lines(session: Session, run: SubsidyRun) -> Sequence[Row[str, int, int, str]]:
    """(digest, agreement, payee, area) of the lines that the run pays."""
    line = SubsidyLine
    return session.execute(
        select(line.digest, line.agreement_id, line.payee_person_id, line.area_code).where(
            line.run_id == run.id, line.decision == LineState.PAY
        )
    ).all()


def get_home_check(
    session: Session, actor: Actor, public_id: str, *, lock: bool = False
) -> tuple[HomeCheck, SubsidyRun, Agreement]:
    """The check with its run and the family's agreement, within the actor's area; raises NotFound."""
    query = (
        select(HomeCheck, SubsidyRun, Agreement)
        .join(SubsidyRun, SubsidyRun.id == HomeCheck.run_id)
        .join(Agreement, Agreement.id == HomeCheck.agreement_id)
        .where(HomeCheck.public_id == public_id, within(HomeCheck.area_code, actor))
    )
    row = session.execute(query.with_for_update(of=HomeCheck) if lock else query).one_or_none()
    if row is None:
        raise NotFound()
    return row[0], row[1], row[2]


def _visitee(
    check: HomeCheck, line: str | None, payee: str, place: Area, above: str | None, agreement: str, by: str
) -> Visitee:
    is_village = place.level is AreaLevel.VILLAGE
    return Visitee(
        check.public_id, line, payee, (above or "") if is_village else place.name,
        place.name if is_village else "", agreement, check.number, check.drawn_at, by, check.is_met, check.checked_on,
    )  # fmt: skip

"""Schemes, appraisals and what a unit was given: the county reads all of them, a unit its own once it is published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, select, true
from sqlalchemy.orm import Session

from app.areas.models import Agency
from app.areas.queries import place_of
from app.core.access import Action, may
from app.core.actor import Actor, Role
from app.core.errors import NotFound
from app.numbers.models import (
    Appraisal,
    AppraisalMark,
    AppraisalObjection,
    AppraisalScheme,
    IndicatorRun,
    ReportSubmission,
)
from app.numbers.queries.places import lines_of, marked_names
from app.numbers.queries.runs import in_reach, values_of
from app.numbers.queries.submissions import find_standing, list_submissions
from app.numbers.queries.totals import Counts, count_agencies
from app.numbers.rules.appraisal import AppraisalState, ObjectionState, SchemeState, UnitKind, total_of
from app.numbers.rules.behind import missing_of
from app.numbers.rules.indicators import figures, indicators
from app.numbers.rules.membership import Figure
from app.numbers.rules.settings import NumberSettings
from app.numbers.rules.submission import SubmissionState

_SHOWN = (AppraisalState.PUBLISHED, AppraisalState.FINAL)
_UNIT = tuple[UnitKind, str]
# the lists behind a mark
MISSED, COUNTED, OWED = "missed", "counted", "owed"


@dataclass(frozen=True, slots=True)
class Unit:
    """A town by its code, an institution by its public id."""

    kind: UnitKind
    key: str
    name: str
    place: str
    agency_id: int | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a unit was given, item by item in the order of the scheme, with its objections beside."""

    unit: Unit
    marks: dict[str, AppraisalMark]
    objections: dict[str, AppraisalObjection]

    def marks_in(self, source: str) -> int | None:
        """After a correction; None where the item was not scored, or is not asked of the unit."""
        objection, mark = self.objections.get(source), self.marks.get(source)
        if objection is not None and objection.corrected is not None:
            return objection.corrected
        return None if mark is None or mark.deduction is None else mark.full_marks - mark.deduction

    @property
    def score(self) -> int | None:
        return total_of((mark.full_marks, self.marks_in(source)) for source, mark in self.marks.items())

    @property
    def left_out(self) -> list[str]:
        return [source for source, mark in self.marks.items() if mark.deduction is None]


def list_schemes(session: Session, actor: Actor) -> list[AppraisalScheme]:
    """Newest first."""
    rows = select(AppraisalScheme).where(in_reach(AppraisalScheme.area_code, actor))
    return list(session.scalars(rows.order_by(AppraisalScheme.year.desc(), AppraisalScheme.number.desc())))


def get_scheme(session: Session, actor: Actor, public_id: str) -> AppraisalScheme:
    found = session.scalar(
        select(AppraisalScheme).where(
            AppraisalScheme.public_id == public_id, in_reach(AppraisalScheme.area_code, actor)
        )
    )
    if found is None:
        raise NotFound()
    return found


def find_scheme_by_key(session: Session, actor: Actor, key: str) -> AppraisalScheme | None:
    """The proposal that this form has made already."""
    return session.scalar(
        select(AppraisalScheme).where(
            AppraisalScheme.submission_key == key, AppraisalScheme.proposed_by == actor.user_id
        )
    )


def find_scheme(session: Session, actor: Actor, county_code: str, year: int) -> AppraisalScheme | None:
    """The scheme that speaks: the newest that was adopted."""
    rows = select(AppraisalScheme).where(
        in_reach(AppraisalScheme.area_code, actor),
        AppraisalScheme.area_code == county_code,
        AppraisalScheme.year == year,
        AppraisalScheme.state == SchemeState.ADOPTED,
    )
    return session.scalar(rows.order_by(AppraisalScheme.number.desc()).limit(1))


def highest_version(session: Session, actor: Actor, county_code: str, year: int) -> int:
    highest = select(func.max(AppraisalScheme.number)).where(
        in_reach(AppraisalScheme.area_code, actor),
        AppraisalScheme.area_code == county_code,
        AppraisalScheme.year == year,
    )
    return session.scalar(highest) or 0


def list_appraisals(session: Session, actor: Actor) -> list[Appraisal]:
    """Newest first."""
    rows = select(Appraisal).where(in_reach(Appraisal.area_code, actor), _is_shown(actor))
    return list(session.scalars(rows.order_by(Appraisal.made_at.desc(), Appraisal.id.desc())))


def get_appraisal(session: Session, actor: Actor, public_id: str) -> Appraisal:
    """A preview is the county's alone."""
    found = session.scalar(
        select(Appraisal).where(
            Appraisal.public_id == public_id, in_reach(Appraisal.area_code, actor), _is_shown(actor)
        )
    )
    if found is None:
        raise NotFound()
    return found


def list_to_appraise(session: Session, actor: Actor) -> list[ReportSubmission]:
    """Reports that speak for a county and period which nobody has appraised."""
    standing = {(one.area_code, one.period) for one in list_appraisals(session, actor) if one.state is not AppraisalState.DROPPED}  # fmt: skip
    found: dict[tuple[str, str], ReportSubmission] = {}
    for one in list_submissions(session, actor):
        at = (one.area_code, one.period)
        speaks = one.state is SubmissionState.SUBMITTED and at not in standing
        if speaks and (at not in found or found[at].number < one.number):
            found[at] = one
    return list(found.values())


def find_revision(session: Session, actor: Actor, appraisal: Appraisal) -> ReportSubmission | None:
    """The report that speaks now, where another one was scored."""
    standing = find_standing(session, actor, appraisal.area_code, appraisal.period)
    return standing if standing is not None and standing.run_id != appraisal.run_id else None


def run_of(session: Session, appraisal: Appraisal) -> IndicatorRun:
    return session.get_one(IndicatorRun, appraisal.run_id)


def scheme_of(session: Session, appraisal: Appraisal) -> AppraisalScheme:
    return session.get_one(AppraisalScheme, appraisal.scheme_id)


def count_units(session: Session, actor: Actor, run: IndicatorRun) -> list[tuple[Unit, Counts]]:
    """Every town that the run lists, abolished since or not, and every institution that somebody of the run is the work of, with
    their figures."""
    county = values_of(session, actor, run, [run.area_code])[run.area_code]
    towns = [one for one in lines_of(session, actor, run, run.area_code, county) if not one.is_rest]
    found = [(Unit(UnitKind.TOWN, one.code, one.name, one.code), one.counts) for one in towns]
    counted = count_agencies(session, run.id, figures(NumberSettings.from_json(run.settings)))
    agencies = session.scalars(select(Agency).where(Agency.id.in_(counted)))
    return found + [(_institution(one), counted[one.id]) for one in agencies]


def list_sheets(session: Session, actor: Actor, appraisal: Appraisal) -> list[Sheet]:
    """By place, never by score; towns first: of all units for the county, of the actor's own for a unit."""
    marks: defaultdict[_UNIT, dict[str, AppraisalMark]] = defaultdict(dict)
    for mark in session.scalars(_of_units(session, actor, appraisal, AppraisalMark)):
        marks[mark.unit_kind, mark.unit][mark.source] = mark
    objections: defaultdict[_UNIT, dict[str, AppraisalObjection]] = defaultdict(dict)
    for one in session.scalars(_of_units(session, actor, appraisal, AppraisalObjection)):
        objections[one.unit_kind, one.unit][one.source] = one
    units = _units(session, list(marks))
    order = [one["source"] for one in scheme_of(session, appraisal).items]
    return [
        Sheet(unit, {source: marks[at][source] for source in order if source in marks[at]}, dict(objections[at]))
        for at, unit in sorted(
            units.items(), key=lambda pair: (pair[0][0] is not UnitKind.TOWN, pair[1].place, pair[1].name)
        )
    ]


def get_sheet(session: Session, actor: Actor, appraisal: Appraisal, unit: str) -> Sheet:
    found = next((one for one in list_sheets(session, actor, appraisal) if one.unit.key == unit), None)
    if found is None:
        raise NotFound()
    return found


def own_unit(session: Session, actor: Actor) -> _UNIT | None:
    """The town that somebody works for, or the institution; None for the county."""
    if actor.role is Role.TOWN:
        return UnitKind.TOWN, place_of(actor)
    if actor.role is Role.HEALTH_LEAD and actor.agency_id is not None:
        return UnitKind.INSTITUTION, session.get_one(Agency, actor.agency_id).public_id
    return None


def get_objection(session: Session, actor: Actor, public_id: str) -> AppraisalObjection:
    found = session.scalar(
        select(AppraisalObjection)
        .join(Appraisal, Appraisal.id == AppraisalObjection.appraisal_id)
        .where(AppraisalObjection.public_id == public_id, in_reach(Appraisal.area_code, actor))
    )
    if found is None:
        raise NotFound()
    return found


def count_open(session: Session, appraisal: Appraisal) -> int:
    """Objections without an answer."""
    rows = select(func.count()).where(
        AppraisalObjection.appraisal_id == appraisal.id, AppraisalObjection.state == ObjectionState.OPEN
    )
    return session.scalar(rows) or 0


def lists_of_mark(run: IndicatorRun, source: str) -> dict[str, Figure]:
    """Who is behind a mark: in an indicator's denominator and not in its numerator, in the numerator, in the denominator."""
    settings = NumberSettings.from_json(run.settings)
    indicator = next((one for one in indicators(settings) if one.code == source), None)
    missed = missing_of(indicator) if indicator else None
    if indicator is None or missed is None:
        raise NotFound()
    return {MISSED: missed, COUNTED: indicator.numerator, OWED: indicator.denominator}


def _is_shown(actor: Actor) -> ColumnElement[bool]:
    return true() if may(actor, Action.KEEP_APPRAISAL) else Appraisal.state.in_(_SHOWN)


def _of_units(
    session: Session, actor: Actor, appraisal: Appraisal, model: type[AppraisalMark] | type[AppraisalObjection]
) -> Select[Any]:
    rows = select(model).where(model.appraisal_id == appraisal.id)
    if may(actor, Action.KEEP_APPRAISAL):
        return rows
    own = own_unit(session, actor)
    return rows.where(and_(model.unit_kind == own[0], model.unit == own[1]) if own else false())


def _units(session: Session, wanted: Sequence[_UNIT]) -> dict[_UNIT, Unit]:
    names = marked_names(session, [key for kind, key in wanted if kind is UnitKind.TOWN])
    keys = [key for kind, key in wanted if kind is UnitKind.INSTITUTION]
    found = {(UnitKind.TOWN, key): Unit(UnitKind.TOWN, key, name, key) for key, name in names.items()}
    agencies = session.scalars(select(Agency).where(Agency.public_id.in_(keys)))
    return found | {(UnitKind.INSTITUTION, one.public_id): _institution(one) for one in agencies}


def _institution(agency: Agency) -> Unit:
    return Unit(UnitKind.INSTITUTION, agency.public_id, agency.name, agency.area_code, agency.id)

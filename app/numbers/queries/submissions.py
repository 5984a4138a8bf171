"""Submitted reports, and what of them a computation of today says otherwise: of whom, and because of what was learned since."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.core.actor import Actor
from app.core.clock import business_day
from app.core.db import canonical_json
from app.core.errors import NotFound
from app.core.models import KeptFile
from app.core.scope import within
from app.numbers.models import IndicatorMember, IndicatorRun, IndicatorValue, ReportPaper, ReportSubmission
from app.numbers.queries.learned import learned_of
from app.numbers.queries.runs import in_reach
from app.numbers.rules.membership import MemberKind
from app.numbers.rules.period import PeriodKind, ReportPeriod
from app.numbers.rules.submission import Cause, Counted, SubmissionState


def list_submissions(session: Session, actor: Actor) -> list[ReportSubmission]:
    """Those of the actor's area, or of the county it lies in, newest period first and its revisions after it."""
    rows = select(ReportSubmission).where(in_reach(ReportSubmission.area_code, actor))
    return list(session.scalars(rows.order_by(ReportSubmission.submitted_at.desc(), ReportSubmission.id.desc())))


def get_submission(session: Session, actor: Actor, public_id: str) -> ReportSubmission:
    found = session.scalar(
        select(ReportSubmission).where(
            ReportSubmission.public_id == public_id, in_reach(ReportSubmission.area_code, actor)
        )
    )
    if found is None:
        raise NotFound()
    return found


def find_submission_of(session: Session, actor: Actor, run: IndicatorRun) -> ReportSubmission | None:
    """The report that froze a run; None for one that nobody submitted."""
    return session.scalar(
        select(ReportSubmission)
        .where(in_reach(ReportSubmission.area_code, actor), ReportSubmission.run_id == run.id)
        .order_by(ReportSubmission.id.desc())
        .limit(1)
    )


def find_standing(session: Session, actor: Actor, area_code: str, period: str) -> ReportSubmission | None:
    """The report that speaks for a county and period."""
    return session.scalar(
        select(ReportSubmission)
        .where(
            in_reach(ReportSubmission.area_code, actor),
            ReportSubmission.area_code == area_code,
            ReportSubmission.period == period,
            ReportSubmission.state == SubmissionState.SUBMITTED,
        )
        .order_by(ReportSubmission.number.desc())
        .limit(1)
    )


def highest_number(session: Session, actor: Actor, area_code: str, period: str) -> int:
    """0 while nothing was submitted."""
    highest = select(func.max(ReportSubmission.number)).where(
        in_reach(ReportSubmission.area_code, actor),
        ReportSubmission.area_code == area_code,
        ReportSubmission.period == period,
    )
    return session.scalar(highest) or 0


def list_to_submit(session: Session, actor: Actor) -> list[IndicatorRun]:
    """Newest computations of counties in the actor's area for periods that are over and that nobody has submitted as they are."""
    newest = (
        select(func.max(IndicatorRun.id))
        .where(within(IndicatorRun.area_code, actor))
        .group_by(IndicatorRun.area_code, IndicatorRun.period)
    )
    rows = select(IndicatorRun).where(IndicatorRun.id.in_(newest), IndicatorRun.is_frozen.is_(False))
    found = session.scalars(rows.order_by(IndicatorRun.cut_off.desc(), IndicatorRun.id.desc()))
    return [one for one in found if is_over(one)]


def is_over(run: IndicatorRun) -> bool:
    """The period, no mere day of the year, had ended when the run was counted: its last day is whole."""
    period = ReportPeriod.parse(run.period)
    return period.kind is not PeriodKind.DAY and business_day(run.computed_at) > period.last_day


def papers_of(session: Session, submission: ReportSubmission) -> dict[str, KeptFile]:
    """ending → the file."""
    rows = (
        select(ReportPaper.ending, KeptFile)
        .join(KeptFile, KeptFile.id == ReportPaper.file_id)
        .where(ReportPaper.submission_id == submission.id)
        .order_by(ReportPaper.ending.desc())
    )
    return dict(session.execute(rows).all())


def digest_of(session: Session, run: IndicatorRun) -> str:
    """SHA-256 over the window, what the county had decided, and every row with its sets, in one canonical order."""
    digest = hashlib.sha256(
        canonical_json(
            [run.area_code, run.period, run.first_on.isoformat(), run.cut_off.isoformat(), run.settings, run.rule_set]
        ).encode()
    )
    member = IndicatorMember
    rows = session.execute(
        select(
            member.kind, member.subject_id, member.area_code, member.agency_id, member.bits, member.visits, member.visits_in_time
        )
        .where(member.run_id == run.id)
        .order_by(member.kind, member.subject_id)
        .execution_options(yield_per=5000)
    )  # fmt: skip
    for kind, *rest in rows:
        digest.update(canonical_json([kind.value, *rest]).encode())
    return digest.hexdigest()


def say_the_same(session: Session, one_run: int, other_run: int) -> bool:
    """Whether two runs have the same figures everywhere, residents included."""
    one, other = aliased(IndicatorValue), aliased(IndicatorValue)
    same = and_(other.run_id == other_run, other.area_code == one.area_code, other.counts == one.counts)
    differs = select(one.area_code).outerjoin(other, same).where(one.run_id == one_run, other.run_id.is_(None))
    return session.scalar(differs.limit(1)) is None


@dataclass(frozen=True, slots=True)
class Difference:
    """Somebody, or an event, that two computations of one period count otherwise."""

    kind: MemberKind
    subject_id: int
    patient_id: int | None
    before: Counted | None
    now: Counted | None
    causes: list[Cause] = field(default_factory=list)


def list_differences(session: Session, actor: Actor, reported: IndicatorRun, now: IndicatorRun) -> list[Difference]:
    """Whoever stands in other sets or another place now, with what was learned about them since; in order of place."""
    found = [*_changed(session, actor, reported, now), *_only_in(session, actor, reported, now)]
    found += [replace(one, before=None, now=one.before) for one in _only_in(session, actor, now, reported)]
    because = learned_of(session, [one.patient_id for one in found if one.patient_id is not None], reported)
    other_rules = reported.settings != now.settings or reported.rule_set != now.rule_set
    for one in found:
        one.causes.extend(because.get(one.patient_id, ()) if one.patient_id is not None else ())
        if not one.causes:
            one.causes.append(Cause.RULES_CHANGED if other_rules else Cause.OTHER)
    return sorted(
        found, key=lambda one: ((one.before or one.now or Counted("", 0)).area_code, one.kind, one.subject_id)
    )


def _changed(session: Session, actor: Actor, reported: IndicatorRun, now: IndicatorRun) -> Iterator[Difference]:
    """In anything that a figure or a list is made of."""
    was, stands = aliased(IndicatorMember), aliased(IndicatorMember)
    rows = session.execute(
        select(was, stands)
        .join(stands, and_(stands.run_id == now.id, stands.kind == was.kind, stands.subject_id == was.subject_id))
        .where(
            was.run_id == reported.id,
            within(was.area_code, actor),
            or_(
                was.bits != stands.bits,
                was.area_code != stands.area_code,
                was.agency_id.is_distinct_from(stands.agency_id),
                was.visits != stands.visits,
                was.visits_in_time != stands.visits_in_time,
            ),
        )
    )
    for then, today in rows:
        yield Difference(then.kind, then.subject_id, then.patient_id, _counted(then), _counted(today))


def _only_in(session: Session, actor: Actor, this: IndicatorRun, other: IndicatorRun) -> Iterator[Difference]:
    mine, theirs = aliased(IndicatorMember), aliased(IndicatorMember)
    same = and_(theirs.run_id == other.id, theirs.kind == mine.kind, theirs.subject_id == mine.subject_id)
    rows = session.scalars(
        select(mine)
        .outerjoin(theirs, same)
        .where(mine.run_id == this.id, within(mine.area_code, actor), theirs.run_id.is_(None))
    )
    for one in rows:
        yield Difference(one.kind, one.subject_id, one.patient_id, _counted(one), None)


def _counted(one: IndicatorMember) -> Counted:
    return Counted(one.area_code, one.bits, one.agency_id, one.visits, one.visits_in_time)

"""Appraising units: marks from the report that went out, objections, and the end of them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.actor import Actor
from app.core.calendar import load_all_workdays
from app.core.errors import Conflict, Invalid, NotFound
from app.core.reasons import reason
from app.core.workdays import add_working_days
from app.numbers.commands_appraisal import AnswerObjection
from app.numbers.models import Appraisal, AppraisalMark, AppraisalObjection, AppraisalScheme, IndicatorRun
from app.numbers.queries.appraisal import (
    count_open,
    count_units,
    find_scheme,
    get_appraisal,
    get_objection,
    get_sheet,
    own_unit,
)
from app.numbers.queries.submissions import find_standing, get_submission
from app.numbers.rules.appraisal import (
    LONGEST_TEXT,
    AppraisalState,
    Item,
    ObjectionState,
    score,
    written,
)
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings
from app.numbers.service.turns import store_once, take_turn


def preview(session: Session, actor: Actor, submission_id: str, now: datetime) -> Appraisal:
    """Score every unit by the year's scheme over the run that the submitted report froze. Only the county reads it."""
    submission = get_submission(session, actor, submission_id)
    take_turn(session, submission.area_code, submission)
    standing = find_standing(session, actor, submission.area_code, submission.period)
    if standing is None or standing.id != submission.id:
        raise Conflict(reason("numbers.appraisal.not_submitted"))
    year = _year_of(submission.period)
    scheme = find_scheme(session, actor, submission.area_code, year)
    if scheme is None:
        raise Conflict(reason("numbers.appraisal.no_scheme", year=year))
    appraisal = Appraisal(
        area_code=submission.area_code,
        period=submission.period,
        scheme_id=scheme.id,
        run_id=submission.run_id,
        state=AppraisalState.PREVIEW,
        made_at=now,
        made_by=actor.user_id,
    )
    store_once(session, appraisal, reason("numbers.appraisal.standing"))
    _store_marks(session, actor, appraisal, scheme)
    _note(session, actor, appraisal, "previewed", now)
    return appraisal


def drop_preview(session: Session, actor: Actor, public_id: str, now: datetime) -> Appraisal:
    """It is not published; the period may be appraised anew."""
    appraisal = _in_state(session, actor, public_id, AppraisalState.PREVIEW)
    appraisal.state = AppraisalState.DROPPED
    _note(session, actor, appraisal, "dropped", now)
    return appraisal


def publish(session: Session, actor: Actor, public_id: str, today: date, now: datetime) -> Appraisal:
    """The units read their own from now on, and may object until the term ends.

    Raises `Conflict` when the report was revised or the scheme replaced since the preview was made.
    """
    appraisal = _in_state(session, actor, public_id, AppraisalState.PREVIEW)
    standing = find_standing(session, actor, appraisal.area_code, appraisal.period)
    if standing is None or standing.run_id != appraisal.run_id:
        raise Conflict(reason("numbers.appraisal.revised"))
    scheme = find_scheme(session, actor, appraisal.area_code, _year_of(appraisal.period))
    if scheme is None or scheme.id != appraisal.scheme_id:
        raise Conflict(reason("numbers.appraisal.scheme_changed"))
    until = add_working_days(today, scheme.term_days, load_all_workdays(session)).ends_on
    appraisal.state, appraisal.objections_until = AppraisalState.PUBLISHED, until
    appraisal.published_at, appraisal.published_by = now, actor.user_id
    _note(session, actor, appraisal, "published", now)
    return appraisal


def object_to(
    session: Session, actor: Actor, public_id: str, source: str, text: str, today: date, now: datetime
) -> AppraisalObjection:
    """A unit's word against one of its own marks, once an item and up to the last day of the term."""
    own = own_unit(session, actor)
    if own is None:
        raise NotFound()
    appraisal = _in_turn(session, actor, public_id)
    mark = get_sheet(session, actor, appraisal, own[1]).marks.get(source)
    if mark is None:
        raise NotFound()
    until = appraisal.objections_until
    if appraisal.state is not AppraisalState.PUBLISHED or until is None:
        raise Conflict(reason("numbers.appraisal.not_published"))
    if today > until:
        raise Conflict(reason("numbers.appraisal.term_over", until=until))
    if not mark.deduction:
        raise Conflict(reason("numbers.appraisal.nothing_deducted"))
    objection = AppraisalObjection(
        appraisal_id=appraisal.id,
        unit_kind=own[0],
        unit=own[1],
        source=source,
        text=_written(text, "text"),
        state=ObjectionState.OPEN,
        made_at=now,
        made_by=actor.user_id,
    )
    store_once(session, objection, reason("numbers.appraisal.objected"))
    _note(session, actor, appraisal, "objection_made", now, objection)
    return objection


def answer_objection(
    session: Session, actor: Actor, public_id: str, command: AnswerObjection, now: datetime
) -> AppraisalObjection:
    """Uphold it with corrected marks or turn it down, with the reason; not by whoever published. The first mark stays as it is."""
    objection = get_objection(session, actor, public_id)
    appraisal = session.get_one(Appraisal, objection.appraisal_id)
    take_turn(session, appraisal.area_code, appraisal, objection)
    if objection.state is not ObjectionState.OPEN:
        raise Conflict(reason("numbers.appraisal.objection_answered"))
    if appraisal.published_by == actor.user_id:
        raise Conflict(reason("numbers.appraisal.own_publication"))
    if objection.made_by == actor.user_id:
        raise Conflict(reason("numbers.appraisal.own_objection"))
    answer = _written(command.answer, "answer")
    if command.is_upheld:
        objection.corrected = _corrected(session, objection, command.corrected)
    objection.state = ObjectionState.UPHELD if command.is_upheld else ObjectionState.TURNED_DOWN
    objection.answer, objection.answered_at, objection.answered_by = answer, now, actor.user_id
    _note(session, actor, appraisal, f"objection_{objection.state}", now, objection)
    return objection


def finish(session: Session, actor: Actor, public_id: str, today: date, now: datetime) -> Appraisal:
    """Final: the term is over and every objection has its answer."""
    appraisal = _in_state(session, actor, public_id, AppraisalState.PUBLISHED)
    until = appraisal.objections_until
    if until is not None and today <= until:
        raise Conflict(reason("numbers.appraisal.term_runs", until=until))
    if left := count_open(session, appraisal):
        raise Conflict(reason("numbers.appraisal.objections_open", n=left))
    appraisal.state, appraisal.final_at, appraisal.final_by = AppraisalState.FINAL, now, actor.user_id
    _note(session, actor, appraisal, "final", now)
    return appraisal


def _store_marks(session: Session, actor: Actor, appraisal: Appraisal, scheme: AppraisalScheme) -> None:
    run = session.get_one(IndicatorRun, appraisal.run_id)
    settings, items = NumberSettings.from_json(run.settings), [Item.from_json(one) for one in scheme.items]
    session.add_all(
        AppraisalMark(
            appraisal_id=appraisal.id,
            unit_kind=unit.kind,
            unit=unit.key,
            source=item.source,
            full_marks=item.marks,
            numerator=given.numerator,
            denominator=given.denominator,
            deduction=given.deduction,
        )
        for unit, counts in count_units(session, actor, run)
        for item in items
        if item.is_for(unit.kind)
        for given in (score(item, counts, settings),)
    )
    session.flush()


def _corrected(session: Session, objection: AppraisalObjection, corrected: int | None) -> int:
    at = (objection.appraisal_id, objection.unit_kind, objection.unit, objection.source)
    mark = session.get_one(AppraisalMark, at)
    marks = mark.full_marks - (mark.deduction or 0)
    if corrected is None or not marks < corrected <= mark.full_marks:
        why = reason("numbers.appraisal.corrected", marks=written(marks), full=written(mark.full_marks))
        raise Invalid({"corrected": [why]})
    return corrected


def _written(text: str, field: str) -> str:
    if not 0 < len(text.strip()) <= LONGEST_TEXT:
        raise Invalid({field: [reason("numbers.appraisal.text_wanted", most=LONGEST_TEXT)]})
    return text.strip()


def _year_of(period: str) -> int:
    return ReportPeriod.parse(period).last_day.year


def _in_turn(session: Session, actor: Actor, public_id: str) -> Appraisal:
    appraisal = get_appraisal(session, actor, public_id)
    take_turn(session, appraisal.area_code, appraisal)
    return appraisal


def _in_state(session: Session, actor: Actor, public_id: str, state: AppraisalState) -> Appraisal:
    appraisal = _in_turn(session, actor, public_id)
    if appraisal.state is not state:
        word = "not_preview" if state is AppraisalState.PREVIEW else "not_published"
        raise Conflict(reason(f"numbers.appraisal.{word}"))
    return appraisal


def _note(
    session: Session,
    actor: Actor,
    appraisal: Appraisal,
    action: str,
    now: datetime,
    objection: AppraisalObjection | None = None,
) -> None:
    about = {} if objection is None else {"unit": objection.unit, "item": objection.source}
    note(
        session,
        actor,
        f"numbers.appraisal.{action}",
        now=now,
        subject=("appraisal", appraisal.public_id),
        area_code=appraisal.area_code,
        detail={"period": appraisal.period, **about},
    )

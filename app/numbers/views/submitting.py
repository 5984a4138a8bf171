"""Submitted reports: what may be submitted, what was, its revisions, and who is counted otherwise since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

from flask import render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.queries import display_names
from app.areas.queries import agency_names, full_names, names_of
from app.audit.handing import hand_out_kept
from app.core.access import Action, Field, Grant, current_actor, permit, sees
from app.core.actor import Actor
from app.core.forms import Form
from app.core.i18n import _
from app.core.reasons import reason
from app.core.web import read_session
from app.numbers.forms_submitting import SubmitForm
from app.numbers.labels_submitting import CAUSES, STATES, TONES
from app.numbers.models import IndicatorRun, ReportSubmission
from app.numbers.queries.behind import names_people, people_named
from app.numbers.queries.board import cell_of
from app.numbers.queries.kept_reports import get_submitted_paper
from app.numbers.queries.runs import find_run, get_run, values_of
from app.numbers.queries.submissions import (
    Difference,
    find_standing,
    find_submission_of,
    get_submission,
    highest_number,
    list_differences,
    list_submissions,
    list_to_submit,
    papers_of,
)
from app.numbers.rules.indicators import figures, indicators
from app.numbers.rules.membership import Weight
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings
from app.numbers.rules.submission import Cause, Counted, SubmissionState, changes_of
from app.numbers.service.submitting import decide_revision, submit_report, withdraw_revision
from app.numbers.views.blueprint import Answer, numbers
from app.numbers.views.listing import page_at, read_from
from app.numbers.views.noting import note_list
from app.numbers.views.pressing import Act, press

_TOLD_AS = {Cause.DIAGNOSIS_CHANGED: Cause.STATE_CORRECTED, Cause.EXAMINATION_LATE: Cause.STATE_CORRECTED}
SHOWN = 100  # people of a page; the sums above the list count all of them


@numbers.get("/submitted/")
@permit(Action.SUBMIT_REPORTS)
def submissions() -> str:
    """What was submitted, newest first, and what is ready to be."""
    session, actor = read_session(), current_actor()
    found = list_submissions(session, actor)
    waiting = list_to_submit(session, actor)
    return render_template(
        "numbers/submissions.html",
        submissions=found,
        waiting=waiting,
        names=display_names(session, _hands(found)),
        replaced=_replaced(found),
        submitted={(one.area_code, one.period) for one in found},
        areas=names_of(session, [*(one.area_code for one in found), *(run.area_code for run in waiting)]),
        states=STATES,
        tones=TONES,
    )


@numbers.get("/submitted/new/<public_id>")
@permit(Action.SUBMIT_REPORTS)
def new_submission(public_id: str) -> str:
    """The numbers as they would be frozen."""
    return _ask(public_id, SubmitForm())


@numbers.post("/submitted/new/<public_id>", endpoint="submit")
@permit(Action.SUBMIT_REPORTS)
def submit_numbers(public_id: str) -> Answer:
    """Freeze them; of a revision, ask the second person."""
    form = SubmitForm()
    return press(
        lambda session, actor, now: submit_report(session, actor, form.to_command(public_id), now),
        lambda made: _("修订已提出，等待另一人复核。") if made.number > 1 else _("已上报，数字不再变动。"),
        partial(_ask, public_id),
        lambda made: url_for("numbers.submission", public_id=made.public_id),
        form,
    )


@numbers.get("/submitted/<public_id>")
@permit(Action.SUBMIT_REPORTS)
def submission(public_id: str) -> str:
    return _page(public_id, Form())


@numbers.post("/submitted/<public_id>/agree")
@permit(Action.SUBMIT_REPORTS)
def agree_to_revision(public_id: str) -> Answer:
    """The second person agrees: the revision speaks from now on."""
    return _decide(
        public_id, lambda s, a, now: decide_revision(s, a, public_id, agrees=True, now=now), _("修订已上报。")
    )


@numbers.post("/submitted/<public_id>/refuse")
@permit(Action.SUBMIT_REPORTS)
def refuse_revision(public_id: str) -> Answer:
    """The second person does not: the earlier report stands."""
    return _decide(
        public_id,
        lambda s, a, now: decide_revision(s, a, public_id, agrees=False, now=now),
        _("修订未通过，原报表不变。"),
    )


@numbers.post("/submitted/<public_id>/withdraw")
@permit(Action.SUBMIT_REPORTS)
def take_back_revision(public_id: str) -> Answer:
    """Whoever proposed it takes it back."""
    return _decide(public_id, lambda s, a, now: withdraw_revision(s, a, public_id, now), _("修订已撤回。"))


@numbers.get("/submitted/<public_id>/paper.<ending>")
@permit(Action.SUBMIT_REPORTS)
def submitted_paper(public_id: str, ending: str) -> BaseResponse:
    """A file as it was drawn then, byte for byte."""
    actor = current_actor()
    return hand_out_kept(
        lambda session: get_submitted_paper(session, actor, public_id, ending), "numbers.report_fetched"
    )


def _decide(public_id: str, act: Act, done: str) -> Answer:
    return press(act, done, partial(_page, public_id), url_for("numbers.submission", public_id=public_id))


def _ask(public_id: str, form: SubmitForm) -> str:
    session, actor = read_session(), current_actor()
    run = get_run(session, actor, public_id)
    counts = values_of(session, actor, run, [run.area_code]).get(run.area_code, {})
    return render_template(
        "numbers/submit.html",
        run=run,
        form=form,
        is_revision=highest_number(session, actor, run.area_code, run.period) > 0,
        area=names_of(session, [run.area_code])[run.area_code],
        rows=[(one, counts) for one in indicators(NumberSettings.from_json(run.settings))],
        at=_opens(session, actor, run if _is_newest(session, actor, run) else None),
    )


def _is_newest(session: Session, actor: Actor, run: IndicatorRun) -> bool:
    """Whether the lists of its period are its own."""
    newest = find_run(session, actor, run.area_code, ReportPeriod.parse(run.period))
    return newest is not None and newest.id == run.id


def _page(public_id: str, form: Form) -> str:
    session, actor = read_session(), current_actor()
    found = get_submission(session, actor, public_id)
    then, now = _compared(session, actor, found)
    differences = [] if now is None else list_differences(session, actor, then, now)
    if differences:
        note_list(
            "numbers.differences_listed",
            found.area_code,
            len(differences),
            names=True,
            subject=("report_submission", found.public_id),
        )
    reported, after = session.get_one(IndicatorRun, found.run_id), read_from()
    counts = values_of(session, actor, reported, [found.area_code]).get(found.area_code, {})
    return render_template(
        "numbers/submission.html",
        one=found,
        reported=reported,
        now=now,
        form=form,
        area=names_of(session, [found.area_code])[found.area_code],
        hands=display_names(session, _hands([found])),
        papers=papers_of(session, found),
        cells=[cell_of(one, counts) for one in indicators(NumberSettings.from_json(reported.settings))],
        rows=_beside(session, actor, then, now),
        then_at=_opens(session, actor, then),
        now_at=_opens(session, actor, now),
        causes=Counter(cause for one in differences for cause in _told(actor, one.causes)).most_common(),
        people=_people(session, actor, differences[after : after + SHOWN], NumberSettings.from_json(reported.settings)),
        changed=len(differences),
        next_href=url_for("numbers.submission", public_id=public_id, **page_at(after + SHOWN))
        if after + SHOWN < len(differences)
        else None,
        prev_href=url_for("numbers.submission", public_id=public_id, **page_at(max(0, after - SHOWN)))
        if after
        else None,
        cause_words=CAUSES,
        is_replaced=found.id in _replaced(list_submissions(session, actor)),
        states=STATES,
        tones=TONES,
        is_waiting=found.state is SubmissionState.PROPOSED,
        is_own=found.submitted_by == actor.user_id,
    )


def _compared(session: Session, actor: Actor, found: ReportSubmission) -> tuple[IndicatorRun, IndicatorRun | None]:
    """A revision that waits beside the report that it would replace; any other report beside the newest count, where that is another."""
    own = session.get_one(IndicatorRun, found.run_id)
    if found.state is SubmissionState.PROPOSED:
        standing = find_standing(session, actor, found.area_code, found.period)
        if standing is not None:
            return session.get_one(IndicatorRun, standing.run_id), own
    newest = find_run(session, actor, found.area_code, ReportPeriod.parse(found.period))
    return own, None if newest is None or newest.id == own.id else newest


def _opens(session: Session, actor: Actor, run: IndicatorRun | None) -> Callable[[str], str | None]:
    """How a figure of a run leads to its list: of a frozen one through the report, of the newest count through its period; not at all
    where the run does not count it."""
    counted = {one.name for one in figures(NumberSettings.from_json(run.settings))} if run else set()
    report = find_submission_of(session, actor, run) if run else None

    def at(figure: str) -> str | None:
        if run is None or figure not in counted:
            return None
        if report is not None:
            return url_for(
                "numbers.submitted_people", public_id=report.public_id, place=report.area_code, figure=figure
            )
        return url_for("numbers.people", period=run.period, place=run.area_code, figure=figure)

    return at


def _replaced(found: list[ReportSubmission]) -> set[int]:
    """Reports that were in force until a revision was agreed to."""
    standing: dict[tuple[str, str], int] = {}
    in_force = [one for one in found if one.state is SubmissionState.SUBMITTED]
    for one in in_force:
        key = one.area_code, one.period
        standing[key] = max(standing.get(key, 0), one.number)
    return {one.id for one in in_force if one.number < standing[one.area_code, one.period]}


def _hands(found: list[ReportSubmission]) -> set[int]:
    return {user for one in found for user in (one.submitted_by, one.decided_by) if user is not None}


def _beside(
    session: Session, actor: Actor, reported: IndicatorRun, now: IndicatorRun | None
) -> list[tuple[str, int, int | None]]:
    """(name of the figure, as reported, now) for the county, those that differ first."""
    then = values_of(session, actor, reported, [reported.area_code]).get(reported.area_code, {})
    today = values_of(session, actor, now, [now.area_code]).get(now.area_code, {}) if now else None
    rows = [
        (one.name, then.get(one.name, 0), None if today is None else today.get(one.name, 0))
        for one in figures(NumberSettings.from_json(reported.settings))
    ]
    return sorted(rows, key=lambda row: row[2] is None or row[1] == row[2])


def _people(
    session: Session, actor: Actor, differences: list[Difference], settings: NumberSettings
) -> list[dict[str, object]]:
    known = people_named(session, actor, [one.patient_id for one in differences if one.patient_id is not None])
    places = full_names(session, {c.area_code for one in differences for c in (one.before, one.now) if c is not None})
    # a name stands beside nothing that the role may not read of a person (ADR 0035)
    every = figures(settings)
    counted = [one for one in every if names_people(actor, one)]
    agencies = _agencies(session, differences)

    def where(one: Difference, counted_at: Counted | None) -> str | None:
        if counted_at is None:
            return None
        place = places[counted_at.area_code]
        agency = agencies.get(counted_at.agency_id or 0) or _("未指定单位")
        is_other = one.before and one.now and one.before.agency_id != one.now.agency_id
        return f"{place} · {agency}" if is_other else place

    return [
        {
            "who": known.get(one.patient_id) if one.patient_id is not None else None,
            "kind": one.kind,
            "from": where(one, one.before),
            "to": where(one, one.now),
            "changes": [
                (reason(f"numbers.figure.{figure.name}"), by, figure.weight is not Weight.ROWS)
                for figure, by in changes_of(one.before, one.now, counted)
            ],
            "causes": _told(actor, one.causes),
            "has_more": any(True for figure, _by in changes_of(one.before, one.now, every) if figure not in counted),
        }
        for one in differences
    ]


def _agencies(session: Session, differences: list[Difference]) -> dict[int, str]:
    """Names of the institutions that people went from and to."""
    counted = (here for one in differences for here in (one.before, one.now) if here is not None)
    return agency_names(session, {here.agency_id for here in counted if here.agency_id is not None})


def _told(actor: Actor, causes: list[Cause]) -> list[Cause]:
    """What a cause tells of an illness is told as a correction to whoever reads nothing clinical."""
    if sees(actor, Field.CLINICAL) is Grant.FULL:
        return causes
    return list(dict.fromkeys(_TOLD_AS.get(cause, cause) for cause in causes))

"""Screening rounds: the county opens one, every village signs its answer, towns see who is missing."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.areas.queries import names_of, place_of
from app.areas.rules import PREFIX_LENGTHS, AreaLevel
from app.audit.service import note
from app.core.access import Action, current_actor, may, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import AnhuError, NotFound
from app.core.i18n import _
from app.core.papers import hand_out, paper
from app.core.quarter import Quarter
from app.core.reasons import say_quarter
from app.core.web import forget_reads, read_session, show_errors
from app.patients import service
from app.patients.codes import SCREENING_WAYS
from app.patients.forms_clues import RoundForm, SignReturnForm
from app.patients.models import ScreeningReturn, ScreeningRound
from app.patients.papers import progress_pdf, zero_report_pdf
from app.patients.queries.screening import (
    get_return,
    get_round,
    list_rounds,
    open_return,
    progress_of,
    total_of,
)
from app.patients.service.screening import count_reported
from app.patients.views.blueprint import patients

Answer = str | BaseResponse | tuple[str, int]
_MONTH = timedelta(days=30)


@patients.route("/screening/")
@permit(Action.SEE_SCREENING)
def screening() -> str:
    """The newest round, with the others to choose from."""
    rounds = list_rounds(read_session(), current_actor())
    return _progress_page(rounds[0] if rounds else None)


@patients.route("/screening/<public_id>")
@permit(Action.SEE_SCREENING)
def screening_round(public_id: str) -> str:
    return _progress_page(get_round(read_session(), current_actor(), public_id))


@patients.route("/screening/new", methods=["GET", "POST"])
@permit(Action.OPEN_SCREENING)
def open_screening() -> Answer:
    actor, clock = current_actor(), current_clock()
    quarter = Quarter.of(clock.today())
    suggested = {"from_on": clock.today(), "due_on": min(clock.today() + _MONTH, quarter.last_day)}
    form = RoundForm(data=suggested)
    if request.method == "POST" and form.validate():
        forget_reads()
        try:
            with transaction() as session:
                asked = service.open_round(session, actor, quarter, form.from_on.data, form.due_on.data, clock.now())
                where = url_for("patients.screening_round", public_id=asked.public_id)
            flash(_("摸排已开始，各村会在首页看到"))
            return redirect(where)
        except AnhuError as refused:
            show_errors(form, refused)
    page = render_template("patients/clues/open_round.html", form=form, quarter=say_quarter(quarter))
    return page if request.method == "GET" else (page, 422)


@patients.route("/screening/<public_id>/paper")
@permit(Action.SEE_SCREENING)
@paper
def screening_paper(public_id: str) -> Response:
    """集中摸排进度表; noted."""
    actor, clock = current_actor(), current_clock()
    with transaction() as session:
        asked = get_round(session, actor, public_id)
        parts = progress_of(session, actor, asked)
        code = place_of(actor)
        area = names_of(session, [code])[code]
        note(
            session,
            actor,
            "patients.screening_printed",
            now=clock.now(),
            subject=("screening", public_id),
            area_code=code,
            count=len(parts),
        )
        content = progress_pdf(asked, parts, area, _is_town(actor.area_prefix), actor, clock.today(), clock.now())
    return hand_out(content, "screening")


@patients.route("/screening/returns/<public_id>", methods=["GET", "POST"])
@permit(Action.SCREEN_VILLAGE)
def sign_return(public_id: str) -> Answer:
    """Counted on one page, signed with one tap."""
    actor, session, clock = current_actor(), read_session(), current_clock()
    owed = get_return(session, actor, public_id)
    form = SignReturnForm(data={"ways": ["1"]})
    if request.method == "POST" and form.validate():
        forget_reads()
        ways = [int(code) for code in form.ways.data or ()]
        with transaction() as writing:
            locked = get_return(writing, actor, public_id)
            service.sign_return(writing, actor, locked, ways, clock.today(), clock.now())
        flash(_("已签字上报"))
        return redirect(url_for("patients.sign_return", public_id=public_id))
    page = render_template(
        "patients/clues/sign_return.html",
        form=form,
        owed=open_return(session, actor, owed),
        quarter=_quarter(session.get_one(ScreeningRound, owed.round_id)),
        count=_clues_of(session, owed),
        ways=SCREENING_WAYS,
        is_town=_is_town(actor.area_prefix) and len(actor.area_prefix) < PREFIX_LENGTHS[AreaLevel.VILLAGE],
        reports=may(actor, Action.REPORT_CLUE),
    )
    return page if request.method == "GET" else (page, 422)


@patients.route("/screening/returns/<public_id>/paper")
@permit(Action.SCREEN_VILLAGE)
@paper
def zero_report_paper(public_id: str) -> Response:
    """集中摸排零报告 of a village, to sign by hand or to file; noted. There is none of a village with clues."""
    actor, now = current_actor(), current_clock().now()
    with transaction() as session:
        owed = get_return(session, actor, public_id)
        if _clues_of(session, owed):
            raise NotFound
        note(
            session,
            actor,
            "patients.screening_printed",
            now=now,
            subject=("screening_return", public_id),
            area_code=owed.area_code,
        )
        content = zero_report_pdf(open_return(session, actor, owed), actor, now)
    return hand_out(content, "zero-report")


def _progress_page(asked: ScreeningRound | None) -> str:
    actor, session = current_actor(), read_session()
    parts = progress_of(session, actor, asked) if asked else []
    return render_template(
        "patients/clues/screening.html",
        asked=asked,
        quarter=_quarter(asked) if asked else "",
        rounds=[(one, _quarter(one)) for one in list_rounds(session, actor)],
        parts=parts,
        total=total_of(parts),
        by_village=_is_town(actor.area_prefix),
        signs_for_villages=may(actor, Action.SCREEN_VILLAGE),
    )


def _clues_of(session: Session, owed: ScreeningReturn) -> int:
    """What the village signed, or would sign now."""
    return owed.clue_count if owed.signed_at else count_reported(session, owed, current_clock().today())


def _quarter(asked: ScreeningRound) -> str:
    return say_quarter(Quarter.parse(asked.period[:6]))


def _is_town(prefix: str) -> bool:
    return len(prefix) >= PREFIX_LENGTHS[AreaLevel.TOWN]

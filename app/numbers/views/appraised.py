"""A unit's marks: the cases behind a deduction, its objection, and the county's answer."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import render_template, request, url_for
from sqlalchemy.orm import Session

from app.accounts.queries import display_names
from app.core.access import Action, current_actor, may, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.errors import NotFound
from app.core.i18n import _
from app.core.web import read_session
from app.numbers.forms_appraisal import AnswerForm, ObjectionForm
from app.numbers.labels_appraisal import EACH, OBJECTIONS, STATES, TONES
from app.numbers.models import Appraisal
from app.numbers.queries.appraisal import (
    COUNTED,
    MISSED,
    OWED,
    Sheet,
    find_revision,
    get_appraisal,
    get_objection,
    get_sheet,
    lists_of_mark,
    own_unit,
    run_of,
    scheme_of,
)
from app.numbers.rules.appraisal import AppraisalState, Item, UnitKind, caution
from app.numbers.service.appraising import answer_objection, object_to
from app.numbers.views.blueprint import Answer, numbers
from app.numbers.views.listing import Listed, listing, page_at, title_of
from app.numbers.views.noting import note_list
from app.numbers.views.pressing import press


@numbers.get("/appraisals/<public_id>/units/<unit>")
@permit(Action.SEE_APPRAISAL)
def appraised_unit(public_id: str, unit: str) -> str:
    return _unit_page(public_id, unit, ObjectionForm())


@numbers.post("/appraisals/<public_id>/units/<unit>/objections", endpoint="object_to_appraisal")
@permit(Action.OBJECT_TO_APPRAISAL)
def make_objection(public_id: str, unit: str) -> Answer:
    """The unit's own word against one of its marks."""
    form, today = ObjectionForm(), current_clock().today()
    form.offer(_sheet(read_session(), current_actor(), public_id, unit)[1].marks)
    return press(
        lambda session, actor, now: object_to(session, actor, public_id, form.source.data, form.text.data, today, now),
        _("申诉已提交，等待县里答复。"),
        partial(_unit_page, public_id, unit),
        url_for("numbers.appraised_unit", public_id=public_id, unit=unit),
        form,
    )


@numbers.get("/appraisals/<public_id>/units/<unit>/<source>")
@permit(Action.SEE_APPRAISAL)
def appraised_cases(public_id: str, unit: str, source: str) -> str:
    """The rows behind a deduction, or with `?of=` behind the mark's two figures: by name or, where the role may not read that, by place.
    Noted."""
    session, actor = read_session(), current_actor()
    found, sheet = _sheet(session, actor, public_id, unit)
    mark, run = sheet.marks.get(source), run_of(session, found)
    lists = lists_of_mark(run, source)
    if mark is None:
        raise NotFound()
    of = request.args.get("of", MISSED)
    of = of if of in lists else MISSED
    place = sheet.unit.key if sheet.unit.kind is UnitKind.TOWN else run.area_code

    def at(other: str, after: int = 0) -> str:
        asked: dict[str, Any] = {"of": other} if other != MISSED else {}
        return url_for(
            "numbers.appraised_cases", public_id=public_id, unit=unit, source=source, **asked, **page_at(after)
        )

    one = listing(session, actor, Listed(run, place, lists[of], sheet.unit.agency_id), partial(at, of))
    told = {MISSED: mark.denominator - mark.numerator, COUNTED: mark.numerator, OWED: mark.denominator}
    subject = ("appraisal", found.public_id)
    note_list(
        "numbers.appraisal.cases_opened", found.area_code, one.total, names=one.has_names, subject=subject, unit=unit, item=source, of=of
    )  # fmt: skip
    return render_template(
        "numbers/appraisal_cases.html",
        appraisal=found,
        sheet=sheet,
        source=source,
        mark=mark,
        one=one,
        elsewhere=told[of] - one.total,
        lists=[(title_of(figure.name), at(name), name == of, None) for name, figure in lists.items()],
        is_town=own_unit(session, actor) is not None and sheet.unit.kind is UnitKind.TOWN,
    )


@numbers.get("/appraisals/objections/<public_id>")
@permit(Action.KEEP_APPRAISAL)
def appraisal_objection(public_id: str) -> str:
    return _objection_page(public_id, AnswerForm())


@numbers.post("/appraisals/objections/<public_id>", endpoint="answer_appraisal_objection")
@permit(Action.KEEP_APPRAISAL)
def answer_one(public_id: str) -> Answer:
    """Uphold it with corrected marks, or turn it down, with the reason."""
    form, session = AnswerForm(), read_session()
    objection = get_objection(session, current_actor(), public_id)
    appraisal = session.get_one(Appraisal, objection.appraisal_id)
    return press(
        lambda session, actor, now: answer_objection(session, actor, public_id, form.to_command(), now),
        _("申诉已答复。"),
        partial(_objection_page, public_id),
        url_for("numbers.appraised_unit", public_id=appraisal.public_id, unit=objection.unit),
        form,
    )


def _sheet(session: Session, actor: Actor, public_id: str, unit: str) -> tuple[Appraisal, Sheet]:
    found = get_appraisal(session, actor, public_id)
    return found, get_sheet(session, actor, found, unit)


def _unit_page(public_id: str, unit: str, form: ObjectionForm) -> str:
    session, actor = read_session(), current_actor()
    found, sheet = _sheet(session, actor, public_id, unit)
    open_to = [source for source, mark in sheet.marks.items() if mark.deduction and source not in sheet.objections]
    form.offer(open_to)
    until = found.objections_until
    in_term = found.state is AppraisalState.PUBLISHED and until is not None and current_clock().today() <= until
    items = [Item.from_json(one) for one in scheme_of(session, found).items]
    return render_template(
        "numbers/appraisal_unit.html",
        form=form,
        one=found,
        sheet=sheet,
        scheme=scheme_of(session, found),
        items=[(item, caution(item)) for item in items if item.source in sheet.marks],
        revision=find_revision(session, actor, found),
        each={way: _(words) for way, words in EACH.items()},
        may_object=own_unit(session, actor) is not None and in_term and bool(open_to),
        in_term=in_term,
        is_county=may(actor, Action.KEEP_APPRAISAL),
        states=STATES,
        tones=TONES,
        objection_words=OBJECTIONS,
    )


def _objection_page(public_id: str, form: AnswerForm) -> str:
    session, actor = read_session(), current_actor()
    objection = get_objection(session, actor, public_id)
    found = session.get_one(Appraisal, objection.appraisal_id)
    sheet = get_sheet(session, actor, found, objection.unit)
    hands = {one for one in (objection.made_by, objection.answered_by, found.published_by) if one}
    return render_template(
        "numbers/appraisal_objection.html",
        form=form,
        one=found,
        objection=objection,
        sheet=sheet,
        mark=sheet.marks[objection.source],
        hands=display_names(session, hands),
        is_publisher=found.published_by == actor.user_id,
        tones=TONES,
        objection_words=OBJECTIONS,
    )

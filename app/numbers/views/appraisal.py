"""Appraisal: what was given to whom, and why; objections and their answers; the score sheet."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from io import BytesIO

from flask import Response, render_template, send_file, url_for
from sqlalchemy.orm import Session

from app.accounts.queries import display_names
from app.areas.queries import full_names
from app.audit.prints import keep_print
from app.core.access import Action, current_actor, may, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import NotFound
from app.core.forms import Form
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.web import forget_reads, read_session
from app.numbers.labels_appraisal import OBJECTIONS, SCHEME_STATES, STATES, TONES, UNITS
from app.numbers.models import Appraisal, AppraisalScheme, IndicatorRun, ReportSubmission
from app.numbers.paper_appraisal import print_of_sheets, sheets_document
from app.numbers.paper_lists import LISTS
from app.numbers.queries.appraisal import (
    Sheet,
    count_open,
    find_revision,
    get_appraisal,
    list_appraisals,
    list_schemes,
    list_sheets,
    list_to_appraise,
    run_of,
    scheme_of,
)
from app.numbers.queries.kept_reports import MEDIA
from app.numbers.queries.submissions import find_standing
from app.numbers.rules.appraisal import Item, UnitKind, written
from app.numbers.service.appraising import drop_preview, finish, preview, publish
from app.numbers.views.blueprint import Answer, numbers
from app.numbers.views.pressing import Act, press


@numbers.app_template_filter("marks")
def marks_filter(value: int | None) -> str:
    """82.5; — for what was not scored."""
    return "—" if value is None else written(value)


@numbers.get("/appraisals/")
@permit(Action.SEE_APPRAISAL)
def appraisals() -> str:
    """Schemes, what can be appraised and what was."""
    return _list(Form())


@numbers.post("/appraisals/new/<public_id>", endpoint="preview_appraisal")
@permit(Action.KEEP_APPRAISAL)
def make_preview(public_id: str) -> Answer:
    """Score all units by a report that was submitted; nobody but the county sees it yet."""
    return press(
        lambda session, actor, now: preview(session, actor, public_id, now),
        _("预览已生成，公布之前只有县里能看到。"),
        _list,
        lambda made: url_for("numbers.appraisal", public_id=made.public_id),
    )


@numbers.get("/appraisals/<public_id>")
@permit(Action.SEE_APPRAISAL)
def appraisal(public_id: str) -> str:
    """The county reads every unit's marks in the order of places, a unit its own."""
    return _page(public_id, Form())


@numbers.post("/appraisals/<public_id>/publish")
@permit(Action.KEEP_APPRAISAL)
def publish_appraisal(public_id: str) -> Answer:
    """Each unit reads its own from now on."""
    today = current_clock().today()
    return _move(
        public_id, lambda s, a, now: publish(s, a, public_id, today, now), _("考评结果已公布，各单位可以提出申诉。")
    )


@numbers.post("/appraisals/<public_id>/drop")
@permit(Action.KEEP_APPRAISAL)
def drop_appraisal(public_id: str) -> Answer:
    return _move(public_id, lambda s, a, now: drop_preview(s, a, public_id, now), _("预览已作废。"))


@numbers.post("/appraisals/<public_id>/finish")
@permit(Action.KEEP_APPRAISAL)
def finish_appraisal(public_id: str) -> Answer:
    """The term is over and everything is answered."""
    today = current_clock().today()
    return _move(public_id, lambda s, a, now: finish(s, a, public_id, today, now), _("考评结果已定稿。"))


@numbers.get("/appraisals/<public_id>/sheet.<ending>")
@permit(Action.SEE_APPRAISAL)
def appraisal_sheet(public_id: str, ending: str) -> Response:
    """The score sheet as PDF or workbook: all units for the county, its own for a unit. On record."""
    session, actor, keyring, now = read_session(), current_actor(), current_keyring(), current_clock().now()
    found = get_appraisal(session, actor, public_id)
    sheets = list_sheets(session, actor, found)
    if ending not in LISTS or not sheets:
        raise NotFound()
    content = LISTS[ending](sheets_document(session, keyring, actor, found, sheets, now))
    kept, period = print_of_sheets(found, sheets, actor, now), found.period
    forget_reads()
    with transaction() as session:
        keep_print(session, keyring, actor, kept, content)
    name = f"appraisal-{period}.{ending}"
    return send_file(BytesIO(content), mimetype=MEDIA[ending], as_attachment=True, download_name=name)


def _list(form: Form) -> str:
    session, actor = read_session(), current_actor()
    is_county = may(actor, Action.KEEP_APPRAISAL)
    found, waiting = list_appraisals(session, actor), list_to_appraise(session, actor) if is_county else []
    schemes = list_schemes(session, actor)
    return render_template(
        "numbers/appraisals.html",
        form=form,
        appraisals=found,
        waiting=waiting,
        schemes=schemes,
        is_county=is_county,
        areas=full_names(session, {*_places(found), *_places(waiting), *_places(schemes)}),
        names=display_names(session, {one.proposed_by for one in schemes}),
        states=STATES,
        scheme_states=SCHEME_STATES,
        tones=TONES,
    )


def _places(rows: Sequence[Appraisal | AppraisalScheme | ReportSubmission]) -> set[str]:
    return {one.area_code for one in rows}


def _move(public_id: str, act: Act, done: str) -> Answer:
    return press(act, done, partial(_page, public_id), url_for("numbers.appraisal", public_id=public_id))


def _page(public_id: str, form: Form) -> str:
    session, actor = read_session(), current_actor()
    found = get_appraisal(session, actor, public_id)
    scheme, run, sheets = scheme_of(session, found), run_of(session, found), list_sheets(session, actor, found)
    hands = {one for one in (found.made_by, found.published_by, found.final_by) if one}
    items = [Item.from_json(one) for one in scheme.items]
    return render_template(
        "numbers/appraisal.html",
        form=form,
        one=found,
        scheme=scheme,
        run=run,
        parts=[(kind, [item for item in items if item.is_for(kind)], _of(sheets, kind)) for kind in UnitKind],
        units=UNITS,
        area=full_names(session, [found.area_code])[found.area_code],
        hands=display_names(session, hands),
        revision=find_revision(session, actor, found),
        open_objections=count_open(session, found),
        is_revised=_is_revised(session, actor, found, run),
        is_over=found.objections_until is not None and current_clock().today() > found.objections_until,
        is_county=may(actor, Action.KEEP_APPRAISAL),
        states=STATES,
        tones=TONES,
        objection_words=OBJECTIONS,
    )


def _is_revised(session: Session, actor: Actor, found: Appraisal, run: IndicatorRun) -> bool:
    """Whether another report of the period is in force by now than the one that was scored."""
    standing = find_standing(session, actor, found.area_code, found.period)
    return standing is not None and standing.run_id != run.id


def _of(sheets: list[Sheet], kind: UnitKind) -> list[Sheet]:
    return [one for one in sheets if one.unit.kind is kind]

"""What a comparison with the national system's export found: figures, the lists behind them, a person's word, the list for correction there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.queries import display_names
from app.areas.queries import agency_names, full_name, full_names, list_towns
from app.areas.rules import prefix_of
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Conflict, Invalid, NotFound
from app.core.forms import Form
from app.core.i18n import DEFAULT_LANGUAGE, _, speaking
from app.core.keys import current_keyring
from app.core.paging import PAGE_SIZE
from app.core.reasons import reason
from app.core.web import forget_reads, number, read_session, show_errors
from app.roster.forms import AnswerForm, DecideForm
from app.roster.models import NationalComparison
from app.roster.papers_national import CORRECTIONS_NAME, Correction, corrections_workbook, one_side
from app.roster.queries_national import (
    Shown,
    Wanted,
    count_findings,
    count_wanted,
    get_comparison,
    get_findings,
    list_comparisons,
    list_findings,
    show,
)
from app.roster.rules.national import TO_SETTLE, Decision, Differs, FindingKind
from app.roster.service.settling import answer_possible, decide, note_exported, note_opened
from app.roster.texts_national import ITEMS, KINDS, TODO, TONES, WORDS
from app.roster.views.beside import mends_of, sides_of
from app.roster.views.blueprint import roster, workbook

MOST_TICKED = 200
_CORRECTIONS: Final = Wanted(word=Decision.CORRECT_THERE)


@roster.get("/national/<public_id>")
@permit(Action.SEE_COMPARISON)
def show_comparison(public_id: str) -> str:
    """How many of each kind, how many are still to be looked at, and what to do next."""
    session, actor = read_session(), current_actor()
    found = get_comparison(session, actor, public_id)
    counted = count_findings(session, found)
    newest = next(iter(list_comparisons(session, actor)), found)
    return render_template(
        "roster/national/comparison.html",
        found=found,
        counted=counted,
        kinds=KINDS,
        todo=TODO,
        items=ITEMS,
        differing=FindingKind.DIFFERING,
        to_settle=TO_SETTLE,
        is_newest=newest.id == found.id,
        county=full_name(session, found.county_code),
        compared_by=display_names(session, {found.compared_by})[found.compared_by],
    )


@roster.get("/national/<public_id>/<finding_kind>")
@permit(Action.COMPARE_NATIONAL)
def list_found(public_id: str, finding_kind: str) -> str:
    """The findings of a kind with both sides. Noted."""
    return _list_page(public_id, _kind(finding_kind), DecideForm())


@roster.post("/national/<public_id>/<finding_kind>")
@permit(Action.COMPARE_NATIONAL)
def decide_found(public_id: str, finding_kind: str) -> BaseResponse | tuple[str, int]:
    """Say what becomes of the findings that are ticked."""
    kind, form, actor = _kind(finding_kind), DecideForm(), current_actor()
    get_comparison(read_session(), actor, public_id)
    if not form.validate_on_submit():
        return _list_page(public_id, kind, form), 400
    forget_reads()
    ticked = request.form.getlist("shown" if request.form.get("whole") else "finding")[:MOST_TICKED]
    try:
        with transaction() as session:
            comparison = get_comparison(session, actor, public_id, lock=True)
            findings = [one for one in get_findings(session, comparison, ticked, lock=True) if one.kind is kind]
            if not findings:
                raise Invalid({"": [reason("roster.national.nothing_ticked")]})
            decide(session, actor, comparison, findings, Decision(form.decision.data), current_clock().now())
    except (Conflict, Invalid) as refused:
        show_errors(form, refused)
        return _list_page(public_id, kind, form), 400 if isinstance(refused, Invalid) else 409
    flash(_("已处理 %(n)s 条", n=len(findings)), "success")
    page = None if request.args.get("word") == "open" else request.args.get("after")  # what is open moves up
    return redirect(_address(public_id, kind, after=page))


@roster.post("/national/<public_id>/possible/<finding_id>")
@permit(Action.COMPARE_NATIONAL)
def answer_found(public_id: str, finding_id: str) -> BaseResponse | tuple[str, int]:
    """Whether a row is about the patient of the same name and birth date; it is compared then."""
    form, actor = AnswerForm(), current_actor()
    comparison = get_comparison(read_session(), actor, public_id)
    if not get_findings(read_session(), comparison, [finding_id]):
        raise NotFound()
    if not form.validate_on_submit():
        return _list_page(public_id, FindingKind.POSSIBLE, form), 400
    forget_reads()
    try:
        with transaction() as session:
            comparison = get_comparison(session, actor, public_id)
            (finding,) = get_findings(session, comparison, [finding_id])
            is_same, now = form.same.data == "yes", current_clock().now()
            became = answer_possible(session, current_keyring(), actor, comparison, finding, is_same, now)
    except Conflict as refused:
        show_errors(form, refused)
        return _list_page(public_id, FindingKind.POSSIBLE, form), 409
    flash(_("已确认，这一行列入“%(kind)s”", kind=_(KINDS[became])), "success")
    return redirect(_address(public_id, FindingKind.POSSIBLE))


@roster.get("/national/<public_id>/corrections.xlsx")
@permit(Action.COMPARE_NATIONAL)
def corrections(public_id: str) -> Response:
    """Whom the national system is to correct, to be handed to whoever enters it there; noted."""
    session, actor, now = read_session(), current_actor(), current_clock().now()
    found = get_comparison(session, actor, public_id)
    _require_lists(found)
    total = count_wanted(session, found, _CORRECTIONS)
    rows = list_findings(session, found, _CORRECTIONS, None, size=max(total, 1)).rows
    shown = show(session, current_keyring(), actor, found, rows)
    with speaking(DEFAULT_LANGUAGE):
        content = corrections_workbook(full_name(session, found.county_code), found, _lines(shown), actor.name, now)
    forget_reads()
    with transaction() as writing:
        note_exported(writing, actor, found, total, now)
    return workbook(content, CORRECTIONS_NAME)


def _lines(shown: Sequence[Shown]) -> list[Correction]:
    """A line for each item that differs; whoever is missing on a side has one."""
    agencies, found = _agencies(shown), []
    places = full_names(read_session(), {one.finding.area_code for one in shown})
    for one in shown:
        theirs, ours, place = one.theirs, one.ours, places[one.finding.area_code]
        name, record = (theirs.name, theirs.record_number) if theirs else ("", "")
        name, record = name or (ours.name if ours else ""), record or (ours.record_number or "" if ours else "")
        problem, row = _(KINDS[one.finding.kind]), one.finding.row_number
        if one.finding.differs:
            sides = [(side.label, side.theirs, side.ours) for side in sides_of(one, agencies)]
        else:
            sides = [one_side(has_theirs=theirs is not None, has_ours=ours is not None)]
        found += [Correction(name, record, place, row, problem, *side) for side in sides]
    return found


def _agencies(shown: Sequence[Shown]) -> dict[int, str]:
    return agency_names(read_session(), {one.ours.agency_id for one in shown if one.ours and one.ours.agency_id})


def _kind(name: str) -> FindingKind:
    if name not in set(FindingKind):
        raise NotFound()
    return FindingKind(name)


def _require_lists(found: NationalComparison) -> None:
    """After their term the lists are gone, and so are their addresses."""
    if found.forgotten_at is not None:
        raise NotFound()


def _wanted(kind: FindingKind) -> Wanted:
    """Which of a kind the address asks for; what it names wrongly is everything."""
    item, word, town = (request.args.get(name, "") for name in ("item", "word", "town"))
    is_town = town in {one.code for one in list_towns(read_session(), current_actor())}
    return Wanted(
        kind,
        Differs[item.upper()] if item.upper() in Differs.__members__ else None,
        Decision(word) if word in set(Decision) else None,
        word == "open",
        prefix_of(town) if is_town else "",
    )


def _address(public_id: str, kind: FindingKind, **more: str | None) -> str:
    asked: dict[str, Any] = {name: request.args.get(name) for name in ("item", "word", "town")} | more
    return url_for("roster.list_found", public_id=public_id, finding_kind=kind.value, **asked)


def _list_page(public_id: str, kind: FindingKind, form: Form) -> str:
    forget_reads()
    session, actor, wanted = read_session(), current_actor(), _wanted(kind)
    found = get_comparison(session, actor, public_id)
    _require_lists(found)
    total = count_wanted(session, found, wanted)
    page = list_findings(session, found, wanted, request.args.get("after"))
    shown = show(session, current_keyring(), actor, found, page.rows)
    agencies = _agencies(shown)
    with transaction() as writing:
        note_opened(writing, actor, found, kind.value, total, current_clock().now())
    return render_template(
        "roster/national/found.html",
        found=found,
        kind=kind,
        is_alone=kind in (FindingKind.MISSING_HERE, FindingKind.GONE),
        kind_words=_(KINDS[kind]),
        todo=_(TODO[kind]),
        item=wanted.item,
        item_words=_(ITEMS[wanted.item]) if wanted.item else "",
        form=form,
        answer=form if isinstance(form, AnswerForm) else AnswerForm(),
        total=total,
        rows=[(one, sides_of(one, agencies), mends_of(actor, one)) for one in shown],
        places=full_names(session, {one.finding.area_code for one in shown}),
        word_tabs=_tabs(found, kind, wanted.place) if kind in TO_SETTLE and not wanted.item else [],
        # a short list is read as it is
        towns=list_towns(session, actor) if total > PAGE_SIZE or wanted.place else [],
        town=request.args.get("town", "") if wanted.place else "",
        all_towns=_address(public_id, kind, town=None),
        settles=kind in TO_SETTLE,
        words=WORDS,
        tones=TONES,
        next_href=_address(public_id, kind, after=page.next_cursor) if page.next_cursor else None,
        first_href=_address(public_id, kind) if request.args.get("after") else None,
        here=request.full_path,
    )


def _tabs(found: NationalComparison, kind: FindingKind, place: str) -> list[tuple[str, str, bool, str]]:
    """All, still open, and each word that was said."""
    asked, session = request.args.get("word", ""), read_session()
    tabs = [("", _("全部"), Wanted(kind, place=place))]
    tabs += [("open", _("待处理"), Wanted(kind, is_open=True, place=place))]
    tabs += [(word.value, _(words), Wanted(kind, word=word, place=place)) for word, words in WORDS.items()]
    return [
        (
            words,
            _address(found.public_id, kind, word=name or None),
            name == asked,
            number(count_wanted(session, found, of)),
        )
        for name, words, of in tabs
    ]

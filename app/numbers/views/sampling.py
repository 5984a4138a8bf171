"""Supervision sampling: what was drawn, drawing, one sample by institution, the lists behind its figures, drawing again as a proof."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from io import BytesIO
from typing import Any

from flask import Response, flash, redirect, render_template, request, send_file, url_for

from app.accounts.queries import display_names
from app.areas.queries import full_name, full_names
from app.audit.prints import keep_print, mark_of
from app.audit.service import note
from app.core.access import Action, Field, Grant, current_actor, may, permit, sees
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Conflict, Invalid, NotFound
from app.core.forms import Form
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.papers import hand_out, paper
from app.core.rates import rate
from app.core.web import forget_reads, read_session, show_errors
from app.numbers.forms_sampling import SampleCommentForm, SampleForm, WithdrawSampleForm
from app.numbers.labels_sampling import (
    ITEMS,
    LISTS,
    STATES,
    STRATA,
    SUBJECTS,
    TONES,
    UNABLE,
    VERDICTS,
    size_words,
    subject_words,
)
from app.numbers.models import Sample
from app.numbers.paper_lists import LISTS as SHAPES
from app.numbers.papers_sampling import form_paper, summary_document
from app.numbers.queries.behind import SIZE
from app.numbers.queries.kept_reports import MEDIA
from app.numbers.queries.sampling import (
    ITEM_LISTS,
    RECORD_LISTS,
    Found,
    get_sample,
    items_for,
    list_found,
    list_samples,
    list_units,
    name_records,
)
from app.numbers.queries.sampling_frame import list_checkable
from app.numbers.rules.sampling import SMALL, SampleState, Tally, Verdict, find_items, sample_matter, tally_items
from app.numbers.service.sampling import (
    Plan,
    close_sample,
    comment_on,
    draw_sample,
    plan_sample,
    verify,
    withdraw_sample,
)
from app.numbers.views.blueprint import Answer, numbers
from app.numbers.views.listing import page_at, read_from
from app.numbers.views.pressing import press
from app.people.vault import Vault


@numbers.get("/samples/")
@permit(Action.SEE_SAMPLES)
def samples() -> str:
    """All draws of the county; an institution or a town reads those that are closed and name it."""
    session, actor = read_session(), current_actor()
    found = list_samples(session, actor)
    return render_template(
        "numbers/samples.html",
        samples=found,
        names=display_names(session, {one.drawn_by for one in found}),
        places=full_names(session, {one.area_code for one in found}),
        subject_words=subject_words,
        states=STATES,
        tones=TONES,
    )


@numbers.get("/samples/new")
@permit(Action.DRAW_SAMPLES)
def new_sample() -> str:
    return _ask(_form())


@numbers.post("/samples/new", endpoint="draw_sample")
@permit(Action.DRAW_SAMPLES)
def draw() -> Answer:
    """First what would be drawn of how many in each institution; once that was looked at, the draw."""
    actor, clock, form = current_actor(), current_clock(), _form()
    if not form.validate_on_submit():
        return _ask(form), 400
    command = form.to_command()
    try:
        if not command.seen:
            return _ask(form, plan_sample(read_session(), actor, command, clock.today()))
        forget_reads()
        with transaction() as session:
            sample, is_new = draw_sample(session, actor, command, clock.today(), clock.now())
            where, number = url_for("numbers.sample", public_id=sample.public_id), sample.number
    except (Conflict, Invalid) as refused:
        show_errors(form, refused)
        return _ask(form, _plan_again(form)), 400 if isinstance(refused, Invalid) else 409
    flash(_("%(number)s已抽取。", number=number) if is_new else _("%(number)s已经抽取过了。", number=number), "success")
    return redirect(where)


@numbers.get("/samples/<public_id>")
@permit(Action.SEE_SAMPLES)
def sample(public_id: str) -> str:
    return sample_page(public_id, Form())


@numbers.post("/samples/<public_id>/close", endpoint="close_sample")
@permit(Action.DRAW_SAMPLES)
def close(public_id: str) -> Answer:
    """Final: each institution reads its own from now on."""
    get_sample(read_session(), current_actor(), public_id)
    return press(
        lambda s, a, now: close_sample(s, a, public_id, now),
        _("抽查已结束，被查机构可以查看结果。"),
        partial(sample_page, public_id),
        url_for("numbers.sample", public_id=public_id),
    )


@numbers.post("/samples/<public_id>/withdraw", endpoint="withdraw_sample")
@permit(Action.DRAW_SAMPLES)
def withdraw(public_id: str) -> Answer:
    form, actor = WithdrawSampleForm(), current_actor()
    get_sample(read_session(), actor, public_id)
    if not form.validate_on_submit():
        return sample_page(public_id, form), 400
    forget_reads()
    try:
        with transaction() as session:
            withdraw_sample(session, actor, public_id, form.why.data, current_clock().now())
    except (Conflict, Invalid) as refused:
        show_errors(form, refused)
        return sample_page(public_id, form), 400 if isinstance(refused, Invalid) else 409
    flash(_("抽查已撤销，编号不再使用。"), "success")
    return redirect(url_for("numbers.sample", public_id=public_id))


@numbers.post("/samples/<public_id>/comment", endpoint="comment_on_sample")
@permit(Action.COMMENT_ON_SAMPLES)
def comment(public_id: str) -> Answer:
    """The checked institution's own word."""
    form, actor = SampleCommentForm(), current_actor()
    get_sample(read_session(), actor, public_id)
    if not form.validate_on_submit():
        return sample_page(public_id, form), 400
    forget_reads()
    try:
        with transaction() as session:
            comment_on(session, actor, public_id, form.comment.data, current_clock().now())
    except (Conflict, Invalid) as refused:
        show_errors(form, refused)
        return sample_page(public_id, form), 400 if isinstance(refused, Invalid) else 409
    flash(_("意见已提交。"), "success")
    return redirect(url_for("numbers.sample", public_id=public_id))


@numbers.get("/samples/<public_id>/records")
@permit(Action.OPEN_SAMPLES)
def sample_records(public_id: str) -> str:
    """The list behind a figure of a sample: records, or items of records; of one institution or all. Noted."""
    session, actor = read_session(), current_actor()
    found, unit, what = get_sample(session, actor, public_id), request.args.get("unit", ""), request.args.get("of", "drawn")  # fmt: skip
    if what not in LISTS:
        raise NotFound()
    units = list_units(session, actor, found, unit)
    readable = {one.code for one in items_for(actor, found)}
    item = request.args.get("item", "")
    codes = [one.code for one in find_items(found.subject, found.items)]
    if item and item not in codes:
        raise NotFound()
    rows = _listed(list_found(session, found, [one.unit.agency_id for one in units]), what, codes, item)
    _note_opened(found, len(rows), what)
    after = read_from()
    shown = rows[after : after + SIZE]
    return render_template(
        "numbers/sample_records.html",
        one=found,
        total=len(rows),
        rows=shown,
        next_href=_list_href(found, after + SIZE) if after + SIZE < len(rows) else None,
        prev_href=_list_href(found, max(0, after - SIZE)) if after else None,
        named=name_records(session, actor, [row.record for row, _item in shown]),
        agencies={one.unit.agency_id: one.agency.name for one in units},
        unit=units[0].agency if unit else None,
        whose=units[0].agency.name if len(units) == 1 else "",
        what=what,
        item=item,
        readable=readable,
        tells_level=sees(actor, Field.RISK_LEVEL) is not Grant.NONE,
        **_words(),
    )


@numbers.get("/samples/<public_id>/<unit>/form.pdf")
@permit(Action.DRAW_SAMPLES)
@paper
def sample_form(public_id: str, unit: str) -> Response:
    """An institution's forms to check by on site, a page a record, on record as a print."""
    session, actor, clock = read_session(), current_actor(), current_clock()
    found = get_sample(session, actor, public_id)
    [checked], keyring = list_units(session, actor, found, unit), current_keyring()
    if not checked.tally.drawn:
        raise NotFound()
    render, wanted = form_paper(session, actor, Vault(session, keyring), found, checked, clock.today(), clock.now())
    content = render(mark_of(keyring, wanted))
    forget_reads()
    with transaction() as writing:
        keep_print(writing, keyring, actor, wanted, content)
    return hand_out(content, _("现场核查表"))


@numbers.get("/samples/<public_id>/summary.<ending>")
@permit(Action.SEE_SAMPLES)
@paper
def sample_summary(public_id: str, ending: str) -> Response:
    """What came of it by institution and item, as PDF or workbook. On record."""
    session, actor, keyring, now = read_session(), current_actor(), current_keyring(), current_clock().now()
    found = get_sample(session, actor, public_id)
    if ending not in SHAPES:
        raise NotFound()
    document, wanted = summary_document(session, keyring, actor, found, now)
    content, number = SHAPES[ending](document), f"{found.year}-{found.serial}"
    forget_reads()
    with transaction() as writing:
        keep_print(writing, keyring, actor, wanted, content)
    name = f"sample-{number}.{ending}"
    return send_file(BytesIO(content), mimetype=MEDIA[ending], as_attachment=True, download_name=name)


@numbers.get("/samples/<public_id>/verify")
@permit(Action.VERIFY_SAMPLES)
def verify_sample(public_id: str) -> str:
    """Drawn again from the kept frame by the kept seed: whether the same records come out, and how anybody can do it by hand."""
    session, actor = read_session(), current_actor()
    found, proof = get_sample(session, actor, public_id), verify(session, actor, public_id)
    names = {one.agency.public_id: one.agency.name for one in list_units(session, actor, found)}
    return render_template("numbers/sample_verify.html", one=found, proof=proof, names=names, size_words=size_words)


@numbers.get("/samples/<public_id>/frame.txt")
@permit(Action.VERIFY_SAMPLES)
def sample_frame(public_id: str) -> Response:
    """The frame as a file, opaque ids alone, whose SHA-256 is the one that was kept."""
    session, actor = read_session(), current_actor()
    found, proof = get_sample(session, actor, public_id), verify(session, actor, public_id)
    _note(found, "numbers.sample_frame_exported", found.frame_count)
    content = BytesIO(proof.text.encode())
    return send_file(content, mimetype="text/plain", as_attachment=True, download_name=f"frame-{found.year}-{found.serial}.txt")  # fmt: skip


def sample_page(public_id: str, failed: Form) -> str:
    """One sample by institution and item; `failed` is the form that could not be taken."""
    session, actor = read_session(), current_actor()
    found = get_sample(session, actor, public_id)
    units = list_units(session, actor, found)
    marks = [one.marks for one in list_found(session, found, [one.unit.agency_id for one in units])]
    hands = {found.drawn_by, found.ended_by, *(one.unit.commented_by for one in units)}
    own = next((one for one in units if one.unit.agency_id == actor.agency_id), None)
    is_running = found.state is SampleState.RUNNING
    return render_template(
        "numbers/sample.html",
        one=found,
        units=units,
        total=sum((one.tally for one in units), Tally()),
        items=[(one, tally_items(one.code, marks)) for one in find_items(found.subject, found.items)],
        place=full_name(session, found.area_code),
        hands=display_names(session, {one for one in hands if one}),
        subject=subject_words(found),
        sizes=size_words(found),
        matter=sample_matter(found.year, found.serial),
        rate=rate,
        failed=failed,
        is_running=is_running and may(actor, Action.DRAW_SAMPLES),
        withdraw=failed if isinstance(failed, WithdrawSampleForm) else WithdrawSampleForm(formdata=None),
        comment=failed if isinstance(failed, SampleCommentForm) else SampleCommentForm(formdata=None),
        may_comment=may(actor, Action.COMMENT_ON_SAMPLES) and own is not None and own.unit.comment is None,
        small=SMALL,
        **_words(),
    )


def _words() -> dict[str, object]:
    return {
        "states": STATES,
        "tones": TONES,
        "strata": STRATA,
        "item_words": ITEMS,
        "lists": LISTS,
        "verdicts": VERDICTS,
        "unable_words": UNABLE,
    }


def _listed(found: Sequence[Found], what: str, codes: Sequence[str], item: str) -> list[tuple[Found, str]]:
    """Records with the item that puts each on the list, in the order of the form; empty where the whole record does."""
    if what in RECORD_LISTS:
        return [(one, "") for one in found if RECORD_LISTS[what](one.tally)]
    wanted: frozenset[Verdict] = ITEM_LISTS[what]
    asked = [code for code in codes if item in ("", code)]
    return [(one, code) for one in found for code in asked if one.marks.get(code) in wanted]


def _list_href(found: Sample, after: int) -> str:
    """The same list from another row on."""
    same: dict[str, Any] = {name: request.args[name] for name in ("unit", "of", "item") if name in request.args}
    return url_for("numbers.sample_records", public_id=found.public_id, **same, **page_at(after))


def _form() -> SampleForm:
    units = list_checkable(read_session(), current_actor())
    return SampleForm([(one.public_id, one.name) for one in units])


def _plan_again(form: SampleForm) -> Plan | None:
    """What is shown beside a refusal: as it stands now, where it can be drawn at all."""
    try:
        return plan_sample(read_session(), current_actor(), form.to_command(), current_clock().today())
    except Invalid:
        return None


def _ask(form: SampleForm, plan: Plan | None = None) -> str:
    form.seen.data = plan.token if plan else ""
    return render_template("numbers/sample_new.html", form=form, plan=plan, subjects=SUBJECTS)


def _note_opened(found: Sample, count: int, what: str) -> None:
    _note(found, "numbers.sample_opened", count, what)


def _note(found: Sample, act: str, count: int, what: str = "") -> None:
    """Who opened what of a sample: by list and count, nobody by name."""
    with transaction() as session:
        note(
            session,
            current_actor(),
            act,
            now=current_clock().now(),
            subject=("sample", found.public_id),
            area_code=found.area_code,
            count=count,
            detail={"number": found.number, "list": what},
        )

"""Supervision sampling: what was drawn, one sample by institution and item, and the end of it."""

from __future__ import annotations

from functools import partial

from flask import render_template, url_for

from app.accounts.queries import display_names
from app.areas.queries import full_name, full_names
from app.core.access import Action, current_actor, may, permit
from app.core.forms import Form
from app.core.i18n import _
from app.core.rates import rate
from app.core.web import read_session
from app.numbers.forms_sampling import SampleCommentForm, WithdrawSampleForm
from app.numbers.labels_sampling import (
    ITEMS,
    LISTS,
    STATES,
    STRATA,
    TONES,
    UNABLE,
    VERDICTS,
    size_words,
    subject_words,
)
from app.numbers.queries.sampling import (
    get_sample,
    items_for,
    list_found,
    list_samples,
    list_units,
)
from app.numbers.rules.sampling import MOST_BOUND, SMALL, SampleState, Tally, find_items, sample_matter, tally_items
from app.numbers.service.sampling import (
    close_sample,
    comment_on,
    withdraw_sample,
)
from app.numbers.views.blueprint import Answer, numbers
from app.numbers.views.pressing import press


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
    form = WithdrawSampleForm()
    get_sample(read_session(), current_actor(), public_id)
    return press(
        lambda s, a, now: withdraw_sample(s, a, public_id, form.why.data, now),
        _("抽查已撤销，编号不再使用。"),
        partial(sample_page, public_id),
        url_for("numbers.sample", public_id=public_id),
        form,
    )


@numbers.post("/samples/<public_id>/comment", endpoint="comment_on_sample")
@permit(Action.COMMENT_ON_SAMPLES)
def comment(public_id: str) -> Answer:
    """The checked institution's own word."""
    form = SampleCommentForm()
    get_sample(read_session(), current_actor(), public_id)
    return press(
        lambda s, a, now: comment_on(s, a, public_id, form.comment.data, now),
        _("意见已提交。"),
        partial(sample_page, public_id),
        url_for("numbers.sample", public_id=public_id),
        form,
    )


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
        readable={one.code for one in items_for(actor, found)},
        may_bind=len(units) > 1 and found.drawn_count <= MOST_BOUND,
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
        **sample_words(),
    )


def sample_words() -> dict[str, object]:
    """What the pages of a sample say its codes in."""
    return {
        "states": STATES,
        "tones": TONES,
        "strata": STRATA,
        "item_words": ITEMS,
        "lists": LISTS,
        "verdicts": VERDICTS,
        "unable_words": UNABLE,
    }

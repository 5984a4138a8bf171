"""Drawing a sample: first what it would be, then the draw; and drawing again as a proof."""

from __future__ import annotations

from io import BytesIO

from flask import Response, flash, redirect, render_template, send_file, url_for

from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Conflict, Invalid
from app.core.i18n import _
from app.core.web import forget_reads, read_session, show_errors
from app.numbers.forms_sampling import SampleForm
from app.numbers.labels_sampling import (
    SUBJECTS,
    size_words,
)
from app.numbers.queries.sampling import (
    get_sample,
    list_units,
)
from app.numbers.queries.sampling_frame import list_checkable
from app.numbers.service.drawing import Plan, draw_sample, plan_sample, verify
from app.numbers.views.blueprint import Answer, numbers
from app.numbers.views.noting import note_list


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
    subject = ("sample", found.public_id)
    note_list(
        "numbers.sample_frame_exported",
        found.area_code,
        found.frame_count,
        names=False,
        subject=subject,
        number=found.number,
    )
    content = BytesIO(proof.text.encode())
    return send_file(content, mimetype="text/plain", as_attachment=True, download_name=f"frame-{found.year}-{found.serial}.txt")  # fmt: skip


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

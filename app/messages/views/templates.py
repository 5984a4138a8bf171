"""Words: propose, look at them as they would arrive, approve as the second person."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import new_public_id, transaction
from app.core.errors import Conflict, Invalid
from app.core.i18n import _
from app.core.web import forget_reads, read_session, show_errors
from app.messages.forms import TemplateForm
from app.messages.queries import templates as ask
from app.messages.rules.kinds import KINDS, Audience, MessageKind
from app.messages.rules.templates import TemplateState
from app.messages.rules.words import LANGUAGES, forbidden_in, rendered, size_of
from app.messages.service import wording
from app.messages.service.wording import EXAMPLE
from app.messages.suggested import SUGGESTED
from app.messages.texts import KIND_LABELS, TEMPLATE_STATE_LABELS
from app.messages.views.blueprint import messages

Answer = str | BaseResponse | tuple[str, int]
TONES = {TemplateState.APPROVED: "good", TemplateState.PROPOSED: "soon"}


@messages.route("/messages/templates/")
@permit(Action.KEEP_TEMPLATES)
def list_templates() -> str:
    """Every kind with its words in use and what waits for a second person."""
    found = ask.list_templates(read_session(), current_actor())
    return render_template(
        "messages/templates.html",
        groups=[
            (audience, [(kind, found.get(kind, [])) for kind, rule in KINDS.items() if rule.audience is audience])
            for audience in Audience
        ],
        kinds=KIND_LABELS,
        states=TEMPLATE_STATE_LABELS,
        tones=TONES,
        example=_example,
    )


@messages.route("/messages/templates/new", methods=["GET", "POST"])
@permit(Action.KEEP_TEMPLATES)
def new_template() -> Answer:
    """Words for one kind in both languages; what may not be said is named at its field."""
    actor, kind = current_actor(), _asked_kind()
    zh, en = SUGGESTED[kind] if kind else ("", "")
    form = TemplateForm(
        data={"kind": kind.value if kind else "", "text_zh": zh, "text_en": en, "submission_key": new_public_id()}
    )
    if form.validate_on_submit():
        forget_reads()
        try:
            with transaction() as session:
                proposed = wording.propose_template(session, actor, form.to_command(), current_clock().now())
                public_id = proposed.public_id
        except (Invalid, Conflict) as refused:
            show_errors(form, refused)
        else:
            flash(_("已提交，等待另一人审批"))
            return redirect(url_for("messages.template", public_id=public_id))
    page = render_template(
        "messages/template_form.html",
        form=form,
        values={kind: sorted(rule.parameters) for kind, rule in KINDS.items()},
        kinds=KIND_LABELS,
    )
    return page if request.method == "GET" else (page, 422)


@messages.route("/messages/templates/<public_id>")
@permit(Action.KEEP_TEMPLATES)
def template(public_id: str) -> str:
    """The words as they would arrive, how long they are, and the second person's buttons."""
    row = ask.get_template(read_session(), current_actor(), public_id)
    actor = current_actor()
    return render_template(
        "messages/template.html",
        row=row,
        shown=[_example(row.template.text_zh, "zh"), _example(row.template.text_en, "en")],
        may_decide=row.template.state is TemplateState.PROPOSED and row.template.proposed_hand != actor.hand,
        kinds=KIND_LABELS,
        states=TEMPLATE_STATE_LABELS,
        tones=TONES,
        languages=LANGUAGES,
    )


@messages.post("/messages/templates/<public_id>/approve")
@permit(Action.KEEP_TEMPLATES)
def approve_template(public_id: str) -> BaseResponse:
    with transaction() as session:
        wording.approve_template(session, current_actor(), public_id, current_clock().now())
    flash(_("已审批通过，即日起使用"))
    return redirect(url_for("messages.template", public_id=public_id))


@messages.post("/messages/templates/<public_id>/return")
@permit(Action.KEEP_TEMPLATES)
def return_template(public_id: str) -> BaseResponse:
    with transaction() as session:
        wording.return_template(session, current_actor(), public_id, current_clock().now())
    flash(_("已退回"))
    return redirect(url_for("messages.template", public_id=public_id))


def _example(text: str, language: str) -> dict[str, object]:
    """A text with values in it, its length, and what the word check finds."""
    shown = rendered(text, EXAMPLE, language)
    return {"language": language, "text": shown, "size": size_of(shown), "forbidden": forbidden_in(shown)}


def _asked_kind() -> MessageKind | None:
    asked = request.args.get("kind", "")
    return MessageKind(asked) if asked in set(MessageKind) else None

"""What looks like a pattern of fraud: the list, its workbook, and the reviewer's word on one flag."""

from __future__ import annotations

from io import BytesIO

from flask import flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.audit.prints import keep_print
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Conflict, Invalid
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.period import Period, parse_period
from app.core.web import forget_reads, read_session, show_errors
from app.people.queries_kin import list_unstated
from app.subsidies.forms_watch import FlagForm
from app.subsidies.hands import require_person
from app.subsidies.papers.flags import flags_document, print_of_flags
from app.subsidies.papers.labels import FLAGS
from app.subsidies.papers.pay_file import XLSX
from app.subsidies.queries.watch.attempts import list_attempts
from app.subsidies.queries.watch.flags import FlagFilter, all_flags, count_flags, get_flag_row, list_flags
from app.subsidies.rules.watch import PATTERN_LABELS, STATE_LABELS, FlagState, Pattern
from app.subsidies.service.watching import decide_flag
from app.subsidies.views.board import subsidies
from reports.flags import render_flags_xlsx


@subsidies.get("/flags", endpoint="list_flags")
@permit(Action.SEE_FLAGS)
def show_flags() -> str:
    """Flags by pattern, state, person and period; and what was tried and stopped."""
    session, actor, wanted = read_session(), current_actor(), _wanted()
    return render_template(
        "subsidies/flags.html",
        page=list_flags(session, actor, wanted, request.args.get("after")),
        counts=count_flags(session, actor, wanted),
        attempts=list_attempts(session, actor),
        unstated=list_unstated(session, actor, current_clock().today().year),
        wanted=wanted,
        patterns=PATTERN_LABELS,
        states=STATE_LABELS,
    )


@subsidies.get("/flags.xlsx", endpoint="flags_xlsx")
@permit(Action.SEE_FLAGS)
def flags_xlsx() -> BaseResponse:
    """What the filter leaves, as a workbook; noted, because it leaves the house."""
    session, actor, keyring = read_session(), current_actor(), current_keyring()
    rows = all_flags(session, actor, _wanted())
    wanted = print_of_flags(rows, actor, current_clock().now())
    content = render_flags_xlsx(flags_document(session, keyring, actor, rows, wanted))
    with transaction() as writing:
        keep_print(writing, keyring, actor, wanted, content)
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=f"{FLAGS}.xlsx")


@subsidies.route("/flags/<public_id>/decide", endpoint="decide_flag", methods=["GET", "POST"])
@permit(Action.DECIDE_FLAGS)
def decide(public_id: str) -> BaseResponse | str | tuple[str, int]:
    """What the flag says, and the reviewer's word with its ground."""
    actor, form, status = current_actor(), FlagForm(), 200
    get_flag_row(read_session(), actor, public_id)
    if form.validate_on_submit():
        require_person(actor)
        try:
            with transaction() as session:
                decide_flag(session, actor, form.to_command(public_id), current_clock().now())
            flash(_("已记录。"), "good")
            return redirect(url_for("subsidies.list_flags", state=FlagState.OPEN.value))
        except (Conflict, Invalid) as refused:
            forget_reads()
            show_errors(form, refused)
            status = 409 if isinstance(refused, Conflict) else 400
    elif form.is_submitted():
        status = 400
    row = get_flag_row(read_session(), actor, public_id)
    return render_template(
        "subsidies/flag.html", row=row, form=form, patterns=PATTERN_LABELS, states=STATE_LABELS
    ), status  # fmt: skip


@subsidies.app_template_filter("period_of")
def _period_of(text: str) -> Period:
    """A stored period as the value that `period` says."""
    return parse_period(text)


def _wanted() -> FlagFilter:
    """The filter in the address; what is no pattern, state or name to sign in asks for nothing."""
    asked = request.args
    pattern, state = asked.get("pattern", ""), asked.get("state", "")
    return FlagFilter(
        pattern=Pattern(pattern) if pattern in set(Pattern) else None,
        state=FlagState(state) if state in set(FlagState) else None,
        period=asked.get("period", "")[:10],
        user=asked.get("user", "")[:64],
    )

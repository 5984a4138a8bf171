"""What goes with the pay file: its cover, and whether a file is the one that was made here."""

from __future__ import annotations

from io import BytesIO

from flask import flash, redirect, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Invalid, NotFound
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.papers import paper
from app.core.web import read_session, show_errors
from app.subsidies.forms_bank import CompareForm
from app.subsidies.queries.runs import find_pay_file, get_run
from app.subsidies.service import fetch_cover
from app.subsidies.service.answering import compare_with_sent
from app.subsidies.views.board import Answer, board_again, subsidies


@subsidies.get("/<public_id>/cover")
@permit(Action.PRINT_SUBSIDY)
@paper
def pay_cover(public_id: str) -> BaseResponse:
    """Hand out the pay file's cover as it was signed."""
    actor = current_actor()
    with transaction() as session:
        run = get_run(session, actor, public_id)
        kept, content = fetch_cover(session, current_keyring(), actor, run, current_clock().now())
    return send_file(BytesIO(content), mimetype=kept.media_type, as_attachment=True, download_name=kept.name)


@subsidies.post("/<public_id>/compare")
@permit(Action.PAY_SUBSIDY)
def compare(public_id: str) -> Answer:
    """Say whether a file is, byte for byte, the one that was made here."""
    actor, form, session = current_actor(), CompareForm(), read_session()
    file = find_pay_file(session, get_run(session, actor, public_id))
    if file is None:
        raise NotFound()
    if not form.validate_on_submit():
        return board_again(public_id, form)
    upload = form.compared.data
    found = compare_with_sent(session, current_keyring(), file, upload.read(), upload.filename or "")
    if found:
        show_errors(form, Invalid({"compared": found}))
        return board_again(public_id, form, 409)
    flash(_("与发放文件 %(number)s 完全一致。", number=file.number), "good")
    return redirect(url_for("subsidies.show_run", public_id=public_id))

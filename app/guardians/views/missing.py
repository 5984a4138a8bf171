"""The list of missing papers, by village, on screen and on paper; and the register of agreements as a workbook."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from flask import render_template, request, send_file
from werkzeug.wrappers import Response as BaseResponse

from app.areas.queries import place_of
from app.audit.prints import keep_print
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.keys import current_keyring
from app.core.papers import paper
from app.core.web import read_session
from app.guardians.labels_application import MISSING_LABELS
from app.guardians.papers_missing import missing_document, print_of_missing
from app.guardians.papers_standing import agreements_document, print_of_agreements
from app.guardians.queries.missing import list_lacking, list_villages
from app.guardians.queries.standing import list_standing
from app.guardians.views.blueprint import guardians
from reports.agreement_list import render_agreement_list_xlsx
from reports.missing_papers import MissingPapersDocument, render_missing_pdf, render_missing_xlsx

MOST_PRINTED = 20_000
PDF, XLSX = "application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@guardians.route("/agreements/missing-papers")
@permit(Action.KEEP_AGREEMENTS)
def missing_papers() -> str:
    """What each village still owes; one village's list where it is asked for."""
    actor, session, today = current_actor(), read_session(), current_clock().today()
    villages = list_villages(session, actor, today)
    village = _village()
    return render_template(
        "guardians/missing.html",
        villages=villages,
        village=village,
        page=list_lacking(session, actor, today, village, request.args.get("after")),
        is_first_page=not request.args.get("after"),
        labels=MISSING_LABELS,
    )


@guardians.route("/agreements/missing-papers.pdf")
@permit(Action.KEEP_AGREEMENTS)
@paper
def missing_papers_pdf() -> BaseResponse:
    return _printed("pdf", PDF, render_missing_pdf)


@guardians.route("/agreements/missing-papers.xlsx")
@permit(Action.KEEP_AGREEMENTS)
@paper
def missing_papers_xlsx() -> BaseResponse:
    return _printed("xlsx", XLSX, render_missing_xlsx)


@guardians.route("/agreements/register.xlsx")
@permit(Action.KEEP_AGREEMENTS)
def agreement_register_xlsx() -> BaseResponse:
    """All agreements of the area that run or are to come; noted, because it leaves the house."""
    actor, clock, session, keyring = current_actor(), current_clock(), read_session(), current_keyring()
    today, now = clock.today(), clock.now()
    rows = list_standing(session, actor, today, MOST_PRINTED)
    content = render_agreement_list_xlsx(agreements_document(session, keyring, actor, rows, today, now))
    with transaction() as writing:
        keep_print(writing, keyring, actor, print_of_agreements(actor, rows, now), content)
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name="agreements.xlsx")


def _printed(ending: str, media_type: str, render: Callable[[MissingPapersDocument], bytes]) -> BaseResponse:
    """Noted, because paper leaves the house."""
    actor, clock, session, keyring = current_actor(), current_clock(), read_session(), current_keyring()
    now, village = clock.now(), _village()
    rows = list_lacking(session, actor, clock.today(), village, size=MOST_PRINTED).rows
    code = village if village.startswith(actor.area_prefix) and village else place_of(actor)
    content = render(missing_document(session, keyring, actor, code, rows, clock.today(), now))
    with transaction() as writing:
        keep_print(writing, keyring, actor, print_of_missing(actor, code, rows, now), content)
    return send_file(
        BytesIO(content), mimetype=media_type, as_attachment=True, download_name=f"missing-papers.{ending}"
    )


def _village() -> str:
    """A village's code from the address; anything else is the whole area."""
    code = request.args.get("village", "")
    return code if len(code) == 12 and code.isdigit() and code.isascii() else ""

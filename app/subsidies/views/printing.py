"""A run's papers: those that name guardians are drawn by the scheduler process, the summary at once."""

from __future__ import annotations

from io import BytesIO

from flask import redirect, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Action, current_actor, permit, require
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Conflict, NotFound
from app.core.files import open_file
from app.core.keys import current_keyring
from app.core.papers import paper
from app.core.reasons import reason
from app.core.web import read_session
from app.core.work import ask_for_work
from app.people.vault import Vault
from app.subsidies.queries.publishing import get_edition
from app.subsidies.queries.runs import get_run
from app.subsidies.service.editions import note_edition_fetched
from app.subsidies.service.printing import (
    APPROVAL_PDF,
    APPROVAL_XLSX,
    CHANGED_NOTICES_PDF,
    HOLD_LIST_PDF,
    HOLD_LIST_XLSX,
    HOME_CHECKS_PDF,
    HOME_CHECKS_XLSX,
    LEDGER_PDF,
    LEDGER_XLSX,
    NOTICE_LIST_XLSX,
    NOTICES_PDF,
    PAID_NOTICES_PDF,
    PUBLIC_PDF,
    PUBLIC_XLSX,
    SUMMARY_PDF,
    SUMMARY_XLSX,
    UNPAID_NOTICES_PDF,
    Paper,
    note_print,
    start_print,
)
from app.subsidies.views.board import subsidies

# address part → kind of long work, and what is drawn
PAPERS = {
    "ledger-pdf": ("subsidy_ledger_pdf", LEDGER_PDF),
    "ledger-xlsx": ("subsidy_ledger_xlsx", LEDGER_XLSX),
    "notices": ("subsidy_notices", NOTICES_PDF),
    "notices-paid": ("subsidy_notices_paid", PAID_NOTICES_PDF),
    "notices-changed": ("subsidy_notices_changed", CHANGED_NOTICES_PDF),
    "notices-unpaid": ("subsidy_notices_unpaid", UNPAID_NOTICES_PDF),
    "notices-list": ("subsidy_notice_list", NOTICE_LIST_XLSX),
    "holds-pdf": ("subsidy_hold_list_pdf", HOLD_LIST_PDF),
    "holds-xlsx": ("subsidy_hold_list_xlsx", HOLD_LIST_XLSX),
}


@subsidies.post("/<public_id>/print/<paper>", endpoint="print_paper")
@permit(Action.PRINT_SUBSIDY)
def print_paper(public_id: str, paper: str) -> BaseResponse:
    """Ask for a paper of the run; its page shows the progress and offers the file."""
    if paper not in PAPERS:
        raise NotFound()
    kind, drawn = PAPERS[paper]
    actor = current_actor()
    require(actor, drawn.permits)
    with transaction() as session:
        run = get_run(session, actor, public_id)
        if run.state not in drawn.states:
            raise Conflict(reason("subsidies.print.too_early"))
        key = f"{kind}:{run.public_id}:{run.version}:{actor.user_id}"
        item = ask_for_work(session, kind, {"run": run.public_id}, key, actor, current_clock().now())
        return redirect(url_for("work.show", public_id=item.public_id))


@subsidies.get("/<public_id>/summary.pdf")
@permit(Action.PRINT_SUMMARY)
def summary_pdf(public_id: str) -> BaseResponse:
    """The quarter by town and village, to print."""
    return _hand_out(public_id, SUMMARY_PDF)


@subsidies.get("/<public_id>/summary.xlsx")
@permit(Action.PRINT_SUMMARY)
def summary_xlsx(public_id: str) -> BaseResponse:
    """The same rows as a workbook."""
    return _hand_out(public_id, SUMMARY_XLSX)


@subsidies.get("/<public_id>/approval.pdf")
@permit(Action.PRINT_SUBSIDY)
def approval_pdf(public_id: str) -> BaseResponse:
    """The approval sheet with a box for each office to sign and seal."""
    return _hand_out(public_id, APPROVAL_PDF)


@subsidies.get("/<public_id>/approval.xlsx")
@permit(Action.PRINT_SUBSIDY)
def approval_xlsx(public_id: str) -> BaseResponse:
    """The same as a workbook."""
    return _hand_out(public_id, APPROVAL_XLSX)


@subsidies.get("/<public_id>/notice.pdf")
@permit(Action.PRINT_SUMMARY)
def public_notice_pdf(public_id: str) -> BaseResponse:
    """The public notice: counts and sums by town, to hang out."""
    return _hand_out(public_id, PUBLIC_PDF)


@subsidies.get("/<public_id>/notice.xlsx")
@permit(Action.PRINT_SUMMARY)
def public_notice_xlsx(public_id: str) -> BaseResponse:
    """The same rows as a workbook."""
    return _hand_out(public_id, PUBLIC_XLSX)


@subsidies.get("/<public_id>/home-checks.pdf")
@permit(Action.PRINT_SUBSIDY)
def home_checks_pdf(public_id: str) -> BaseResponse:
    """The drawn families, to take along and to sign."""
    return _hand_out(public_id, HOME_CHECKS_PDF)


@subsidies.get("/<public_id>/home-checks.xlsx")
@permit(Action.PRINT_SUBSIDY)
def home_checks_xlsx(public_id: str) -> BaseResponse:
    """The same rows as a workbook."""
    return _hand_out(public_id, HOME_CHECKS_XLSX)


@subsidies.get("/<public_id>/editions/<int:number>.pdf")
@permit(Action.PRINT_REASONS)
@paper
def edition(public_id: str, number: int) -> BaseResponse:
    """The ledger as one approval kept it: the same bytes each time."""
    actor, session = current_actor(), read_session()
    run = get_run(session, actor, public_id)
    _edition, file = get_edition(session, run, number)
    content = open_file(session, current_keyring(), file)
    with transaction() as writing:
        note_edition_fetched(writing, actor, run, file.sha256, current_clock().now())
    return send_file(BytesIO(content), mimetype=file.media_type, as_attachment=True, download_name=file.name)


def _hand_out(public_id: str, paper: Paper) -> BaseResponse:
    """Draw a paper that has a row a village: short enough to wait for. Noted, because paper leaves the house."""
    actor, clock, session = current_actor(), current_clock(), read_session()
    now, keyring = clock.now(), current_keyring()
    run = get_run(session, actor, public_id)
    draw = start_print(session, Vault(session, keyring), actor, run, paper, clock.today(), now)
    content = draw(None)
    with transaction() as writing:
        note_print(writing, keyring, actor, run, paper, content, now)
    return send_file(
        BytesIO(content), mimetype=paper.media_type, as_attachment=True, download_name=paper.file_name(run)
    )

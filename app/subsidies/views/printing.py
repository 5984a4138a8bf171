"""Asking for a run's papers, which the scheduler process draws."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Conflict, NotFound
from app.core.reasons import reason
from app.core.work import ask_for_work
from app.subsidies.queries.runs import get_run
from app.subsidies.service.printing import LEDGER_PDF, LEDGER_XLSX, NOTICES_PDF
from app.subsidies.views.board import subsidies

# address part → kind of long work, and what is drawn
PAPERS = {
    "ledger-pdf": ("subsidy_ledger_pdf", LEDGER_PDF),
    "ledger-xlsx": ("subsidy_ledger_xlsx", LEDGER_XLSX),
    "notices": ("subsidy_notices", NOTICES_PDF),
}


@subsidies.post("/<public_id>/print/<paper>", endpoint="print_paper")
@permit(Action.PRINT_SUBSIDY)
def print_paper(public_id: str, paper: str) -> BaseResponse:
    """Ask for a paper of the run; its page shows the progress and offers the file."""
    if paper not in PAPERS:
        raise NotFound()
    kind, drawn = PAPERS[paper]
    actor = current_actor()
    with transaction() as session:
        run = get_run(session, actor, public_id)
        if run.state not in drawn.states:
            raise Conflict(reason("subsidies.print.too_early"))
        key = f"{kind}:{run.public_id}:{run.version}:{actor.user_id}"
        item = ask_for_work(session, kind, {"run": run.public_id}, key, actor, current_clock().now())
        return redirect(url_for("work.show", public_id=item.public_id))

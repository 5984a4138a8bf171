"""What this role can print: the quarter's papers, which are made in the background and kept, and lists for meetings."""

from __future__ import annotations

from flask import Response, render_template

from app.audit.handing import hand_out_kept
from app.core.access import Action, current_actor, may, permit
from app.core.clock import current_clock
from app.core.i18n import N_, _
from app.core.period import parse_period
from app.core.web import read_session
from app.desk.queries.late import named_kinds
from app.desk.queries.prints import get_kept, list_kept, list_under_way
from app.desk.rules import COMPLIANCE
from app.desk.views.blueprint import desk
from app.subsidies.models import SubsidyRun
from app.subsidies.queries.runs import list_runs
from app.subsidies.rules.transitions import RunState
from app.subsidies.service.printing import LEDGER_PDF, LEDGER_XLSX, NOTICES_PDF

QUARTERS = 8

# address part of `subsidies.print_paper`, kind of its long work, words, what is drawn
PAPERS = (
    ("ledger-pdf", "subsidy_ledger_pdf", N_("发放台账（PDF）"), LEDGER_PDF),
    ("ledger-xlsx", "subsidy_ledger_xlsx", N_("发放台账（Excel）"), LEDGER_XLSX),
    ("notices", "subsidy_notices", N_("监护人告知书"), NOTICES_PDF),
)


@desk.route("/reports/")
@permit(Action.SEE_REPORTS)
def reports() -> str:
    actor, session, now = current_actor(), read_session(), current_clock().now()
    prints_money, prints_sums = may(actor, Action.PRINT_SUBSIDY), may(actor, Action.PRINT_SUMMARY)
    runs = (
        [run for run in list_runs(session, actor, QUARTERS) if run.state is not RunState.PREPARING]
        if prints_sums
        else []
    )
    return render_template(
        "desk/reports.html",
        runs=[(run, parse_period(run.period), _papers_of(run) if prints_money else []) for run in runs],
        kind_words={kind: _(words) for _part, kind, words, _paper in PAPERS},
        prints_money=prints_money,
        prints_sums=prints_sums,
        names_all=named_kinds(actor) == frozenset(COMPLIANCE),
        kept=list_kept(session, actor, now) if prints_money else [],
        under_way=list_under_way(session, actor, (kind for _part, kind, *_rest in PAPERS), now) if prints_money else [],
    )


def _papers_of(run: SubsidyRun) -> list[tuple[str, str, bool]]:
    """(address part, words, whether it can be printed now): a paper that comes later says so instead of refusing."""
    return [(part, _(words), run.state in paper.states) for part, _kind, words, paper in PAPERS]


@desk.route("/reports/files/<public_id>")
@permit(Action.PRINT_SUBSIDY)
def kept_print(public_id: str) -> Response:
    """Hand out a kept paper; each fetch is noted."""
    actor, now = current_actor(), current_clock().now()
    return hand_out_kept(lambda session: get_kept(session, actor, public_id, now), "desk.print_fetched")

"""The work list as a page of its own, for every role that has one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from flask import Blueprint, current_app, render_template, request, url_for

from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.i18n import N_, _
from app.core.keys import current_keyring
from app.core.web import read_session
from app.people.vault import Vault
from app.tasks.queries import Filters, OpenCounts, WorkRow, count_open, list_villages, worklist
from app.tasks.rules import Bucket, TaskKind

tasks = Blueprint("tasks", __name__, url_prefix="/tasks", template_folder="templates")

REASSESS = "reassess"
TABS = (Bucket.OVERDUE, Bucket.WEEK, REASSESS, Bucket.LATER)
TAB_WORDS = {Bucket.OVERDUE: N_("逾期"), Bucket.WEEK: N_("本周"), REASSESS: N_("季度评估"), Bucket.LATER: N_("以后")}
FORMS = {1: N_("门诊"), 2: N_("家访"), 3: N_("电话")}
CLASSES = {1: N_("不稳定"), 2: N_("基本稳定"), 3: N_("稳定")}
BY_VILLAGE = "village"


@tasks.route("/")
@permit(Action.SEE_TASKS)
def list_tasks() -> str:
    actor, session, today = current_actor(), read_session(), current_clock().today()
    counts = _by_tab(count_open(session, actor, today))
    villages = list_villages(session, actor)
    tab = _chosen_tab(counts)
    chosen = Filters(
        bucket=None if tab == REASSESS else Bucket(tab),
        kind=TaskKind.REASSESSMENT if tab == REASSESS else None,
        village=next((code for code, _name in villages if code == request.args.get("village")), None),
        by_village=request.args.get("by") == BY_VILLAGE,
    )
    vault = Vault(session, current_keyring())
    page = worklist(session, actor, chosen, today, request.args.get("after"), vault=vault)
    return render_template(
        "tasks/list_tasks.html",
        tab=tab,
        tabs=_tab_links(tab, counts, chosen),
        chosen=chosen,
        villages=villages,
        groups=in_groups(page.rows, chosen.by_village),
        next_cursor=page.next_cursor,
        is_first_page="after" not in request.args,
        forms={code: _(words) for code, words in FORMS.items()},
        classes={code: _(words) for code, words in CLASSES.items()},
        endpoints=current_app.view_functions,
    )


def in_groups(rows: Sequence[WorkRow], by_village: bool) -> list[tuple[str, list[WorkRow]]]:
    """(village, its rows) in order; one group without a name where the list goes by urgency."""
    if not by_village:
        return [("", list(rows))] if rows else []
    places = [list(group) for _code, group in groupby(rows, key=lambda row: row.area_code)]
    return [(place[0].village, place) for place in places]


def _by_tab(counts: OpenCounts) -> dict[str, int]:
    return {
        Bucket.OVERDUE: counts.overdue,
        Bucket.WEEK: counts.week,
        REASSESS: counts.to_reassess,
        Bucket.LATER: counts.later,
    }


def _chosen_tab(counts: dict[str, int]) -> str:
    """The tab asked for, or the first that holds anything."""
    asked = request.args.get("tab")
    if asked in TABS:
        return str(asked)
    return str(next((tab for tab in TABS if counts[tab]), Bucket.OVERDUE))


def _tab_links(tab: str, counts: dict[str, int], chosen: Filters) -> list[tuple[str, int, str, bool, str | None]]:
    by = BY_VILLAGE if chosen.by_village else None
    return [
        (
            _(TAB_WORDS[one]),
            counts[one],
            url_for("tasks.list_tasks", tab=str(one), by=by),
            one == tab,
            "late" if one == Bucket.OVERDUE else None,
        )
        for one in TABS
    ]

"""The clinician's home: today's list, the phone first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from flask import current_app, render_template, request, url_for

from app.core.access import Action, may
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.web import read_session
from app.desk.queries.caseload import next_due_on
from app.desk.queries.transfers import count_waiting
from app.desk.rules import WorkTab, bucket_of, first_tab
from app.desk.texts import VISIT_FORMS
from app.desk.views.clues import clue_home
from app.patients.labels import CLASS_LABELS
from app.people.vault import Vault
from app.tasks.queries import Filters, OpenCounts, WorkRow, count_open, worklist
from app.tasks.rules import TaskKind
from app.visits.queries_confirmation import count_unconfirmed
from app.visits.queries_national import count_owed

BY_VILLAGE = "village"


def today_list(actor: Actor) -> str:
    """The tab that was asked for, or the first that holds anything; by urgency, or by village for a day on the road."""
    session, today = read_session(), current_clock().today()
    counts = _by_tab(count_open(session, actor, today))
    tab = _tab(request.args.get("tab")) or first_tab(counts)
    by_village = request.args.get("by") == BY_VILLAGE
    filters = Filters(
        bucket=bucket_of(tab),
        kind=TaskKind.REASSESSMENT if tab is WorkTab.REASSESSMENT else None,
        by_village=by_village,
    )
    page = worklist(session, actor, filters, today, request.args.get("after"), vault=Vault(session, current_keyring()))
    return render_template(
        "desk/today.html",
        tab=tab,
        tabs=_tab_links(tab, counts, by_village),
        total=counts[tab],
        by_village=by_village,
        groups=_groups(page.rows, by_village),
        to_confirm=count_unconfirmed(session, actor) if may(actor, Action.CONFIRM_VISITS) else 0,
        national=count_owed(session, actor, today) if may(actor, Action.ENTER_NATIONAL) else (0, 0),
        next_cursor=page.next_cursor,
        is_first_page="after" not in request.args,
        next_due_on=None if page.rows else next_due_on(session, actor, today),
        forms={code: _(words) for code, words in VISIT_FORMS.items()},
        classes={code: _(words) for code, words in CLASS_LABELS.items()},
        endpoints=current_app.view_functions,
        moving=count_waiting(session, actor, today) if may(actor, Action.SEE_TRANSFERS) else None,
        clues=clue_home(session, actor),
    )


def _by_tab(counts: OpenCounts) -> dict[WorkTab, int]:
    return {
        WorkTab.OVERDUE: counts.overdue,
        WorkTab.WEEK: counts.week,
        WorkTab.REASSESSMENT: counts.to_reassess,
        WorkTab.LATER: counts.later,
    }


def _tab(text: str | None) -> WorkTab | None:
    return WorkTab(text) if text in set(WorkTab) else None


def _tab_links(
    tab: WorkTab, counts: dict[WorkTab, int], by_village: bool
) -> list[tuple[str, int, str, bool, str | None]]:
    words = {
        WorkTab.OVERDUE: _("逾期"),
        WorkTab.WEEK: _("本周"),
        WorkTab.REASSESSMENT: _("季度评估"),
        WorkTab.LATER: _("以后"),
    }
    by = BY_VILLAGE if by_village else None
    return [
        (
            words[part],
            counts[part],
            url_for("desk.home", tab=part.value, by=by),
            part is tab,
            "late" if part is WorkTab.OVERDUE else None,
        )
        for part in WorkTab
    ]


def _groups(rows: Sequence[WorkRow], by_village: bool) -> list[tuple[str, list[WorkRow]]]:
    """(village, its rows) in order; one group without a heading where the list goes by urgency."""
    if not by_village:
        return [("", list(rows))] if rows else []
    return [
        (near[0].village, near)
        for _code, group in groupby(rows, key=lambda row: row.area_code)
        if (near := list(group))
    ]

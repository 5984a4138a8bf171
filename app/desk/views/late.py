"""What is late and whose it is: on screen, on paper, in Excel, always the same rows."""

from __future__ import annotations

from datetime import date

from flask import Response, render_template, request, send_file
from sqlalchemy.orm import Session

from app.areas.queries import list_places, names_of, place_of
from app.areas.rules import CODE_LENGTH, PREFIX_LENGTHS, code_of
from app.audit.service import note
from app.core.access import Action, current_actor, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.i18n import _
from app.core.web import read_session
from app.desk.papers import late_workbook
from app.desk.queries.late import MOST, LateFilter, LateRow, count_by_agency, list_late, named_kinds
from app.desk.rules import COMPLIANCE, When, is_place, level_below
from app.desk.texts import TASK_KINDS
from app.desk.views.blueprint import desk
from app.tasks.rules import TaskKind
from app.visits.queries_national import count_late_by_owner

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@desk.route("/late")
@permit(Action.SEE_COMPLIANCE)
def late() -> str:
    actor, session, today = current_actor(), read_session(), current_clock().today()
    wanted, named = _wanted(actor), named_kinds(actor)
    page = list_late(session, actor, wanted, today, request.args.get("after"))
    return render_template(
        "desk/late.html",
        wanted=wanted,
        page=page,
        loads=count_by_agency(session, actor, wanted, today),
        national=count_late_by_owner(session, actor, wanted.place, today),
        places=_place_choices(session, actor),
        kinds=[(kind.value, _(TASK_KINDS[kind])) for kind in COMPLIANCE],
        kind_words=_kind_words(),
        names_all=named == frozenset(COMPLIANCE),
        names_some=wanted.kind is None or wanted.kind in named,
        order_place=code_of(wanted.place) if wanted.place else None,
        is_first_page="after" not in request.args,
        here=_address(wanted),
    )


@desk.route("/late/paper")
@permit(Action.SEE_COMPLIANCE)
def late_paper() -> str:
    """All rows of the list as a page to print; noted, because paper leaves the house."""
    actor, today = current_actor(), current_clock().today()
    wanted = _wanted(actor)
    rows, area = _take_out(actor, wanted, today, "desk.late_printed")
    return render_template(
        "desk/late_paper.html",
        wanted=wanted,
        rows=rows,
        area=area,
        kind_words=_kind_words(),
        printed_at=current_clock().now(),
        heading=_heading(wanted),
        is_cut=len(rows) == MOST,
    )


@desk.route("/late/workbook")
@permit(Action.SEE_COMPLIANCE)
def late_workbook_file() -> Response:
    """The same rows as a workbook; noted."""
    actor, today = current_actor(), current_clock().today()
    wanted = _wanted(actor)
    rows, area = _take_out(actor, wanted, today, "desk.late_exported")
    content = late_workbook(rows, f"{area} {_heading(wanted)}", actor.name, today, current_clock().now())
    return send_file(
        content, mimetype=XLSX, as_attachment=True, download_name=f"{_('督办清单')}-{today.isoformat()}.xlsx"
    )


def _take_out(actor: Actor, wanted: LateFilter, today: date, act: str) -> tuple[list[LateRow], str]:
    """Every row under the filter and the area's name, with the audit's note of how many left the house."""
    with transaction() as session:
        rows = list(list_late(session, actor, wanted, today, size=MOST).rows)
        code = wanted.place.ljust(CODE_LENGTH, "0") if wanted.place else place_of(actor)
        note(
            session,
            actor,
            act,
            now=current_clock().now(),
            area_code=code,
            count=len(rows),
            detail={"when": wanted.when.value, "kind": wanted.kind.value if wanted.kind else None},
        )
        return rows, names_of(session, [code])[code]


def _wanted(actor: Actor) -> LateFilter:
    """What the address asks for; whatever it does not say in a known way is left out."""
    when, kind, place = (request.args.get(name, "") for name in ("when", "kind", "place"))
    return LateFilter(
        when=When(when) if when in set(When) else When.LATE,
        kind=TaskKind(kind) if kind in COMPLIANCE else None,
        place=place if is_place(place, actor.area_prefix) else "",
        agency=request.args.get("agency", "")[:22],
    )


def _address(wanted: LateFilter) -> dict[str, str]:
    """The filter as address arguments, without what is not set."""
    known = {"when": wanted.when.value, "kind": wanted.kind or "", "place": wanted.place, "agency": wanted.agency}
    return {name: str(value) for name, value in known.items() if value}


def _place_choices(session: Session, actor: Actor) -> list[tuple[str, str]]:
    level = level_below(actor.area_prefix)
    length = PREFIX_LENGTHS[level]
    return [(area.code[:length], area.name) for area in list_places(session, actor.area_prefix, level)]


def _kind_words() -> dict[TaskKind, str]:
    return {kind: _(words) for kind, words in TASK_KINDS.items()}


def _heading(wanted: LateFilter) -> str:
    words = {When.LATE: _("逾期任务"), When.WEEK: _("本周到期任务"), When.OPEN: _("未办任务")}[wanted.when]
    return f"{words} · {_(TASK_KINDS[wanted.kind])}" if wanted.kind else words

"""The work list outside the screen: as a day sheet and as a workbook, the same rows under the same filters; both are noted."""

from __future__ import annotations

from flask import Response, request, send_file
from sqlalchemy.orm import Session

from app.areas.queries import names_of, office_of, place_of
from app.areas.rules import CODE_LENGTH
from app.audit.service import note
from app.core.access import Action, current_actor, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.papers import hand_out, paper
from app.desk.day_paper import day_sheet_pdf
from app.desk.papers import task_workbook as render_tasks
from app.desk.queries.day_sheet import beside
from app.desk.views.blueprint import desk
from app.people.vault import Vault
from app.tasks.forms import Asked
from app.tasks.queries import list_places, worklist
from app.tasks.rules import Bucket
from app.tasks.views import asked_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ON_PAPER = 100  # duties: more than anybody does in a day
IN_WORKBOOK = 5_000


@desk.route("/tasks/day-sheet")
@permit(Action.SEE_TASKS)
@paper
def day_sheet() -> Response:
    """随访日程单 of the first hundred duties under the filter."""
    actor, clock = current_actor(), current_clock()
    with transaction() as session:
        asked = _asked(session, actor)
        vault = Vault(session, current_keyring())
        rows = worklist(session, actor, asked.filters(asked.tab), clock.today(), size=ON_PAPER, vault=vault).rows
        others = beside(session, actor, (row.patient for row in rows), clock.today(), vault)
        _note(session, actor, "tasks.list_printed", asked, len(rows))
        area = _area(session, actor, asked)
        content = day_sheet_pdf(rows, others, office_of(session, actor), area, actor, clock.today(), clock.now())
    return hand_out(content, f"day-sheet-{clock.today().isoformat()}")


@desk.route("/tasks/workbook")
@permit(Action.SEE_TASKS)
def task_workbook() -> Response:
    """The same rows as a workbook, without telephone numbers."""
    actor, clock = current_actor(), current_clock()
    with transaction() as session:
        asked = _asked(session, actor)
        rows = worklist(session, actor, asked.filters(asked.tab), clock.today(), size=IN_WORKBOOK).rows
        others = beside(session, actor, (row.patient for row in rows), clock.today())
        _note(session, actor, "tasks.list_exported", asked, len(rows))
        title = f"{_area(session, actor, asked)} {_('任务清单')}"
    content = render_tasks(rows, others, title, actor.name, clock.today(), clock.now())
    name = f"{_('任务清单')}-{clock.today().isoformat()}.xlsx"
    return send_file(content, mimetype=XLSX, as_attachment=True, download_name=name)


def _asked(session: Session, actor: Actor) -> Asked:
    asked = asked_of(request.args, list_places(session, actor), actor)
    return asked if asked.tab else Asked(**{**vars(asked), "tab": str(Bucket.OVERDUE)})


def _area(session: Session, actor: Actor, asked: Asked) -> str:
    code = asked.place.ljust(CODE_LENGTH, "0") if asked.place else place_of(actor)
    return names_of(session, [code])[code]


def _note(session: Session, actor: Actor, act: str, asked: Asked, count: int) -> None:
    """How many duties left the house under which filter."""
    note(
        session,
        actor,
        act,
        now=current_clock().now(),
        area_code=place_of(actor),
        count=count,
        detail={"filters": asked.address()},
    )

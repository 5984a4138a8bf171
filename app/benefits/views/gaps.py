"""Entitled and not receiving, by village; the people behind a figure; which office decides on what."""

from __future__ import annotations

from flask import render_template, request, url_for

from app.areas.queries import full_names, list_towns
from app.areas.rules import code_of
from app.benefits.forms import OfficeForm
from app.benefits.labels import BENEFIT_KINDS, GAP_TONES, GAPS
from app.benefits.queries.gaps import count_gaps, list_gap
from app.benefits.queries.requests import count_requests, list_offices, list_possible_offices
from app.benefits.rules.benefit import BenefitKind, Gap
from app.benefits.service.asking import set_office
from app.benefits.views.blueprint import Answer, benefits, take
from app.core.access import Action, current_actor, may, permit
from app.core.clock import current_clock
from app.core.errors import NotFound
from app.core.forms import Form
from app.core.i18n import _
from app.core.web import read_session
from app.tasks.queries import Filters, count_open, worklist
from app.tasks.rules import TaskKind

# what a list may ask for: a gap with whatever waits for an answer
WANTED = {
    "missing": frozenset({Gap.MISSING, Gap.WAITING}),
    "check": frozenset({Gap.TO_CHECK}),
    "unknown": frozenset({Gap.UNKNOWN}),
}


@benefits.get("/benefits/")
@permit(Action.SEE_BENEFITS)
def index() -> str:
    """The area's gaps in figures, each leading to its list."""
    session, actor, today = read_session(), current_actor(), current_clock().today()
    towns = [(town.code[:9], town.name) for town in list_towns(session, actor)]
    place = _place(towns)
    return render_template(
        "benefits/index.html",
        gaps=count_gaps(session, actor, place, today),
        kinds=BENEFIT_KINDS,
        place=place,
        towns=towns if len(actor.area_prefix) < 9 else [],
        requests=count_requests(session, actor, today) if may(actor, Action.SEE_BENEFIT_REQUESTS) else None,
        due={
            kind: count_open(session, actor, today, Filters(kind=kind))
            for kind in (TaskKind.DYNAMIC_ENROLMENT, TaskKind.BENEFIT_RENEWAL)
        },
    )


@benefits.get("/benefits/gaps/<benefit>")
@permit(Action.SEE_BENEFITS)
def gap_list(benefit: str) -> str:
    """Who is entitled to a benefit and does not receive it (`?show=`), in the order of villages."""
    session, actor, today = read_session(), current_actor(), current_clock().today()
    if benefit not in set(BenefitKind):
        raise NotFound
    towns = [(town.code[:9], town.name) for town in list_towns(session, actor)]
    place = _place(towns)
    show = asked if (asked := request.args.get("show", "")) in WANTED else "missing"
    kind = BenefitKind(benefit)
    return render_template(
        "benefits/gap.html",
        kind=kind,
        kinds=BENEFIT_KINDS,
        show=show,
        place=place,
        page=list_gap(session, actor, kind, WANTED[show], place, today, request.args.get("after")),
        is_first_page="after" not in request.args,
        words=GAPS,
        tones=GAP_TONES,
    )


@benefits.get("/benefits/due")
@permit(Action.KEEP_BENEFITS)
def due() -> str:
    """Whom to insure at once, and what is to be renewed."""
    session, actor, today = read_session(), current_actor(), current_clock().today()
    kind = TaskKind.BENEFIT_RENEWAL if request.args.get("show") == "renewal" else TaskKind.DYNAMIC_ENROLMENT
    page = worklist(session, actor, Filters(kind=kind), today, request.args.get("after"))
    return render_template(
        "benefits/due.html",
        kind=kind,
        page=page,
        villages=full_names(session, {row.area_code for row in page.rows}),
        is_first_page="after" not in request.args,
    )


@benefits.get("/benefits/offices")
@permit(Action.SET_BENEFIT_OFFICES)
def offices() -> str:
    return _offices(OfficeForm(formdata=None))


@benefits.post("/benefits/offices", endpoint="set_office")
@permit(Action.SET_BENEFIT_OFFICES)
def name_office() -> Answer:
    """Requests for a benefit go to this office from now on."""
    form = OfficeForm()
    form.offer(list_possible_offices(read_session(), current_actor()))
    return take(
        form,
        lambda session, actor, _today, now: set_office(
            session, actor, BenefitKind(form.kind.data), int(form.agency.data), now
        ),
        _("办理单位已保存。"),
        _offices,
        lambda _done: url_for("benefits.offices"),
    )


def _offices(form: Form) -> str:
    session, actor = read_session(), current_actor()
    if isinstance(form, OfficeForm):
        form.offer(list_possible_offices(session, actor))
    return render_template(
        "benefits/offices.html",
        form=form,
        rows=list_offices(session, actor, code_of(actor.area_prefix[:6])),
        kinds=BENEFIT_KINDS,
    )


def _place(towns: list[tuple[str, str]]) -> str:
    """A town's prefix, or a village's code in one of these towns; anything else is the whole area."""
    asked = request.args.get("place", "")
    is_ours = asked.isascii() and asked.isdigit() and any(asked.startswith(prefix) for prefix, _name in towns)
    return asked if is_ours and len(asked) in (9, 12) else ""

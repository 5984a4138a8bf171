"""The individual plan of a patient (一人一策): as it stands, made anew, ticked off, printed for the family."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.areas.models import Agency
from app.audit.service import note
from app.audit.views import note_look
from app.core.access import Action, current_actor, may, permit
from app.core.clock import current_clock
from app.core.db import new_public_id, transaction
from app.core.errors import AnhuError, Forbidden, Invalid, NotFound
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.papers import hand_out, paper
from app.core.reasons import reason
from app.core.web import forget_reads, read_session, show_errors
from app.desk.forms.plans import PlanForm, begun
from app.desk.papers_plan import family_plan_pdf
from app.desk.queries.plan_facts import plan_facts
from app.desk.rules_plan import Suggested, suggest
from app.desk.views.blueprint import desk
from app.guardians.queries import list_guardians
from app.patients.commands_support import PlannedStep
from app.patients.labels import TEAM_PARTS
from app.patients.labels_support import PLAN_AIMS
from app.patients.models import Patient
from app.patients.queries import get_patient, header_of, lock_patient
from app.patients.queries.plans import Plan, get_plan, list_versions
from app.patients.queries.team import list_team
from app.patients.rules import RegistryStatus
from app.patients.service.plans import make_plan, tick_step, untick_step
from app.people.vault import Vault

Answer = str | BaseResponse | tuple[str, int]
WORDS = {"aim": PLAN_AIMS, "part": TEAM_PARTS}


@desk.route("/patients/<public_id>/plan")
@permit(Action.KEEP_PLANS)
def plan(public_id: str) -> str:
    """The plan that holds, or what one could begin with; `?version=` shows an older one."""
    actor, session, today = current_actor(), read_session(), current_clock().today()
    found, vault = get_patient(session, actor, public_id), Vault(session, current_keyring())
    note_look(("patient", public_id), found.area_code)
    shown = get_plan(session, vault, actor, found, request.args.get("version"), today)
    return render_template(
        "desk/plans/show.html",
        patient=header_of(session, actor, vault, found, today),
        plan=shown,
        versions=list_versions(session, actor, found),
        suggestions=_suggestions(found) if shown is None else [],
        team={member.part: member.name for member in list_team(session, actor, found)},
        is_registered=found.registry_status is RegistryStatus.REGISTERED,
        words=WORDS,
    )


@desk.route("/patients/<public_id>/plan/new", methods=["GET", "POST"])
@permit(Action.KEEP_PLANS)
def new_plan(public_id: str) -> Answer:
    """Begins with the steps that still wait and with what the record asks for; nothing is planned before it is saved."""
    actor, clock = current_actor(), current_clock()
    session = read_session()
    found, vault = get_patient(session, actor, public_id), Vault(session, current_keyring())
    present = get_plan(session, vault, actor, found, None, clock.today())
    suggestions = _beside(present, _suggestions(found))
    steps = [*_waiting(present), *(PlannedStep(one.aim, one.what, one.part, one.by_on) for one in suggestions)]
    wishes = present.wishes if present else ""
    form = PlanForm(data={"key": new_public_id(), "wishes": wishes, **begun(clock.today(), steps)})
    if request.method == "GET":
        note_look(("patient", public_id), found.area_code)
    elif form.validate():
        forget_reads()
        try:
            with transaction() as writing:
                patient = lock_patient(writing, actor, public_id)
                own = Vault(writing, current_keyring())
                make_plan(writing, own, actor, patient, form.to_command(), clock.today(), clock.now())
            flash(_("计划已保存"), "success")
            return redirect(url_for("desk.plan", public_id=public_id))
        except (NotFound, Forbidden):
            raise
        except AnhuError as refused:
            show_errors(form, refused)
    session = read_session()
    page = render_template(
        "desk/plans/edit.html",
        form=form,
        patient=header_of(session, actor, Vault(session, current_keyring()), get_patient(session, actor, public_id), clock.today()),
        because_of={one.what: one.because for one in suggestions},
        carried={step.what for step in _waiting(present)},
    )  # fmt: skip
    return page if request.method == "GET" else (page, 422)


@desk.route("/patients/<public_id>/plan/tick", methods=["POST"])
@permit(Action.KEEP_PLANS)
def tick(public_id: str) -> BaseResponse:
    """One step is done, or with `undo` not done after all."""
    actor, clock = current_actor(), current_clock()
    plan_id, line = request.form.get("plan", ""), request.form.get("line", "")
    with transaction() as session:
        patient = lock_patient(session, actor, public_id)
        if not plan_id or not (line.isascii() and line.isdigit() and len(line) < 3):
            raise Invalid({"line": [reason("core.nothing_chosen")]})
        if "undo" in request.form:
            untick_step(session, actor, patient, plan_id, int(line), clock.now())
        else:
            tick_step(session, actor, patient, plan_id, int(line), clock.today(), clock.now())
    return redirect(url_for("desk.plan", public_id=public_id) + f"#step-{line}", 303)


@desk.route("/patients/<public_id>/plan/paper")
@permit(Action.KEEP_PLANS)
@paper
def plan_paper(public_id: str) -> Response:
    """The plan that holds, for the family's wall; noted."""
    actor, clock = current_actor(), current_clock()
    with transaction() as session:
        found, vault = get_patient(session, actor, public_id), Vault(session, current_keyring())
        shown = get_plan(session, vault, actor, found, None, clock.today())
        if shown is None:
            raise NotFound
        note(
            session,
            actor,
            "desk.plan_printed",
            now=clock.now(),
            subject=("patient", public_id),
            area_code=found.area_code,
        )
        agency = session.get(Agency, found.agency_id) if found.agency_id else None
        content = family_plan_pdf(
            header_of(session, actor, vault, found, clock.today()),
            shown,
            list_team(session, actor, found),
            list_guardians(session, actor, vault, found),
            agency.phone if agency else None,
            actor,
            clock.now(),
        )
    return hand_out(content, "plan")


def _suggestions(patient: Patient) -> list[Suggested]:
    actor, today = current_actor(), current_clock().today()
    if patient.registry_status is not RegistryStatus.REGISTERED or not may(actor, Action.KEEP_PLANS):
        return []
    return suggest(plan_facts(read_session(), actor, patient, today), today)


def _waiting(present: Plan | None) -> list[PlannedStep]:
    """Steps of the plan that holds which are not done; a day that has passed is set anew."""
    today = current_clock().today()
    steps = present.steps if present else ()
    return [
        PlannedStep(step.aim, step.what, step.part, max(step.by_on, today)) for step in steps if step.done_on is None
    ]


def _beside(present: Plan | None, suggestions: Sequence[Suggested]) -> list[Suggested]:
    """Without those that the plan has already."""
    known = {step.what for step in present.steps} if present else set()
    return [one for one in suggestions if one.what not in known]

"""What follows from an incident: proposed, because, and whose decision it is."""

from __future__ import annotations

from flask import render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.audit.views import note_look
from app.core.access import Action, current_actor, may, permit
from app.core.clock import current_clock
from app.core.errors import NotFound
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.web import read_session
from app.incidents.forms.incidents import DecideForm
from app.incidents.queries.deciding import Effect, Effects, effects_of, group_members
from app.incidents.queries.incidents import get_to_decide, list_incidents
from app.incidents.rules.incidents import AFTER_FAULT, DECIDED_BY, IncidentState, Matter
from app.incidents.service.deciding import decide as store
from app.incidents.service.deciding import proposed_visit, why_not
from app.incidents.views.blueprint import incidents
from app.incidents.views.reports import words
from app.incidents.views.storing import stored
from app.people.vault import Vault

Answer = str | BaseResponse | tuple[str, int]


@incidents.route("/effects/")
@permit(Action.DECIDE_ON_INCIDENTS)
def list_to_decide() -> str:
    """Confirmed incidents with something that is the reader's to decide, as far as their role may know of them."""
    actor = current_actor()
    mine = [matter for matter in Matter if actor.role in DECIDED_BY[matter]]
    page = list_incidents(read_session(), actor, request.args.get("after"), waits_for=mine)
    rows = [(row, [matter for matter in row.waits if matter in mine]) for row in page.rows]
    return render_template(
        "incidents/to_decide.html",
        page=page,
        rows=[(row, waits) for row, waits in rows if waits],
        is_first_page="after" not in request.args,
        words=words(),
    )


@incidents.route("/reports/<public_id>/effects")
@permit(Action.DECIDE_ON_INCIDENTS)
def effects(public_id: str) -> str:
    actor, session = current_actor(), read_session()
    incident = get_to_decide(session, actor, public_id)
    note_look(("incident", public_id), incident.area_code)
    found = effects_of(session, actor, Vault(session, current_keyring()), incident)
    return render_template(
        "incidents/effects.html",
        found=found,
        is_confirmed=incident.state is IncidentState.CONFIRMED,
        why_not={one.matter: why_not(session, actor, incident, one.matter) for one in found.effects},
        sees_incident=may(actor, Action.SEE_INCIDENTS),
        sees_register=may(actor, Action.SEE_REGISTER),
        sees_money=may(actor, Action.SEE_SUBSIDY),
        sees_guardians=may(actor, Action.SEE_GUARDIANS),
        words=words(),
    )


@incidents.route("/reports/<public_id>/effects/<matter>", methods=["GET", "POST"])
@permit(Action.DECIDE_ON_INCIDENTS)
def decide(public_id: str, matter: str) -> Answer:
    """One decision; a guardian of the patient is told that they have no part in it."""
    actor, session, clock = current_actor(), read_session(), current_clock()
    incident = get_to_decide(session, actor, public_id)
    vault = Vault(session, current_keyring())
    found = effects_of(session, actor, vault, incident)
    effect = _find(found, matter)
    refused = why_not(session, actor, incident, effect.matter)
    members = group_members(session, actor, incident) if effect.matter is Matter.FAULT and not refused else []
    form = DecideForm(
        data={
            "after": effect.decided.number if effect.decided else 0,
            "outcome": effect.proposal.outcome,
            "visit_by": proposed_visit(incident, clock.today()),
        }
    )
    form.shape(effect.matter, [(user.public_id, f"{user.display_name} · {agency.name if agency else ''}".rstrip(" ·")) for user, agency in members])  # fmt: skip
    if request.method == "POST" and (refused is not None or form.validate()):
        command, today, now = form.to_command(effect.matter), clock.today(), clock.now()
        done = stored(
            form,
            lambda writing, sealing: store(
                writing, sealing, actor, get_to_decide(writing, actor, public_id, lock=True), command, today, now
            ),
            _("已记下决定"),
            url_for("incidents.effects", public_id=public_id),
        )
        if done is not None:
            return done
    page = render_template(
        "incidents/decide.html",
        found=found,
        effect=effect,
        form=form,
        refused=refused,
        is_waiting=effect.matter in AFTER_FAULT and effect.proposal.outcome is None,
        is_confirmed=incident.state is IncidentState.CONFIRMED,
        words=words(),
    )
    return page if request.method == "GET" else (page, 422)


def _find(found: Effects, matter: str) -> Effect:
    for effect in found.effects:
        if effect.matter == matter:
            return effect
    raise NotFound

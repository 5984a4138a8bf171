"""What conferences ask of one's own agency: invitations and decisions, in an inbox of its own."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.areas.queries import agency_names
from app.audit.queries import may_look
from app.audit.views import note_look
from app.core.access import Action, current_actor, may, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Forbidden, Invalid
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.reasons import reason
from app.core.web import forget_reads, read_session
from app.incidents.forms.conferences import AnswerDecisionForm, InvitationForm, SteerForm
from app.incidents.models import Conference
from app.incidents.queries import decisions as queries
from app.incidents.rules.conferences import PENDING, ConferenceState, DecisionState
from app.incidents.service import decisions as service
from app.incidents.service.conferences import answer_invitation as store_answer
from app.incidents.views.blueprint import incidents
from app.incidents.views.conferences import words
from app.incidents.views.storing import stored
from app.people.vault import Vault

Answer = str | BaseResponse | tuple[str, int]


@incidents.route("/decisions/")
@permit(Action.ANSWER_DECISIONS)
def list_decisions() -> str:
    actor, session, clock = current_actor(), read_session(), current_clock()
    after = request.args.get("after")
    return render_template(
        "incidents/decisions.html",
        page=queries.list_decisions(session, actor, clock.today(), clock.now(), after),
        invitations=queries.list_invitations(session, actor, clock.now()) if after is None else [],
        is_first_page=after is None,
        words=words(),
    )


@incidents.route("/invitations/<public_id>", methods=["GET", "POST"])
@permit(Action.ANSWER_DECISIONS)
def answer_invitation(public_id: str) -> Answer:
    actor, session = current_actor(), read_session()
    invitee = queries.get_invitation(session, actor, public_id)
    conference = session.get_one(Conference, invitee.conference_id)
    form = InvitationForm(data={"answer": invitee.answer, "attendee": invitee.attendee})
    if request.method == "POST" and form.validate():
        now, back = current_clock().now(), _back(conference, is_own=invitee.agency_id == actor.agency_id)
        done = stored(
            form,
            lambda writing, _vault: store_answer(
                writing, actor, queries.get_invitation(writing, actor, public_id), form.to_command(), now
            ),
            _("已答复"),
            back,
        )
        if done is not None:
            return done
    page = render_template(
        "incidents/invitation.html",
        form=form,
        conference=conference,
        agenda=queries.count_agenda(session, invitee),
        is_planned=conference.state is ConferenceState.PLANNED,
        back=_back(conference, is_own=invitee.agency_id == actor.agency_id),
        agency=None
        if invitee.agency_id == actor.agency_id
        else agency_names(session, [invitee.agency_id])[invitee.agency_id],
        words=words(),
    )
    return page if request.method == "GET" else (page, 422)


def _back(conference: Conference, *, is_own: bool) -> str:
    if is_own:
        return url_for("incidents.list_decisions")
    return url_for("incidents.show_conference", public_id=conference.public_id)


@incidents.route("/decisions/<public_id>", methods=["GET", "POST"])
@permit(Action.ANSWER_DECISIONS)
def show_decision(public_id: str) -> Answer:
    actor, session, clock = current_actor(), read_session(), current_clock()
    decision = queries.get_decision(session, actor, public_id)
    form = AnswerDecisionForm(data={"version": decision.version})
    if request.method == "GET":
        looked = (queries.LOOK, public_id)
        if decision.state in PENDING and not may_look(session, actor, looked, clock.today()):
            raise Forbidden(reason("incidents.decision.ten_a_day"))
        note_look(looked, decision.area_code)
    elif form.validate():
        now = clock.now()
        done = stored(
            form,
            lambda writing, vault: service.answer_decision(
                writing,
                vault,
                actor,
                queries.get_decision(writing, actor, public_id, lock=True),
                form.to_command(),
                now,
            ),
            _("已登记办理情况"),
            url_for("incidents.list_decisions"),
        )
        if done is not None:
            return done
    session = read_session()
    decision = queries.get_decision(session, actor, public_id)
    page = render_template(
        "incidents/decision.html",
        sheet=queries.open_decision(session, actor, Vault(session, current_keyring()), decision, clock.today()),
        form=form,
        is_mine=decision.agency_id == actor.agency_id and decision.state in PENDING,
        stands_in=decision.state in PENDING
        and queries.may_stand_in(session, actor, decision.agency_id, decision.area_code),
        may_steer=may(actor, Action.HOLD_CONFERENCES),
        is_open=decision.state in PENDING,
        is_refused=decision.state is DecisionState.REFUSED,
        words=words(),
    )
    return page if request.method == "GET" else (page, 422)


@incidents.route("/decisions/<public_id>/steer", methods=["POST"])
@permit(Action.HOLD_CONFERENCES)
def steer_decision(public_id: str) -> BaseResponse:
    """Asked again after a refusal, or withdrawn."""
    actor, form = current_actor(), SteerForm()
    queries.get_decision(read_session(), actor, public_id)
    command = form.to_command() if form.validate() else None
    if command is None:
        raise Invalid({"to": [reason("core.nothing_chosen")]})
    forget_reads()
    with transaction() as session:
        locked = queries.get_decision(session, actor, public_id, lock=True)
        vault = Vault(session, current_keyring())
        service.steer_decision(session, vault, actor, locked, command, current_clock().now())
    flash(_("已更新"))
    return redirect(url_for("incidents.show_decision", public_id=public_id))

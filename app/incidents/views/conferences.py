"""Conferences: called, prepared, held, written down."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.areas.queries import names_of, place_of
from app.core.access import Action, current_actor, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import new_public_id, transaction
from app.core.errors import Invalid
from app.core.fields import choices
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.papers import hand_out, paper
from app.core.reasons import reason, say
from app.core.web import forget_reads, read_session
from app.incidents import labels_conferences as labels
from app.incidents.forms.conferences import CallForm, ChooseForm, DecisionForm, MinuteForm, MoveForm
from app.incidents.forms.incidents import VersionForm
from app.incidents.marks import printed
from app.incidents.models import Conference
from app.incidents.papers_conferences import minutes_pdf
from app.incidents.queries import conferences as queries
from app.incidents.queries.agenda import suggest
from app.incidents.rules.conferences import ConferenceState
from app.incidents.service import conferences as service
from app.incidents.views.blueprint import incidents
from app.incidents.views.storing import stored
from app.people.vault import Vault

Answer = str | BaseResponse | tuple[str, int]
Act = Callable[[Session, Vault, Conference], Any]


def words() -> dict[str, Any]:
    return {name.lower(): getattr(labels, name) for name in dir(labels) if name.isupper()}


@incidents.route("/conferences/")
@permit(Action.HOLD_CONFERENCES)
def list_conferences() -> str:
    after = request.args.get("after")
    page = queries.list_conferences(read_session(), current_actor(), current_clock().today(), after)
    return render_template("incidents/conferences.html", page=page, is_first_page=after is None, words=words())


@incidents.route("/conferences/new", methods=["GET", "POST"])
@permit(Action.HOLD_CONFERENCES)
def call_conference() -> Answer:
    actor, form = current_actor(), CallForm(data={"key": new_public_id()})
    form.agencies.choices = choices(_agencies(actor))
    if request.method == "POST" and form.validate():
        now = current_clock().now()
        done = stored(
            form,
            lambda session, _vault: service.call_conference(session, actor, form.to_command(), now).public_id,
            _("已召集，请选择议题"),
            lambda called: url_for("incidents.choose_items", public_id=called),
        )
        if done is not None:
            return done
    page = render_template("incidents/conference_new.html", form=form)
    return page if request.method == "GET" else (page, 422)


@incidents.route("/conferences/<public_id>")
@permit(Action.HOLD_CONFERENCES)
def show_conference(public_id: str) -> str:
    return _page(queries.get_conference(read_session(), current_actor(), public_id))


@incidents.route("/conferences/<public_id>/agenda", methods=["GET", "POST"])
@permit(Action.HOLD_CONFERENCES)
def choose_items(public_id: str) -> Answer:
    """What calls for several agencies: alerts, incidents, forms and decisions that are late, requests; each with its because."""
    actor, session, clock = current_actor(), read_session(), current_clock()
    conference = queries.get_conference(session, actor, public_id)
    offered = {one.key: one for one in suggest(session, actor, conference, clock.today(), clock.now())}
    form = ChooseForm()
    form.offer((key, f"{one.name} · {one.village}：{_('；').join(say(why) for why in one.item.because)}") for key, one in offered.items())  # fmt: skip
    if request.method == "POST" and form.validate():
        chosen = [offered[key].item for key in form.chosen.data or ()]
        done = _acted(
            form,
            public_id,
            lambda writing, _vault, one: service.add_items(writing, actor, one, chosen, clock.now()),
            _("议题已更新"),
        )
        if done is not None:
            return done
    page = render_template(
        "incidents/conference_agenda.html", form=form, conference=conference, offered=offered, words=words()
    )
    return page if request.method == "GET" else (page, 422)


@incidents.route("/conferences/<public_id>/items/<item_id>/remove", methods=["POST"])
@permit(Action.HOLD_CONFERENCES)
def take_off(public_id: str, item_id: str) -> BaseResponse:
    actor, now = current_actor(), current_clock().now()
    forget_reads()
    with transaction() as session:
        conference = queries.get_conference(session, actor, public_id, lock=True)
        service.take_off(session, actor, conference, item_id, now)
    flash(_("已移除"))
    return redirect(url_for("incidents.show_conference", public_id=public_id))


@incidents.route("/conferences/<public_id>/invitees", methods=["GET", "POST"])
@permit(Action.HOLD_CONFERENCES)
def invite(public_id: str) -> Answer:
    actor, session = current_actor(), read_session()
    conference = queries.get_conference(session, actor, public_id)
    asked = {one.agency_id for one in queries.list_invitees(session, conference)}
    form = ChooseForm()
    form.offer(_agencies(actor, queries.villages_of(session, conference), asked))
    if request.method == "POST" and form.validate():
        now, chosen = current_clock().now(), form.chosen.data or ()
        done = _acted(
            form, public_id, lambda writing, _vault, one: service.invite(writing, actor, one, chosen, now), _("已邀请")
        )
        if done is not None:
            return done
    page = render_template("incidents/conference_choose.html", form=form, conference=conference, title=_("邀请单位"))
    return page if request.method == "GET" else (page, 422)


@incidents.route("/conferences/<public_id>/move", methods=["GET", "POST"])
@permit(Action.HOLD_CONFERENCES)
def move(public_id: str) -> Answer:
    """Another time or place; whoever is asked is told again."""
    actor = current_actor()
    conference = queries.get_conference(read_session(), actor, public_id)
    begun = {"version": conference.version, "meets_at": conference.meets_at, "place": conference.place}
    form = MoveForm(data=begun)
    if request.method == "POST" and form.validate():
        now = current_clock().now()
        done = _acted(
            form,
            public_id,
            lambda writing, _vault, one: service.move_conference(writing, actor, one, form.to_command(), now),
            _("已改期，并已通知邀请单位重新答复"),
        )
        if done is not None:
            return done
    page = render_template("incidents/conference_move.html", form=form, conference=conference)
    return page if request.method == "GET" else (page, 422)


@incidents.route("/conferences/<public_id>/hold", methods=["GET", "POST"])
@permit(Action.HOLD_CONFERENCES)
def hold(public_id: str) -> Answer:
    """Who came."""
    actor, session = current_actor(), read_session()
    conference = queries.get_conference(session, actor, public_id)
    sheet = _sheet(conference)
    coming = [one.invitee.public_id for one in sheet.invitees if one.invitee.answer in ("coming", "deputy")]
    form = ChooseForm(data={"chosen": coming})
    form.offer((one.invitee.public_id, f"{one.agency} {one.invitee.attendee}".strip()) for one in sheet.invitees)
    if request.method == "POST" and form.validate():
        now, present = current_clock().now(), form.chosen.data or ()
        done = _acted(
            form,
            public_id,
            lambda writing, _vault, one: service.hold(writing, actor, one, present, now),
            _("已登记到会"),
        )
        if done is not None:
            return done
    page = render_template(
        "incidents/conference_choose.html", form=form, conference=conference, title=_("登记到会单位")
    )
    return page if request.method == "GET" else (page, 422)


@incidents.route("/conferences/<public_id>/items/<item_id>", methods=["GET", "POST"])
@permit(Action.HOLD_CONFERENCES)
def minute_item(public_id: str, item_id: str) -> Answer:
    """What was said on one point, and what is decided about it."""
    actor, session = current_actor(), read_session()
    conference = queries.get_conference(session, actor, public_id)
    item = queries.get_item(session, actor, conference, item_id)
    row = next(one for one in _sheet(conference).items if one.item.id == item.id)
    form = MinuteForm(data={"result": item.result, "words": row.words})
    if request.method == "POST" and form.validate():
        now = current_clock().now()
        done = _acted(
            form,
            public_id,
            lambda writing, vault, one: service.minute_item(
                writing, vault, actor, one, item_id, form.to_command(), now
            ),
            _("已记录"),
        )
        if done is not None:
            return done
    page = render_template("incidents/conference_item.html", form=form, conference=conference, row=row, words=words())
    return page if request.method == "GET" else (page, 422)


@incidents.route("/conferences/<public_id>/items/<item_id>/decisions/new", methods=["GET", "POST"])
@permit(Action.HOLD_CONFERENCES)
def take_decision(public_id: str, item_id: str) -> Answer:
    actor, session, clock = current_actor(), read_session(), current_clock()
    conference = queries.get_conference(session, actor, public_id)
    item = queries.get_item(session, actor, conference, item_id)
    form = DecisionForm(data={"key": new_public_id()})
    form.agency.offer(_agencies(actor, [item.area_code]))
    if request.method == "POST" and form.validate():
        done = _acted(
            form,
            public_id,
            lambda writing, vault, one: service.take_decision(
                writing, vault, actor, one, item_id, form.to_command(), clock.today(), clock.now()
            ),
            _("已议定，办理单位会在待办中看到"),
        )
        if done is not None:
            return done
    page = render_template("incidents/conference_decide.html", form=form, conference=conference)
    return page if request.method == "GET" else (page, 422)


@incidents.route("/conferences/<public_id>/minutes", methods=["POST"])
@permit(Action.HOLD_CONFERENCES)
def close_minutes(public_id: str) -> Answer:
    return _settled(public_id, service.close_minutes, _("纪要已成文"))


@incidents.route("/conferences/<public_id>/call-off", methods=["POST"])
@permit(Action.HOLD_CONFERENCES)
def call_off(public_id: str) -> Answer:
    return _settled(public_id, service.call_off, _("会议已取消"))


@incidents.route("/conferences/<public_id>/paper")
@permit(Action.HOLD_CONFERENCES)
@paper
def minutes_paper(public_id: str) -> Response:
    """Minutes, marked and on record; before the meeting the agenda with room to write."""
    actor, clock = current_actor(), current_clock()
    with transaction() as session:
        conference = queries.get_conference(session, actor, public_id)
        sheet = queries.open_conference(session, actor, Vault(session, current_keyring()), conference, clock.today())
        place = names_of(session, [conference.area_code])[conference.area_code]
        own = names_of(session, [place_of(actor)])[place_of(actor)]
        content = printed(
            session,
            current_keyring(),
            actor,
            "incidents.minutes_printed",
            ("conference", public_id),
            conference.area_code,
            str(conference.version),
            clock.now(),
            lambda mark: minutes_pdf(sheet, place, own, actor, clock.now(), mark),
        )
    return hand_out(content, "conference-minutes")


# -- storing and showing -----------------------------------------------------------------------------------------------


def _agencies(actor: Actor, villages: Collection[str] = (), but: Collection[int] = ()) -> list[tuple[str, str]]:
    """Those that can be asked; whoever has no account that may answer is told by letter or telephone."""
    session = read_session()
    offered = [one for one in queries.list_agencies_to_ask(session, actor, villages) if one.id not in but]
    here = queries.working_here(session, [one.id for one in offered])
    return [(one.public_id, one.name if one.id in here else _("%(agency)s（须另行通知）", agency=one.name)) for one in offered]  # fmt: skip


def _acted(form: Any, public_id: str, act: Act, said: str) -> BaseResponse | None:
    actor, where = current_actor(), url_for("incidents.show_conference", public_id=public_id)
    return stored(
        form,
        lambda session, vault: act(session, vault, queries.get_conference(session, actor, public_id, lock=True)),
        said,
        where,
    )


def _settled(public_id: str, act: Callable[..., None], said: str) -> Answer:
    actor, now, form = current_actor(), current_clock().now(), VersionForm()
    queries.get_conference(read_session(), actor, public_id)
    if not form.validate():
        raise Invalid({"version": [reason("core.nothing_chosen")]})
    done = _acted(form, public_id, lambda session, _vault, one: act(session, actor, one, form.number, now), said)
    return done or (_page(queries.get_conference(read_session(), actor, public_id), form), 422)


def _sheet(conference: Conference) -> queries.ConferenceSheet:
    actor, session = current_actor(), read_session()
    vault = Vault(session, current_keyring())
    return queries.open_conference(session, actor, vault, conference, current_clock().today())


def _page(conference: Conference, form: Any = None) -> str:
    sheet = _sheet(conference)
    return render_template(
        "incidents/conference.html",
        sheet=sheet,
        form=form or VersionForm(formdata=None, data={"version": conference.version}),
        is_planned=conference.state is ConferenceState.PLANNED,
        is_held=conference.state is ConferenceState.HELD,
        may_close=conference.state is ConferenceState.HELD and all(one.item.result for one in sheet.items),
        words=words(),
    )

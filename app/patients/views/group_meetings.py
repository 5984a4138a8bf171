"""A joint group's meetings: recorded, and their minutes on paper."""

from __future__ import annotations

from datetime import date

from flask import Response, flash, redirect, render_template, request, url_for

from app.areas.queries import office_of
from app.audit.service import note
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.dates import parse_date
from app.core.db import transaction
from app.core.errors import AnhuError, NotFound
from app.core.i18n import _
from app.core.papers import hand_out, paper
from app.core.web import forget_reads, read_session
from app.patients.forms_groups import MeetingForm, MeetingMistakeForm
from app.patients.papers_groups import minutes_pdf
from app.patients.queries.groups import get_group, get_meeting, list_members, lock_group
from app.patients.rules_support import MeetingMistake
from app.patients.service import groups as service
from app.patients.views.blueprint import patients
from app.patients.views.groups import Answer, names_on, open_members, show_refusal


@patients.route("/groups/<public_id>/meetings/new", methods=["GET", "POST"])
@permit(Action.KEEP_GROUPS)
def new_meeting(public_id: str) -> Answer:
    actor, clock = current_actor(), current_clock()
    group = get_group(read_session(), actor, public_id)
    members = open_members(group)
    form, status = MeetingForm(data={"held_on": clock.today(), "present": [code for code, _name in members]}), 200
    form.offer((int(code), name) for code, name in members)
    if request.method == "POST":
        status = 422
        if form.validate():
            forget_reads()
            try:
                with transaction() as session:
                    own = get_group(session, actor, public_id)
                    service.record_meeting(session, actor, own, form.to_command(), clock.today(), clock.now())
                flash(_("会议已登记"), "success")
                return redirect(url_for("patients.show_group", public_id=public_id))
            except AnhuError as refused:
                show_refusal(form, refused)
            group = get_group(read_session(), actor, public_id)
    page = render_template(
        "patients/groups/meeting.html", form=form, group=group, has_members=bool(members), **names_on(group)
    )
    return page if status == 200 else (page, status)


@patients.route("/groups/<public_id>/meetings/<held_on>/wrong", methods=["GET", "POST"])
@permit(Action.KEEP_GROUPS)
def mark_meeting_wrong(public_id: str, held_on: str) -> Answer:
    """What was wrong with the record. It stays on the group's page, marked, and the day may be recorded anew."""
    actor, now, day = current_actor(), current_clock().now(), _day(held_on)
    group = get_group(read_session(), actor, public_id)
    meeting = get_meeting(read_session(), actor, group, day)
    form = MeetingMistakeForm()
    if request.method == "POST" and form.validate():
        forget_reads()
        with transaction() as session:
            own = lock_group(session, actor, public_id)
            service.withdraw_meeting(session, actor, own, day, MeetingMistake(form.mistake.data), now)
        flash(_("已标为误登，原记录保留可查"), "success")
        return redirect(url_for("patients.show_group", public_id=public_id), 303)
    page = render_template("patients/groups/wrong.html", form=form, group=group, meeting=meeting, **names_on(group))
    return page if request.method == "GET" else (page, 422)


@patients.route("/groups/<public_id>/meetings/<held_on>/paper")
@permit(Action.SEE_GROUPS)
@paper
def meeting_paper(public_id: str, held_on: str) -> Response:
    """小组会议记录; noted."""
    actor, now = current_actor(), current_clock().now()
    with transaction() as session:
        group = get_group(session, actor, public_id)
        meeting = get_meeting(session, actor, group, _day(held_on))
        note(
            session,
            actor,
            "patients.group_meeting_printed",
            now=now,
            subject=("group", public_id),
            area_code=group.area_code,
        )
        agency = office_of(session, actor)
        place = names_on(group, session)["place"]
        content = minutes_pdf(group, place, list_members(session, actor, group), meeting, agency, actor, now)
    return hand_out(content, "minutes")


def _day(text: str) -> date:
    try:
        return parse_date(text)
    except ValueError:
        raise NotFound from None

"""Joint groups of towns and villages: coverage, one group's members and meetings, minutes on paper."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.areas.queries import list_places, names_of, place_of
from app.areas.rules import PREFIX_LENGTHS, AreaLevel
from app.audit.service import note
from app.core.access import Action, current_actor, may, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import AnhuError, Forbidden, Invalid, NotFound
from app.core.i18n import _
from app.core.identity import mask_phone
from app.core.quarter import Quarter
from app.core.rates import rate
from app.core.reasons import reason, say_quarter
from app.core.web import forget_reads, read_session, show_errors
from app.patients.forms_groups import EndMemberForm, FoundForm, MemberForm
from app.patients.labels import TEAM_PARTS
from app.patients.labels_support import GROUP_KINDS, MEETING_DECISIONS, MEETING_MISTAKES, MEETING_OWNERS, MEETING_TOPICS
from app.patients.models import JointGroup
from app.patients.papers_groups import coverage_workbook, decisions_of, topics_of
from app.patients.queries.groups import (
    Missing,
    coverage,
    get_group,
    list_members,
    list_missing,
    list_owed_meetings,
    lock_group,
    sheet_of,
    total_of,
)
from app.patients.rules_support import meeting_owner
from app.patients.service import groups as service
from app.patients.views.blueprint import patients

Answer = str | BaseResponse | tuple[str, int]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@patients.route("/groups/")
@permit(Action.SEE_GROUPS)
def groups() -> str:
    """Which places have a group and which have met this quarter; a village sees its own."""
    actor, session, today = current_actor(), read_session(), current_clock().today()
    parts = coverage(session, actor, today)
    return render_template(
        "patients/groups/coverage.html",
        parts=parts,
        total=total_of(parts),
        quarter=say_quarter(Quarter.of(today)),
        last_day=Quarter.of(today).last_day,
        by_place=len(actor.area_prefix) >= PREFIX_LENGTHS[AreaLevel.TOWN],
        owed=list_owed_meetings(session, actor, today),
        kinds=GROUP_KINDS,
        share=rate,
    )


@patients.route("/groups/missing")
@permit(Action.SEE_GROUPS)
def groups_missing() -> str:
    """Places without a group, or whose group has not met; by town."""
    actor, session, today = current_actor(), read_session(), current_clock().today()
    what = Missing(asked) if (asked := request.args.get("what", "")) in set(Missing) else Missing.GROUP
    towns = [(town.code[:9], town.name) for town in list_places(session, actor.area_prefix, AreaLevel.TOWN)]
    place = said if (said := request.args.get("place", "")) in {prefix for prefix, _name in towns} else ""
    return render_template(
        "patients/groups/missing.html",
        what=what,
        kinds=Missing,
        place=place,
        towns=towns,
        page=list_missing(session, actor, what, place, today, request.args.get("after")),
        is_first_page="after" not in request.args,
        quarter=say_quarter(Quarter.of(today)),
    )


@patients.route("/groups/workbook")
@permit(Action.SEE_GROUPS)
def groups_workbook() -> Response:
    """The coverage as a workbook; noted."""
    actor, clock = current_actor(), current_clock()
    with transaction() as session:
        parts = coverage(session, actor, clock.today())
        code = place_of(actor)
        area = names_of(session, [code])[code]
        note(session, actor, "patients.group_coverage_exported", now=clock.now(), area_code=code, count=len(parts))
    title = f"{area} {say_quarter(Quarter.of(clock.today()))} {_('小组覆盖情况')}"
    content = coverage_workbook(parts, total_of(parts), title, actor.name, clock.today(), clock.now())
    name = f"{_('小组覆盖情况')}-{clock.today().isoformat()}.xlsx"
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


@patients.route("/groups/new", methods=["GET", "POST"])
@permit(Action.KEEP_GROUPS)
def new_group() -> Answer:
    actor, clock = current_actor(), current_clock()
    form = FoundForm(data={"area_code": request.args.get("area"), "founded_on": clock.today()})
    form.area_code.group(_places_to_choose(read_session(), actor))
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            forget_reads()
            try:
                with transaction() as session:
                    made = service.found_group(
                        session, actor, form.area_code.data, form.founded_on.data, clock.today(), clock.now()
                    )
                    where = url_for("patients.show_group", public_id=made.public_id)
                flash(_("小组已建立，请登记成员"), "success")
                return redirect(where)
            except AnhuError as refused:
                show_refusal(form, refused)
    page = render_template("patients/groups/new.html", form=form)
    return page if status == 200 else (page, status)


@patients.route("/groups/<public_id>")
@permit(Action.SEE_GROUPS)
def show_group(public_id: str) -> str:
    return _group_page(public_id)


@patients.route("/groups/<public_id>/phone", methods=["POST"])
@permit(Action.SEE_GROUPS)
def group_phone(public_id: str) -> str:
    """One member's number in full, for once and on the record."""
    actor, now = current_actor(), current_clock().now()
    member_id = request.form.get("member", "")
    with transaction() as session:
        group = get_group(session, actor, public_id)
        phone = service.show_member_phone(session, actor, group, _number(member_id), now)
    forget_reads()
    return _group_page(public_id, (int(member_id), phone))


@patients.route("/groups/<public_id>/members", methods=["GET", "POST"])
@permit(Action.KEEP_GROUPS)
def group_member(public_id: str) -> Answer:
    """Somebody joins."""
    actor, clock = current_actor(), current_clock()
    form, status = MemberForm(data={"from_on": clock.today()}), 200
    group = get_group(read_session(), actor, public_id)
    if request.method == "POST":
        status = 422
        if form.validate():
            forget_reads()
            try:
                with transaction() as session:
                    own = lock_group(session, actor, public_id)
                    service.add_group_member(session, actor, own, form.to_command(), clock.today(), clock.now())
                flash(_("已保存"), "success")
                return redirect(url_for("patients.show_group", public_id=public_id))
            except AnhuError as refused:
                show_refusal(form, refused)
            group = get_group(read_session(), actor, public_id)
    page = render_template("patients/groups/member.html", form=form, group=group, **names_on(group))
    return page if status == 200 else (page, status)


@patients.route("/groups/<public_id>/members/end", methods=["GET", "POST"])
@permit(Action.KEEP_GROUPS)
def end_group_member(public_id: str) -> Answer:
    """Somebody leaves, on a day."""
    actor, clock = current_actor(), current_clock()
    group = get_group(read_session(), actor, public_id)
    form, status = EndMemberForm(data={"member": request.args.get("member"), "on": clock.today()}), 200
    form.member.offer(open_members(group))
    if request.method == "POST":
        status = 422
        if form.validate():
            forget_reads()
            try:
                with transaction() as session:
                    own = get_group(session, actor, public_id)
                    service.end_group_member(
                        session, actor, own, _number(form.member.data), form.on.data, clock.today(), clock.now()
                    )
                flash(_("已保存"), "success")
                return redirect(url_for("patients.show_group", public_id=public_id))
            except AnhuError as refused:
                show_refusal(form, refused)
            group = get_group(read_session(), actor, public_id)
    page = render_template("patients/groups/end.html", form=form, group=group, **names_on(group))
    return page if status == 200 else (page, status)


def _group_page(public_id: str, shown: tuple[int, str] | None = None) -> str:
    """`shown`: the member whose number was asked for, and it."""
    actor, session, today = current_actor(), read_session(), current_clock().today()
    group = get_group(session, actor, public_id)
    sheet = sheet_of(session, actor, group, today)
    quarter = Quarter.of(today)
    owed = reason("patients.group.quarterly", quarter=quarter, on=quarter.last_day) if sheet.owed_by else None
    return render_template(
        "patients/groups/show.html",
        sheet=sheet,
        group=group,
        owed=owed,
        owner=MEETING_OWNERS[meeting_owner(group.kind)],
        phones={one.id: mask_phone(one.phone) for one in sheet.members if one.phone},
        shown=shown,
        names={one.id: one.name for one in (*sheet.members, *sheet.former)},
        topics_of=topics_of,
        decisions_of=decisions_of,
        words={
            "part": TEAM_PARTS,
            "topic": MEETING_TOPICS,
            "decision": MEETING_DECISIONS,
            "kind": GROUP_KINDS,
            "mistake": MEETING_MISTAKES,
        },
        keeps=may(actor, Action.KEEP_GROUPS),
    )


def names_on(group: JointGroup, session: Session | None = None) -> dict[str, Any]:
    return {
        "place": names_of(session or read_session(), [group.area_code])[group.area_code],
        "kind": GROUP_KINDS[group.kind],
    }


def open_members(group: JointGroup) -> list[tuple[str, str]]:
    found = list_members(read_session(), current_actor(), group)
    return [(str(one.id), f"{one.name} {_(TEAM_PARTS[one.part])}") for one in found if one.to_on is None]


def _places_to_choose(session: Session, actor: Actor) -> dict[str, list[tuple[str, str]]]:
    """Each town with itself and its villages."""
    found: dict[str, list[tuple[str, str]]] = {}
    towns = {town.code[:9]: town.name for town in list_places(session, actor.area_prefix, AreaLevel.TOWN)}
    for prefix, name in towns.items():
        found[name] = [(f"{prefix}000", name)]
    for village in list_places(session, actor.area_prefix, AreaLevel.VILLAGE):
        found.setdefault(towns.get(village.code[:9], _("本村（社区）")), []).append((village.code, village.name))
    return found


def show_refusal(form: Any, refused: AnhuError) -> None:
    """Beside the fields; what is not there or not allowed answers by itself."""
    if isinstance(refused, NotFound | Forbidden):
        raise refused
    show_errors(form, refused)


def _number(text: str) -> int:
    if not text:
        raise Invalid({"member": [reason("core.nothing_chosen")]})
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotFound
    return int(text)

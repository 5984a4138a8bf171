"""The care team of a patient, its printed card, and whose team has a gap."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.areas.models import Agency
from app.areas.queries import list_places, names_of, place_of
from app.areas.rules import CODE_LENGTH, AreaLevel, prefix_of
from app.audit.service import note
from app.audit.views import note_look
from app.core.access import Action, current_actor, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Conflict, Invalid
from app.core.i18n import N_, _
from app.core.keys import current_keyring
from app.core.papers import hand_out, paper
from app.core.reasons import reason
from app.core.web import forget_reads, read_session, show_errors
from app.desk.forms.teams import TeamForm
from app.desk.papers_teams import gaps_workbook, team_card_pdf
from app.desk.queries.teams import MOST, Gap, count_gaps, list_gaps
from app.desk.views.blueprint import desk
from app.desk.views.late import XLSX
from app.patients.labels import TEAM_PARTS
from app.patients.queries import get_patient, header_of, lock_patient
from app.patients.queries.team import list_former_members, list_team
from app.patients.rules import TeamPart
from app.patients.service.team import leave_team as end_place
from app.patients.service.team import set_team_member
from app.people.vault import Vault

Answer = str | BaseResponse | tuple[str, int]
GAP_WORDS = {
    Gap.GUARDIAN: N_("没有监护人"),
    Gap.VILLAGE: N_("没有网格员或村干部"),
    Gap.POLICE: N_("没有民警"),
    Gap.DOCTOR: N_("没有医生"),
    Gap.AGREEMENT: N_("没有有效的监护协议"),
}


@desk.route("/patients/<public_id>/team", methods=["GET", "POST"])
@permit(Action.KEEP_TEAMS)
def team(public_id: str) -> Answer:
    """The members now, the form that gives a place to somebody, and who held one before."""
    actor, clock = current_actor(), current_clock()
    form = TeamForm(data={"part": request.args.get("part"), "from_on": clock.today()})
    if request.method == "POST" and form.validate():
        forget_reads()
        try:
            with transaction() as writing:
                patient = lock_patient(writing, actor, public_id)
                set_team_member(writing, actor, patient, form.to_command(), clock.today(), clock.now())
            flash(_("已保存"), "success")
            return redirect(url_for("desk.team", public_id=public_id))
        except (Invalid, Conflict) as refused:
            show_errors(form, refused)
    session = read_session()
    found = get_patient(session, actor, public_id)
    note_look(("patient", public_id), found.area_code)
    page = render_template(
        "desk/teams/team.html",
        form=form,
        patient=header_of(session, actor, Vault(session, current_keyring()), found, clock.today()),
        members=list_team(session, actor, found),
        former=list_former_members(session, actor, found),
        parts=TEAM_PARTS,
    )
    return page if request.method == "GET" else (page, 422)


@desk.route("/patients/<public_id>/team/leave")
@permit(Action.KEEP_TEAMS)
def ask_to_leave(public_id: str) -> Answer:
    """Whose place ends, before it does."""
    actor, clock, session = current_actor(), current_clock(), read_session()
    found = get_patient(session, actor, public_id)
    members = list_team(session, actor, found)
    member = next((one for one in members if one.part == request.args.get("part")), None)
    if member is None:
        return redirect(url_for("desk.team", public_id=public_id))
    note_look(("patient", public_id), found.area_code)
    header = header_of(session, actor, Vault(session, current_keyring()), found, clock.today())
    return render_template("desk/teams/leave.html", member=member, patient=header, parts=TEAM_PARTS)


@desk.route("/patients/<public_id>/team/leave", methods=["POST"])
@permit(Action.KEEP_TEAMS)
def leave_team(public_id: str) -> BaseResponse:
    """Somebody is no longer there, and nobody follows yet."""
    actor, clock, part = current_actor(), current_clock(), request.form.get("part", "")
    with transaction() as session:
        patient = lock_patient(session, actor, public_id)
        if part not in set(TeamPart):
            raise Invalid({"part": [reason("core.nothing_chosen")]})
        end_place(session, actor, patient, TeamPart(part), clock.today(), clock.now())
    flash(_("已离任，从今天起不再是成员"), "success")
    return redirect(url_for("desk.team", public_id=public_id), 303)


@desk.route("/patients/<public_id>/team/card")
@permit(Action.KEEP_TEAMS)
@paper
def team_card(public_id: str) -> Response:
    """关爱帮扶小组联系卡, two of them; noted."""
    actor, clock = current_actor(), current_clock()
    with transaction() as session:
        found = get_patient(session, actor, public_id)
        note(
            session,
            actor,
            "desk.team_card_printed",
            now=clock.now(),
            subject=("patient", public_id),
            area_code=found.area_code,
        )
        agency = session.get(Agency, found.agency_id) if found.agency_id else None
        header = header_of(session, actor, Vault(session, current_keyring()), found, clock.today())
        members = list_team(session, actor, found)
        content = team_card_pdf(header, members, agency.phone if agency else None, actor, clock.now())
    return hand_out(content, "team-card")


@desk.route("/teams/")
@permit(Action.SEE_TEAM_GAPS)
def team_gaps() -> str:
    """Managed patients without a full team or an agreement, by place; each gap can be looked at by itself."""
    actor, session, today = current_actor(), read_session(), current_clock().today()
    towns = _towns(session, actor)
    gap, place = _asked([prefix for prefix, _name in towns])
    return render_template(
        "desk/teams/gaps.html",
        counts=count_gaps(session, actor, today, place),
        gap=gap,
        place=place,
        towns=towns,
        page=list_gaps(session, actor, gap, today, request.args.get("after"), place),
        words=GAP_WORDS,
        here={"gap": gap.value if gap else None, "place": place or None},
        is_first_page="after" not in request.args,
    )


@desk.route("/teams/workbook")
@permit(Action.SEE_TEAM_GAPS)
def team_gaps_workbook() -> Response:
    """The same rows as a workbook; noted."""
    actor, clock = current_actor(), current_clock()
    with transaction() as session:
        gap, place = _asked([prefix for prefix, _name in _towns(session, actor)])
        rows = list_gaps(session, actor, gap, clock.today(), None, place, size=MOST).rows
        code = place.ljust(CODE_LENGTH, "0") if place else place_of(actor)
        note(session, actor, "desk.team_gaps_exported", now=clock.now(), area_code=code, count=len(rows))
        title = f"{names_of(session, [code])[code]} {_('小组或协议不全的患者')}"
    content = gaps_workbook(rows, GAP_WORDS, title, actor.name, clock.today(), clock.now())
    name = f"{_('小组不全名单')}-{clock.today().isoformat()}.xlsx"
    return send_file(content, mimetype=XLSX, as_attachment=True, download_name=name)


def _asked(towns: Sequence[str]) -> tuple[Gap | None, str]:
    """The gap and the town that the address asks for; what is not known is left out."""
    gap, place = request.args.get("gap", ""), request.args.get("place", "")
    return Gap(gap) if gap in set(Gap) else None, place if place in towns else ""


def _towns(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """(prefix, name), where there is a choice."""
    found = list_places(session, actor.area_prefix, AreaLevel.TOWN)
    return [(prefix_of(town.code), town.name) for town in found] if len(found) > 1 else []

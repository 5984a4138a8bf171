"""Beside the national system: what is still to be entered there, and one visit to copy, field by field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.audit.views import note_look
from app.core.access import Action, current_actor, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Conflict
from app.core.forms import refuse_untidy
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.reasons import Reason, reason, say, say_date
from app.core.web import read_session, refuse_page
from app.patients.queries import lock_patient
from app.patients.queries.caseload import list_doctors
from app.patients.queries.page import header_of
from app.people.rules import REVEAL_REASONS
from app.people.vault import Vault
from app.tasks.queries import list_places
from app.tasks.rules import Standing, standing
from app.visits import queries
from app.visits.models import FollowUpVisit
from app.visits.queries import StoredForm
from app.visits.queries_confirmation import name_of_user
from app.visits.queries_national import (
    OwedFilter,
    calendar_from,
    count_owed,
    find_next_owed,
    find_term,
    list_owed,
)
from app.visits.rules.form import FIELDS, Field
from app.visits.rules.national import CopyLine, copy_lines, differing
from app.visits.rules.states import VisitChannel
from app.visits.service.national import mark_entered, take_back_entered
from app.visits.views.blueprint import Page, visits
from app.visits.views.subject import Subject, own_vault, subject_of

MOST_TICKED = 50


@dataclass(frozen=True)
class _Asked:
    """What an address asks of the list; what is not known is left out."""

    place: str
    doctor: User | None
    late: bool

    @property
    def filter(self) -> OwedFilter:
        return OwedFilter(self.place, self.doctor.id if self.doctor else None, self.late)

    @property
    def address(self) -> dict[str, Any]:
        doctor = self.doctor.public_id if self.doctor else ""
        said = {"place": self.place, "doctor": doctor, "late": "1" if self.late else ""}
        return {name: value for name, value in said.items() if value}


@visits.route("/visits/national")
@permit(Action.SEE_NATIONAL)
def national_list() -> str:
    session, actor, today = read_session(), current_actor(), current_clock().today()
    places, doctors = list_places(session, actor), list_doctors(session, actor)
    asked = _asked(places, doctors)
    page = list_owed(session, actor, asked.filter, today, request.args.get("after"))
    owed, late = count_owed(session, actor, today)
    return render_template(
        "visits/national_list.html",
        asked=asked,
        rows=[(row, standing(row.due_on, today)) for row in page.rows],
        next_cursor=page.next_cursor,
        is_first_page="after" not in request.args,
        owed=owed,
        late=late,
        places=places,
        doctors=[(one.public_id, one.display_name) for one in doctors],
        forms={option.code: option.label for option in FIELDS["form"].options},
        days=queries.get_rules(session, today).late_entry_working_days,
        known_years=calendar_from(session, today).years,
    )


@visits.route("/visits/national", methods=["POST"])
@permit(Action.ENTER_NATIONAL)
def enter_several() -> Page:
    """Tick those that were chosen; what somebody else ticked meanwhile stays theirs."""
    refuse_untidy()
    actor, chosen = current_actor(), request.form.getlist("visit")[:MOST_TICKED]
    with transaction() as session:
        done = mark_entered(session, actor, chosen, current_clock().now())
        asked = _asked(list_places(session, actor), list_doctors(session, actor))
    flash(_("已标记 %(n)s 次随访录入国家系统", n=done), "success")
    return redirect(url_for("visits.national_list", **asked.address), 303)


@visits.route("/patients/<public_id>/visits/<visit_id>/national")
@permit(Action.SEE_NATIONAL)
def copy_out(public_id: str, visit_id: str) -> str:
    """One visit in the order of the official form, each field with its copy button."""
    session, actor, clock = read_session(), current_actor(), current_clock()
    subject, stored = _stored(public_id, visit_id)
    note_look(("patient", public_id), subject.patient.area_code)
    visit, lines = stored.visit, _lines(subject, stored)
    replaced = _replaced(session, actor, subject, visit)
    before = _lines(subject, replaced) if replaced else []
    asked = _asked(list_places(session, actor), list_doctors(session, actor))
    vault = Vault(session, current_keyring())
    header = header_of(session, actor, vault, subject.patient, clock.today())
    return render_template(
        "visits/copy_out.html",
        subject=subject,
        header=header,
        visit=visit,
        lines=[(line, _said(line)) for line in lines],
        changed=differing(lines, before) if replaced else None,
        gone={line.name: _said(line)[0] for line in before if line.name not in {one.name for one in lines}},
        doctor=name_of_user(session, visit.doctor_id),
        entered_by=name_of_user(session, visit.national_entered_by),
        is_theirs=visit.channel is VisitChannel.NATIONAL,
        standing=_standing(visit),
        due_because=_term(session, visit),
        next_one=find_next_owed(session, actor, asked.filter, clock.today(), visit),
        asked=asked,
        has_hidden_texts=own_vault() is None,
        reveal_reasons=[(code, _(words)) for code, words in REVEAL_REASONS.items()],
    )


@visits.route("/patients/<public_id>/visits/<visit_id>/national", methods=["POST"])
@permit(Action.ENTER_NATIONAL)
def enter_one(public_id: str, visit_id: str) -> Page:
    """Tick this one and go on to the next that is owed."""
    actor, clock = current_actor(), current_clock()
    with transaction() as session:
        stored = queries.get_visit(session, actor, lock_patient(session, actor, public_id), visit_id)
        done = mark_entered(session, actor, [visit_id], clock.now())
        asked = _asked(list_places(session, actor), list_doctors(session, actor))
        following = find_next_owed(session, actor, asked.filter, clock.today(), stored.visit)
    flash(_("已标记录入国家系统") if done else _("这次随访先前已标记，没有改动"), "success")
    if following is None:
        return redirect(url_for("visits.national_list", **asked.address), 303)
    patient, visit = following
    return redirect(url_for("visits.copy_out", public_id=patient, visit_id=visit, **asked.address), 303)


@visits.route("/patients/<public_id>/visits/<visit_id>/national/take-back", methods=["POST"])
@permit(Action.ENTER_NATIONAL)
def take_back(public_id: str, visit_id: str) -> Page:
    """The tick was a mistake: the visit is owed again."""
    actor = current_actor()
    try:
        with transaction() as session:
            queries.get_visit(session, actor, lock_patient(session, actor, public_id), visit_id)
            undone = take_back_entered(session, actor, visit_id, current_clock().now())
    except Conflict as refused:
        return refuse_page(409, refused.reason)
    flash(_("已撤回，这次随访重新列入待录入") if undone else _("这次随访没有标记，不用撤回"), "success")
    return redirect(url_for("visits.copy_out", public_id=public_id, visit_id=visit_id), 303)


def national_standing_of(visit: FollowUpVisit) -> dict[str, Any]:
    """What a visit's page says of the national system."""
    session = read_session()
    return {
        "is_theirs": visit.channel is VisitChannel.NATIONAL,
        "national_standing": _standing(visit),
        "national_by": name_of_user(session, visit.national_entered_by),
        "national_differs": differences_of(visit),
    }


def differences_of(visit: FollowUpVisit) -> list[tuple[str, str]]:
    """(field, what stands in the national system) in the form's order, where it differs; texts and medicines are not shown."""
    says = visit.national_says or {}
    return [(_(field.label), _theirs(field, says[name])) for name, field in FIELDS.items() if name in says]


def _theirs(field: Field, value: Any) -> str:
    if value is None:
        return ""
    if field.is_multiple:
        return _("、").join(_(label) for label in field.labels_of(value))
    if field.options:
        return f"{value} {_(field.label_of(value))}" if value in field.codes else str(value)
    return say_date(date.fromisoformat(value)) if isinstance(value, str) else str(value)


def _asked(places: Sequence[tuple[str, str]], doctors: Sequence[User]) -> _Asked:
    place, doctor = request.args.get("place", ""), request.args.get("doctor", "")
    return _Asked(
        place if place in {prefix for prefix, _name in places} else "",
        next((one for one in doctors if one.public_id == doctor), None),
        request.args.get("late") == "1",
    )


def _stored(public_id: str, visit_id: str) -> tuple[Subject, StoredForm]:
    subject = subject_of(public_id)
    return subject, queries.get_visit(read_session(), current_actor(), subject.patient, visit_id)


def _replaced(session: Session, actor: Actor, subject: Subject, visit: FollowUpVisit) -> StoredForm | None:
    """The withdrawn visit that this one replaces, if that one stands in the national system."""
    old = session.get(FollowUpVisit, visit.corrects_id) if visit.corrects_id else None
    if old is None or (old.national_entered_at is None and old.channel is not VisitChannel.NATIONAL):
        return None
    return queries.get_visit(session, actor, subject.patient, old.public_id)


def _lines(subject: Subject, stored: StoredForm) -> list[CopyLine]:
    return copy_lines(stored.record(own_vault(), subject.person.id))


def _said(line: CopyLine) -> tuple[str, str]:
    """The label, and the words of the codes, in the reader's language."""
    label = say(line.label) if isinstance(line.label, Reason) else _(line.label)
    return label, _("、").join(_(words) for words in line.words)


def _standing(visit: FollowUpVisit) -> Standing | None:
    if visit.national_due_on is None or visit.withdrawn_at is not None:
        return None
    return standing(visit.national_due_on, current_clock().today())


def _term(session: Session, visit: FollowUpVisit) -> tuple[Reason, ...]:
    """Why it is owed until that day."""
    if visit.national_due_on is None:
        return ()
    rules = queries.get_rules(session, visit.visited_on)
    term = find_term(session, visit.visited_on, rules)
    if term.ends_on == visit.national_due_on:
        return term.reasons
    return (reason("visit.national.corrected", days=rules.late_entry_working_days),)

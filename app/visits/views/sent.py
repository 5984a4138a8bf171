"""Forms from phones that wait for a person: looked at side by side, stored or decided against."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from app.audit.views import note_look
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import AnhuError, Conflict, NotFound
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.reasons import Reason, reason
from app.core.web import forget_reads, read_session
from app.people.vault import Vault
from app.visits import queries_devices
from app.visits.commands import RecordVisit
from app.visits.forms.discard import DiscardForm
from app.visits.forms.offline import (
    OfflineForm,
    filled,
    filled_attempt,
)
from app.visits.forms.visit import VisitAnswers
from app.visits.queries_devices import WaitingForm, list_forms
from app.visits.reading import answers_of
from app.visits.rules.attempts import OUTCOME_LABELS, WAY_LABELS
from app.visits.rules.record import VisitRecord
from app.visits.rules.states import SubmissionState
from app.visits.rules.sync import SentKind
from app.visits.service import Recorded
from app.visits.service import sync as service
from app.visits.service.sync import PLACE, Sent
from app.visits.views.blueprint import Page, visits
from app.visits.views.form import form_page, save
from app.visits.views.subject import subject_of
from app.visits.views.taking import base_of, command_of

# what a person who has seen both versions has answered
_ACCEPTED = frozenset({"visit.same_day", "visit.late_entry", "visit.back_entry"})


@dataclass(frozen=True)
class Side:
    """One of the versions of a visit, in words."""

    title: str
    rows: tuple[tuple[str, str], ...]


# -- deciding ----------------------------------------------------------------------------------------------------------


@visits.route("/field/sent/<sent_id>")
@permit(Action.WORK_OFFLINE)
def show_sent(sent_id: str) -> str:
    """Why it waits, with all versions beside each other."""
    waiting = queries_devices.get_waiting(read_session(), current_actor(), sent_id)
    note_look(("patient", waiting.patient.public_id), waiting.patient.area_code)
    return _page(waiting, DiscardForm())


@visits.route("/field/sent/<sent_id>/keep", methods=["POST"])
@permit(Action.WORK_OFFLINE)
def keep_sent(sent_id: str) -> Page:
    """Both versions are visits of their own. What cannot be stored as it is opens as a form."""
    waiting = queries_devices.get_waiting(read_session(), current_actor(), sent_id)
    form = _form_of(waiting)
    forget_reads()
    try:
        with transaction() as session:
            vault = Vault(session, current_keyring())
            command = command_of(session, vault, waiting.patient, waiting.submission.submission_key, form)
            _settle(session, vault, sent_id, command)
    except NotFound:
        raise
    except AnhuError:
        return redirect(url_for("visits.fill_in_sent", sent_id=sent_id), 303)
    flash(_("已保存。"), "success")
    return redirect(url_for("visits.list_visits", public_id=waiting.patient.public_id), 303)


@visits.route("/field/sent/<sent_id>/discard", methods=["POST"])
@permit(Action.WORK_OFFLINE)
def discard_sent(sent_id: str) -> Page:
    waiting = queries_devices.get_waiting(read_session(), current_actor(), sent_id)
    form = DiscardForm()
    if not form.validate():
        return _page(waiting, form), 400
    forget_reads()
    with transaction() as session:
        service.discard(session, current_actor(), sent_id, Reason(form.why.data), current_clock().now())
    flash(_("已放弃这份离线表，原文保留 7 天。"))
    return redirect(url_for("visits.own_phone"), 303)


@visits.route("/field/sent/<sent_id>/form", methods=["GET", "POST"])
@permit(Action.WORK_OFFLINE)
def fill_in_sent(sent_id: str) -> Page:
    """The page's own form with what was typed on the phone."""
    waiting = queries_devices.get_waiting(read_session(), current_actor(), sent_id)
    if waiting.submission.kind == SentKind.ATTEMPT.value:
        raise Conflict(reason("visit.sync.attempt_only"))
    public_id = waiting.patient.public_id
    if request.method == "GET":
        subject, form = subject_of(public_id), _form_of(waiting)
        page = filled(form, waiting.submission.submission_key, _base_of(waiting, form))
        page.validate()
        if waiting.submission.state is SubmissionState.REFUSED:
            page.show_rule_errors(_because(waiting))
        return form_page(subject, page)
    return save(public_id, lambda answers: _settle_as_typed(sent_id, public_id, answers))


def _settle_as_typed(sent_id: str, public_id: str, answers: VisitAnswers) -> Recorded:
    clock = current_clock()
    with transaction() as session:
        vault = Vault(session, current_keyring())
        command = answers.to_command(public_id, clock.today())
        return service.settle_as_visit(session, vault, current_actor(), sent_id, command, clock.today(), clock.now())


def _settle(session: Session, vault: Vault, sent_id: str, command: Sent) -> None:
    clock, actor = current_clock(), current_actor()
    if isinstance(command, RecordVisit):
        service.settle_as_visit(
            session,
            vault,
            actor,
            sent_id,
            replace(command, accepted=command.accepted | _ACCEPTED),
            clock.today(),
            clock.now(),
        )
    else:
        service.settle_as_attempt(session, vault, actor, sent_id, command, clock.today(), clock.now())


def _page(waiting: WaitingForm, form: DiscardForm) -> str:
    sent = _form_of(waiting)
    return render_template(
        "visits/field/sent.html",
        waiting=waiting,
        form=form,
        sides=[_own_side(waiting, sent), *_other_sides(waiting, sent)],
        because=[why for reasons in _because(waiting).values() for why in reasons],
        is_attempt=sent.kind is SentKind.ATTEMPT,
        is_conflict=waiting.submission.state is SubmissionState.CONFLICT,
        is_quarantined=waiting.submission.state is SubmissionState.QUARANTINED,
    )


def _own_side(waiting: WaitingForm, sent: OfflineForm) -> Side:
    title = str(_("手机上填写的"))
    if sent.kind is SentKind.ATTEMPT:
        return Side(title, tuple(_attempt_rows(sent)))
    page = filled(sent, waiting.submission.submission_key, _base_of(waiting, sent))
    rows = _rows(page.to_record(current_clock().today()))
    return Side(title, (*rows, (str(_("备注")), page.notes.data)) if page.notes.data else rows)


def _other_sides(waiting: WaitingForm, sent: OfflineForm) -> list[Side]:
    """The visits that the phone did not know, and those of the same day."""
    if sent.kind is SentKind.ATTEMPT:
        return []
    session, patient = read_session(), waiting.patient
    vault = Vault(session, current_keyring())
    seen = queries_devices.find_visit_id(session, patient.id, sent.seen) or 0
    standing = queries_devices.list_standing_visits(session, patient.id, waiting.submission.device_id)
    forms = list_forms(session, current_actor(), patient, [visit.id for visit in standing if visit.id > seen])
    return [Side(str(_("系统里已有的")), _rows(form.record(vault, patient.person_id))) for form in forms]


def _rows(record: VisitRecord) -> tuple[tuple[str, str], ...]:
    return tuple(row for group in answers_of(record) for row in group.answers)


def _attempt_rows(sent: OfflineForm) -> list[tuple[str, str]]:
    form = filled_attempt(sent, "")
    ways = {way.value: str(_(label)) for way, label in WAY_LABELS.items()}
    outcomes = {outcome.value: str(_(label)) for outcome, label in OUTCOME_LABELS.items()}
    return [
        (str(form.attempted_on.label.text), str(form.attempted_on.data or "")),
        (str(form.way.label.text), ways.get(form.way.data, "")),
        (str(form.outcome.label.text), outcomes.get(form.outcome.data, "")),
        (str(form.notes.label.text), form.notes.data or ""),
    ]


def _form_of(waiting: WaitingForm) -> OfflineForm:
    vault = Vault(read_session(), current_keyring())
    content = vault.open(waiting.patient.person_id, PLACE, waiting.submission.content_sealed)
    return OfflineForm.from_json(json.loads(content or "{}"))


def _base_of(waiting: WaitingForm, form: OfflineForm) -> VisitRecord | None:
    session = read_session()
    return base_of(session, Vault(session, current_keyring()), waiting.patient, form)


def _because(waiting: WaitingForm) -> dict[str, list[Reason]]:
    stored = waiting.submission.because or {}
    return {name: [Reason.from_json(one) for one in reasons] for name, reasons in stored.items()}

"""The visit form: begun with the last answers, with its live result, saved once, corrected with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import AnhuError, Conflict, Forbidden, Invalid, NotFound
from app.core.forms import refuse_untidy
from app.core.keys import current_keyring
from app.core.reasons import Label, Reason, reason, say
from app.core.web import forget_reads, read_session
from app.patients.models import Patient
from app.patients.queries import get_patient
from app.patients.queries.treatment import find_course
from app.people.vault import Vault
from app.risk.queries.said import find_said
from app.visits import queries, service
from app.visits.commands import CorrectVisit
from app.visits.forms.flaws import flaws
from app.visits.forms.key import is_submission_key, new_submission_key
from app.visits.forms.offline import GROUP_IDS
from app.visits.forms.prefill import data_of, for_script, prefilled_names
from app.visits.forms.sent import read_sent_visit
from app.visits.forms.visit import CONDITIONS, DEAD, LOST, MEDICINE_COLUMNS, MET, VisitAnswers, VisitForm
from app.visits.queries import StoredForm
from app.visits.queries_twins import Twin, find_twin
from app.visits.reading import TASK_LABELS, changes, in_short, summary_of
from app.visits.rules.form import FIELDS, MEDICINE_LINES
from app.visits.rules.record import VisitRecord
from app.visits.service.drafts import Draft, end_draft
from app.visits.views.blueprint import CLASS_TONES, Page, visits
from app.visits.views.drafts import draft_of, form_of_draft
from app.visits.views.subject import Subject, own_vault, subject_of


@visits.route("/patients/<public_id>/visits/new", methods=["GET", "POST"])
@permit(Action.LOG_VISIT)
def new_visit(public_id: str) -> Page:
    if request.method == "POST" and "look" in request.form:
        return _look(public_id)
    if request.method == "GET":
        return _begin(public_id)
    return save(public_id, lambda answers: _record(public_id, answers))


def _begin(public_id: str) -> Page:
    """The page keeps its key in its address, so that the browser's Back finds what was saved instead of a second form."""
    subject, key = subject_of(public_id), request.args.get("key", "")
    saved = find_twin(read_session(), subject.patient, key=key) if is_submission_key(key) else None
    if saved is not None:
        flash(say(reason("visit.already_saved")))
        return redirect(url_for("visits.show_visit", public_id=public_id, visit_id=saved.public_id), 303)
    draft = draft_of(subject)
    if draft is not None:
        return form_page(subject, form_of_draft(draft), draft=draft)
    key = key if is_submission_key(key) else new_submission_key()
    begun = {"submission_key": key, "visited_on": current_clock().today(), "meeting": MET}
    return form_page(subject, VisitForm(data={**subject.carried, **begun}))


@visits.route("/patients/<public_id>/visits/<visit_id>/correct", methods=["GET", "POST"])
@permit(Action.CORRECT_VISIT)
def correct_visit(public_id: str, visit_id: str) -> Page:
    if own_vault() is None:
        raise Forbidden(reason("visit.texts_unseen"))
    subject = subject_of(public_id)
    wrong = queries.get_visit(read_session(), current_actor(), subject.patient, visit_id)
    if request.method == "GET":
        if wrong.visit.withdrawn_at is not None:
            raise Conflict(reason("visit.already_withdrawn"))
        return form_page(subject, _form_of(subject, wrong), wrong)
    return save(public_id, lambda answers: _correct(public_id, visit_id, answers), wrong)


@visits.route("/patients/<public_id>/visits/preview", methods=["POST"])
@permit(Action.LOG_VISIT)
def preview_visit(public_id: str) -> str:
    """What the rules say so far: class, next day, warnings, what is wrong where, what saving would bring. Reads only."""
    refuse_untidy()
    session, actor = read_session(), current_actor()
    patient = get_patient(session, actor, public_id)
    replaced = request.args.get("instead_of", "")
    wrong = queries.get_visit(session, actor, patient, replaced) if replaced else None
    before = wrong or queries.find_last_visit(session, actor, patient)
    form = VisitForm()
    form.validate()
    base = before.record(own_vault(), patient.person_id) if before else None
    return render_template(
        "visits/_preview.html",
        is_answer=True,
        is_correction=wrong is not None,
        form=form,
        **_result(patient, form, wrong, base),
    )


def _look(public_id: str) -> Page:
    """The summary before saving, for a page without its script."""
    subject, form = subject_of(public_id), VisitForm()
    form.validate()
    form.show_rule_errors(_errors(form, _judge(subject.patient, form, None), None))
    return form_page(subject, form, is_looked_at=not form.errors)


def save(public_id: str, act: Callable[[VisitAnswers], service.Recorded], wrong: StoredForm | None = None) -> Page:
    """One attempt to save; a refusal shows the form again with everything that was typed."""
    answers = read_sent_visit()
    if answers is None and not (form := VisitForm()).validate():
        subject = subject_of(public_id)
        form.show_rule_errors(_errors(form, _judge(subject.patient, form, wrong), wrong))
        return form_page(subject, form, wrong), 400
    try:
        recorded = act(answers or form)
    except (NotFound, Forbidden):
        raise
    except AnhuError as refused:
        forget_reads()
        form = VisitForm()
        errors = refused.errors if isinstance(refused, Invalid) else {"": (refused.reason,)}
        doubts = errors.get(service.CONFIRM, ())
        form.show_rule_errors({name: why for name, why in errors.items() if name != service.CONFIRM})
        status = 409 if isinstance(refused, Conflict) else 400
        subject = subject_of(public_id)
        is_saved = isinstance(refused, Conflict) and refused.reason.code == "visit.already_saved"
        saved = find_twin(read_session(), subject.patient, key=form.submission_key.data) if is_saved else None
        return form_page(subject, form, wrong, doubts, saved=saved), status
    visit_id = recorded.visit.public_id
    return redirect(url_for("visits.saved_visit", public_id=public_id, visit_id=visit_id), 303)


def _record(public_id: str, answers: VisitAnswers) -> service.Recorded:
    clock = current_clock()
    command = answers.to_command(public_id, clock.today())  # before SQLite's one writer is asked for
    with transaction() as session:
        vault = Vault(session, current_keyring())
        recorded = service.record_visit(session, vault, current_actor(), command, clock.today(), clock.now())
        end_draft(session, current_actor(), recorded.visit.patient_id)
        return recorded


def _correct(public_id: str, visit_id: str, answers: VisitAnswers) -> service.Recorded:
    clock = current_clock()
    with transaction() as session:
        vault = Vault(session, current_keyring())
        command = CorrectVisit(
            visit_id, answers.to_command(public_id, clock.today()), answers["correction_reason"].data or ""
        )
        return service.correct_visit(session, vault, current_actor(), command, clock.today(), clock.now())


def _form_of(subject: Subject, wrong: StoredForm) -> VisitForm:
    """The wrong visit's own answers; class and day are shown as chosen only where somebody chose them."""
    vault, person_id, visit = own_vault(), subject.person.id, wrong.visit
    record = wrong.record(vault, person_id)
    data = data_of(record) | {"submission_key": new_submission_key()}
    data["meeting"] = DEAD if record.is_death else LOST if record.is_lost else MET
    data["notes"] = vault.open(person_id, "follow_up_visits.notes", visit.notes_sealed) if vault else ""
    if visit.visit_class == visit.computed_class:
        data["visit_class"] = None
    if visit.next_due_on == visit.latest_due_on:
        data["next_due_on"] = None
    return VisitForm(data=data)


def _judge(patient: Patient, form: VisitForm, wrong: StoredForm | None) -> service.Judgement:
    today = current_clock().today()
    instead_of = wrong.visit if wrong else None
    return service.preview_visit(read_session(), current_actor(), patient, form.to_record(today), today, instead_of)


def _errors(form: VisitForm, judged: service.Judgement, wrong: StoredForm | None) -> dict[str, list[Reason]]:
    """What saving would refuse. Lost or dead with neither reason nor day is to the rules an empty clinical form: nothing
    of those two dozen errors is to the point."""
    if form.branch != MET and not (judged.record.is_lost or judged.record.is_death):
        return {}
    errors = service.errors_of(judged, form.back_entry_reason.data or "", wrong is not None)
    if form.form.data is None:  # to the rules an unknown code
        errors["form"] = [reason("visit.required", field=Label(FIELDS["form"].label))]
    if wrong is not None and not (form.correction_reason.data or "").strip():
        errors["correction_reason"] = [reason("visit.correction_reason")]
    return errors


def _result(patient: Patient, form: VisitForm, wrong: StoredForm | None, before: VisitRecord | None) -> dict[str, Any]:
    """`before` is the visit that the answers are compared with."""
    judged, clock = _judge(patient, form, wrong), current_clock()
    words = in_short(judged.record)
    return {
        "patient_id": patient.public_id,
        "twin": find_twin(read_session(), patient, judged.context.other_visit_that_day),
        "judged": judged,
        "classes": FIELDS["visit_class"].label_of,
        "tones": CLASS_TONES,
        "asks_for_trend": service.asks_for_trend(judged.record, judged.context),
        "missing": service.missing_for_class(judged.record),
        "unanswered": service.unanswered(judged),
        "flaws": flaws(form, _errors(form, judged, wrong)),
        "changes": changes(before, judged.record) if before else [],
        "has_before": before is not None,
        "upcoming": service.outlook(read_session(), patient, judged, clock.today(), clock.now()),
        "kinds": TASK_LABELS,
        "group_words": {GROUP_IDS[title]: line for title, line in words.items()},
    }


def form_page(
    subject: Subject,
    form: VisitForm,
    wrong: StoredForm | None = None,
    doubts: Any = (),
    draft: Draft | None = None,
    is_looked_at: bool = False,
    saved: Twin | None = None,
) -> str:
    """`saved` is the visit that came of this page already."""
    if form.branch != MET:
        form.fill(subject.carried)
    carried = {} if wrong else subject.carried
    before = wrong.record(own_vault(), subject.person.id) if wrong else subject.last_record
    result = _result(subject.patient, form, wrong, before)
    return render_template(
        "visits/form.html",
        subject=subject,
        form=form,
        wrong=wrong.visit if wrong else None,
        doubts=doubts,
        draft=draft,
        is_looked_at=is_looked_at,
        prefilled=prefilled_names(form, carried),
        last_answers=for_script(carried),
        last_words=summary_of(subject.last_record) if subject.last_record else [],
        conditions=CONDITIONS,
        medicine_columns=MEDICINE_COLUMNS,
        medicine_lines=range(1, MEDICINE_LINES + 1),
        risk_levels=FIELDS["risk_level"].options,
        said=None if wrong else find_said(read_session(), current_actor(), subject.patient),
        course=find_course(read_session(), current_actor(), subject.patient, current_clock().today()),
        is_back_entry=_is_back_entry(subject, form) and not wrong,
        **{**result, "twin": saved or result["twin"]},
    )


def _is_back_entry(subject: Subject, form: VisitForm) -> bool:
    last_on, visited_on = subject.patient.last_visit_on, form.visited_on.data
    return last_on is not None and visited_on is not None and visited_on < last_on

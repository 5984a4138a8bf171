"""What was stored: the page after saving, one visit, the history of visits."""

from __future__ import annotations

from typing import Any

from flask import render_template

from app.audit.views import note_look
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.i18n import _
from app.core.reasons import Reason
from app.core.web import read_session
from app.patients.labels import MISTAKE_LABELS
from app.patients.models import Patient
from app.tasks.queries import Filters, WorkRow, worklist
from app.tasks.rules import Bucket, TaskKind
from app.visits import queries
from app.visits.models import FollowUpVisit
from app.visits.queries import StoredForm
from app.visits.readers import open_text
from app.visits.reading import TASK_LABELS, Change, answers_of, changes
from app.visits.rules.attempts import OUTCOME_LABELS, WAY_LABELS
from app.visits.rules.form import FIELDS
from app.visits.views.blueprint import CLASS_TONES, visits
from app.visits.views.confirming import standing_of
from app.visits.views.national import national_standing_of
from app.visits.views.subject import Subject, own_vault, subject_of


@visits.route("/patients/<public_id>/visits/<visit_id>/saved")
@permit(Action.LOG_VISIT)
def saved_visit(public_id: str, visit_id: str) -> str:
    """What was saved, what follows from it, and whom to see next."""
    subject, stored = _stored(public_id, visit_id)
    tasks = queries.list_tasks_of_visit(read_session(), stored.visit)
    before = queries.find_visit_before(read_session(), current_actor(), subject.patient, stored.visit)
    return render_template(
        "visits/saved.html",
        before=before.visit if before else None,
        changes=_changes(subject, before, stored) if before else [],
        tasks=tasks,
        task_because={task.id: _reasons(task.because) for task in tasks},
        kinds={kind: str(_(TASK_LABELS[kind])) for kind in TASK_LABELS},
        next_row=_next_on_list(subject.patient),
        **_words(subject, stored),
    )


@visits.route("/patients/<public_id>/visits/<visit_id>")
@permit(Action.LOG_VISIT)
def show_visit(public_id: str, visit_id: str) -> str:
    subject, stored = _stored(public_id, visit_id)
    note_look(("patient", public_id), subject.patient.area_code)
    return render_template(
        "visits/visit.html",
        successor=queries.find_successor(read_session(), stored.visit),
        may_correct=_may_correct(stored.visit),
        **standing_of(stored.visit),
        **national_standing_of(stored.visit),
        **_words(subject, stored),
    )


@visits.route("/patients/<public_id>/visits")
@permit(Action.LOG_VISIT)
def list_visits(public_id: str) -> str:
    subject, actor = subject_of(public_id), current_actor()
    note_look(("patient", public_id), subject.patient.area_code)
    stored = queries.list_visits(read_session(), actor, subject.patient)
    attempts = queries.list_attempts(read_session(), actor, subject.patient, with_mistakes=True)
    entries: list[tuple[Any, Any, Any]] = [(visit.visited_on, visit, None) for visit in stored]
    entries += [(attempt.attempted_on, None, attempt) for attempt in attempts]
    return render_template(
        "visits/visits.html",
        subject=subject,
        has_proposal=queries.find_open_task(read_session(), subject.patient.id, TaskKind.CONFIRM_LOST) is not None,
        entries=sorted(entries, key=lambda entry: entry[0], reverse=True),
        classes=FIELDS["visit_class"].label_of,
        forms={option.code: option.label for option in FIELDS["form"].options},
        tones=CLASS_TONES,
        ways=WAY_LABELS,
        outcomes=OUTCOME_LABELS,
        mistakes=MISTAKE_LABELS,
        may_mark=any(attempt.withdrawn_at is None for attempt in attempts),
    )


def _stored(public_id: str, visit_id: str) -> tuple[Subject, StoredForm]:
    subject = subject_of(public_id)
    return subject, queries.get_visit(read_session(), current_actor(), subject.patient, visit_id)


def _words(subject: Subject, stored: StoredForm) -> dict[str, Any]:
    visit, vault = stored.visit, own_vault()
    record = stored.record(vault, subject.person.id)
    names = ("notes", "back_entry_reason", "correction_reason", "override_reason")
    texts = {name: open_text(vault, subject.person.id, visit, name) if vault else "" for name in names}
    return {
        "subject": subject,
        "visit": visit,
        "groups": answers_of(record),
        "texts": texts,
        "has_hidden_texts": vault is None,
        "class_because": _reasons(visit.class_because),
        "due_because": _reasons(visit.due_because),
        "warnings": _reasons(visit.warnings),
        "classes": FIELDS["visit_class"].label_of,
        "tones": CLASS_TONES,
    }


def _changes(subject: Subject, before: StoredForm, stored: StoredForm) -> list[Change]:
    vault, person_id = own_vault(), subject.person.id
    return changes(before.record(vault, person_id), stored.record(vault, person_id))


def _reasons(stored: list[dict[str, Any]]) -> list[Reason]:
    return [Reason.from_json(one) for one in stored]


def _may_correct(visit: FollowUpVisit) -> bool:
    is_open = visit.withdrawn_at is None and not visit.is_opening and visit.death_cause is None
    return is_open and own_vault() is not None


def _next_on_list(patient: Patient) -> WorkRow | None:
    """Whom to visit next: the first of those who are late, then of this week; nobody who has time."""
    session, actor, today = read_session(), current_actor(), current_clock().today()
    for bucket in (Bucket.OVERDUE, Bucket.WEEK):
        rows = worklist(session, actor, Filters(bucket, TaskKind.FOLLOW_UP), today, size=2).rows
        found = next((row for row in rows if row.patient != patient.public_id), None)
        if found is not None:
            return found
    return None

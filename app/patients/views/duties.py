"""The page that settles a duty of somebody who is not simply visited: still so, or ended, and what to do then."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.audit.views import note_look
from app.core.access import Action, current_actor, may, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import AnhuError, NotFound
from app.core.i18n import N_, _
from app.core.keys import current_keyring
from app.core.reasons import Reason
from app.core.web import forget_reads, read_session, show_errors
from app.patients.forms_watch import AnswerForm
from app.patients.labels_watch import HINTS, WATCH_TITLES
from app.patients.models import Patient
from app.patients.queries import header_of, lock_patient
from app.patients.queries.watching import list_answers, watch_of_task
from app.patients.rules_watch import Watch
from app.patients.service.answering import answer_duty as store_answer
from app.patients.views.blueprint import patients
from app.people.vault import Vault
from app.tasks.models import Task, TaskState
from app.tasks.queries import get_task

Answer = str | BaseResponse | tuple[str, int]
Way = tuple[str, Action, str]

_CONSENT: Way = ("desk.consents", Action.KEEP_REGISTER, N_("知情同意"))
# Where else a duty is settled: (page, who, words).
_WAYS: dict[Watch, tuple[Way, ...]] = {
    Watch.INPATIENT: (("patients.change_state", Action.KEEP_REGISTER, N_("状态与变更")),),
    Watch.AWAY: (("desk.propose_transfer", Action.MOVE_PATIENTS, N_("办理迁出")),),
    Watch.LOST: (("visits.keep_loss", Action.KEEP_REGISTER, N_("失访登记")), _CONSENT),
    Watch.REFUSED: (_CONSENT,),
    Watch.CONSENT: (_CONSENT,),
    Watch.UNIDENTIFIED: (("patients.correct", Action.CORRECT_IDENTITY, N_("证件更正")),),
    Watch.OF_AGE: (_CONSENT, ("guardians.list_guardians", Action.SEE_GUARDIANS, N_("监护人与协议"))),
}


@patients.route("/patients/duties/<public_id>", methods=["GET", "POST"])
@permit(Action.KEEP_REGISTER)
def answer_duty(public_id: str) -> Answer:
    actor, session, clock = current_actor(), read_session(), current_clock()
    task, patient, watch = _asked(session, actor, public_id)
    if task.state is not TaskState.OPEN and request.method == "GET":
        return redirect(url_for("desk.patient", public_id=patient.public_id))
    if watch is Watch.REVIEW:
        return redirect(url_for("patients.act", public_id=patient.public_id, name="review"))
    form = AnswerForm.about(watch, clock.today())
    if request.method == "GET":
        note_look(("patient", patient.public_id), patient.area_code)
    if request.method == "POST" and form.validate():
        forget_reads()
        try:
            with transaction() as writing:
                locked = lock_patient(writing, actor, patient.public_id)
                asked = get_task(writing, actor, public_id)
                store_answer(writing, actor, locked, asked, form.to_command(), clock.today(), clock.now())
            flash(_("已保存"), "success")
            return redirect(url_for("desk.patient", public_id=patient.public_id), 303)
        except AnhuError as refused:
            show_errors(form, refused)
    session = read_session()
    task, patient, watch = _asked(session, actor, public_id)
    page = render_template(
        "patients/duty.html",
        form=form,
        title=WATCH_TITLES[watch],
        hint=HINTS[watch],
        because_asked=[Reason.from_json(one) for one in task.because],
        due_on=task.due_on,
        patient=header_of(session, actor, Vault(session, current_keyring()), patient, clock.today()),
        ways=[
            (url_for(page, public_id=patient.public_id), _(words))
            for page, who, words in _WAYS.get(watch, ())
            if may(actor, who)
        ],
        answers=list_answers(session, actor, task),
    )
    return page if request.method == "GET" else (page, 422)


def _asked(session: Session, actor: Actor, public_id: str) -> tuple[Task, Patient, Watch]:
    """A duty of the actor's list that this page settles; any other is not found."""
    task = get_task(session, actor, public_id)
    patient = session.get_one(Patient, task.patient_id)
    watch = watch_of_task(patient, task)
    if watch is None:
        raise NotFound
    return task, patient, watch

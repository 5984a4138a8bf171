"""Applications for an agreement: taken at the village, checked twice, signed; each role's list of what waits for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.areas.queries import full_name
from app.audit.views import note_look
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.dates import add_months
from app.core.db import new_public_id, transaction
from app.core.errors import Conflict, Invalid
from app.core.forms import Form
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.web import forget_reads, read_session, show_errors
from app.documents.labels import KIND_LABELS
from app.documents.queries import papers_of
from app.documents.rules import DocumentKind, DocumentSubject
from app.guardians.forms import AgreementForm
from app.guardians.forms_application import ApplyForm, CheckForm, GroundForm, PapersForm, SeekForm
from app.guardians.labels import RELATION_LABELS
from app.guardians.labels_application import (
    OFFICE_LABELS,
    PAPER_LABELS,
    REFUSAL_GROUNDS,
    RETURN_GROUNDS,
    STATE_LABELS,
    STEP_LABELS,
    WITHDRAWAL_GROUNDS,
)
from app.guardians.models import AgreementApplication
from app.guardians.queries import get_guarded_patient, list_agreements, list_guardians
from app.guardians.queries.applications import (
    Which,
    count_applications,
    find_live_application,
    get_application,
    list_applications,
    show_application,
)
from app.guardians.rules import Rank
from app.guardians.rules.application import CHECKLIST, NEXT_STEP, REQUIRED, STEP_ROLES, ApplicationStep
from app.guardians.service import suggest_number
from app.guardians.service.applications import (
    apply_again,
    apply_for_agreement,
    check_application,
    refuse_to_act,
    seek_family,
    send_back,
    sign_application,
)
from app.guardians.views.blueprint import guardians
from app.patients.models import Patient
from app.patients.queries import lock_patient
from app.people.vault import Vault

Answer = str | BaseResponse | tuple[str, int]
WORDS = {
    "state": STATE_LABELS,
    "step": STEP_LABELS,
    "office": OFFICE_LABELS,
    "paper": PAPER_LABELS,
    "relation": RELATION_LABELS,
}


@guardians.route("/applications/")
@permit(Action.KEEP_AGREEMENTS)
def applications() -> str:
    actor, session, today = current_actor(), read_session(), current_clock().today()
    wanted = request.args.get("which", "")
    which = Which(wanted) if wanted in set(Which) else Which.MINE
    return render_template(
        "guardians/applications.html",
        page=list_applications(session, actor, which, today, request.args.get("after")),
        counts=count_applications(session, actor, today),
        which=which,
        is_first_page=not request.args.get("after"),
        words=WORDS,
    )


@guardians.route("/applications/new", methods=["GET", "POST"])
@permit(Action.KEEP_AGREEMENTS)
def seek_and_apply() -> Answer:
    """A family at the village's desk: who comes names both, and nobody is looked up."""
    actor, clock = current_actor(), current_clock()
    form = SeekForm(data=_given(clock.today(), clock.today()))
    form.today = clock.today()

    def store(session: Session) -> AgreementApplication:
        found = seek_family(session, actor, form.guardian.data, form.patient.data, clock.today(), clock.now())
        patient = lock_patient(session, actor, found.public_id)
        return apply_for_agreement(session, actor, patient, form.to_command(), clock.today(), clock.now())

    return _taken(form, store, lambda: _apply_page(form))


@guardians.route("/patients/<public_id>/applications/new", methods=["GET", "POST"])
@permit(Action.KEEP_AGREEMENTS)
def apply(public_id: str) -> Answer:
    """For a family that is known; a renewal is prefilled from the agreement that ends. One that is under way is gone on with."""
    actor, clock, session = current_actor(), current_clock(), read_session()
    patient = get_guarded_patient(session, actor, public_id)
    live = find_live_application(session, actor, patient)
    if live is not None and request.method == "GET":
        return redirect(url_for("guardians.application", public_id=live.public_id))
    last = max((one.last_day for one in list_agreements(session, actor, patient, clock.today())), default=None)
    starts = max(clock.today(), last + timedelta(days=1)) if last else clock.today()
    form = ApplyForm(data=_given(clock.today(), starts))
    form.today = clock.today()

    def store(writing: Session) -> AgreementApplication:
        lock_patient(writing, actor, public_id)
        known = get_guarded_patient(writing, actor, public_id)
        return apply_for_agreement(writing, actor, known, form.to_command(), clock.today(), clock.now())

    return _taken(form, store, lambda: _apply_page(form, public_id, renews=last))


@guardians.route("/applications/<public_id>")
@permit(Action.KEEP_AGREEMENTS)
def application(public_id: str) -> str:
    actor, session = current_actor(), read_session()
    found = get_application(session, actor, public_id)
    note_look(("application", public_id), session.get_one(Patient, found.patient_id).area_code)
    return _page(public_id)


@guardians.route("/applications/<public_id>/check", methods=["POST"])
@permit(Action.KEEP_AGREEMENTS)
def check(public_id: str) -> Answer:
    actor, clock, form = current_actor(), current_clock(), CheckForm()
    get_application(read_session(), actor, public_id)

    def store(session: Session) -> None:
        confirmed = bool(form.is_guardian.data)
        check_application(session, actor, public_id, form.seen, confirmed, clock.today(), clock.now())

    return _acted(public_id, form, store, _("已核对，转下一步"))


@guardians.route("/applications/<public_id>/send-back", methods=["POST"])
@permit(Action.KEEP_AGREEMENTS)
def back(public_id: str) -> Answer:
    """Return for papers, refuse, or withdraw for the family."""
    actor, clock, form = current_actor(), current_clock(), GroundForm()
    get_application(read_session(), actor, public_id)

    def store(session: Session) -> None:
        send_back(session, actor, public_id, ApplicationStep(form.step.data), form.ground.data, clock.now())

    return _acted(public_id, form, store, _("已登记"))


@guardians.route("/applications/<public_id>/again", methods=["POST"])
@permit(Action.KEEP_AGREEMENTS)
def again(public_id: str) -> Answer:
    actor, clock, form = current_actor(), current_clock(), PapersForm()
    get_application(read_session(), actor, public_id)

    def store(session: Session) -> None:
        apply_again(session, actor, public_id, form.seen, clock.today(), clock.now())

    return _acted(public_id, form, store, _("已重新受理"))


@guardians.route("/applications/<public_id>/sign", methods=["GET", "POST"])
@permit(Action.KEEP_AGREEMENTS)
def sign(public_id: str) -> Answer:
    """The agreement that was applied for, prefilled."""
    actor, clock, session = current_actor(), current_clock(), read_session()
    found = get_application(session, actor, public_id)
    patient = session.get_one(Patient, found.patient_id)
    last = max((one.last_day for one in list_agreements(session, actor, patient, clock.today())), default=None)
    starts = max(found.from_on, last + timedelta(days=1)) if last else found.from_on
    form = AgreementForm(
        data={
            "key": new_public_id(),
            "number": suggest_number(session, starts.year),
            "from_on": starts,
            "to_on": add_months(starts, 12) - timedelta(days=1),
            "signed_on": clock.today(),
        }
    )
    form.today = clock.today()

    def store(writing: Session) -> None:
        known = lock_patient(writing, actor, patient.public_id)
        sign_application(writing, actor, known, public_id, form.to_command(), clock.now())

    return _acted(public_id, form, store, _("协议已签订"), lambda: _sign_page(public_id, form))


# -- shared ------------------------------------------------------------------------------------------------------------


def _given(today: date, starts: date) -> dict[str, object]:
    return {"key": new_public_id(), "applied_on": today, "from_on": starts}


def _taken(form: ApplyForm, store: Callable[[Session], AgreementApplication], show: Callable[[], str]) -> Answer:
    if request.method == "GET":
        return show()
    status = 422
    if form.validate():
        forget_reads()
        try:
            with transaction() as session:
                stored = store(session).public_id
        except (Conflict, Invalid) as refused:
            show_errors(form, refused)
        else:
            flash(_("申请已受理"), "good")
            return redirect(url_for("guardians.application", public_id=stored), 303)
    return show(), status


def _acted(
    public_id: str,
    form: Form,
    store: Callable[[Session], None],
    done: str,
    show: Callable[[], str] | None = None,
) -> Answer:
    if request.method == "GET" and show:
        return show()
    status = 400
    if form.validate():
        forget_reads()
        try:
            with transaction() as session:
                store(session)
            flash(done, "good")
            return redirect(url_for("guardians.application", public_id=public_id), 303)
        except (Conflict, Invalid) as refused:
            show_errors(form, refused)
            status = 409 if isinstance(refused, Conflict) else 400
    return (show() if show else _page(public_id, form)), status


def _apply_page(form: ApplyForm, public_id: str | None = None, renews: date | None = None) -> str:
    session, actor = read_session(), current_actor()
    patient = get_guarded_patient(session, actor, public_id) if public_id else None
    return render_template(
        "guardians/apply.html",
        form=form,
        public_id=public_id,
        guardian=_first(session, patient) if patient else None,
        village=full_name(session, patient.area_code) if patient else None,
        renews=renews,
        signs=actor.role in STEP_ROLES[ApplicationStep.SIGN],
        required=REQUIRED,
        words=WORDS,
    )


def _first(session: Session, patient: Patient) -> object:
    cards = list_guardians(session, current_actor(), Vault(session, current_keyring()), patient)
    return next((card for card in cards if card.is_present and card.rank is Rank.FIRST), None)


def _page(public_id: str, refused: Form | None = None) -> str:
    session, actor, today = read_session(), current_actor(), current_clock().today()
    found = get_application(session, actor, public_id)
    shown = show_application(session, actor, public_id, today)
    step = NEXT_STEP.get(found.state)
    return render_template(
        "guardians/application.html",
        shown=shown,
        one=shown.row,
        step=step,
        refusal=refuse_to_act(session, actor, found, step) if step else None,
        may_send_back=_may(session, found, ApplicationStep.RETURN),
        may_withdraw=_may(session, found, ApplicationStep.WITHDRAW),
        checklist=CHECKLIST,
        required=REQUIRED,
        form=refused or CheckForm(formdata=None),
        check_form=refused if isinstance(refused, PapersForm) else _checked(shown.papers),
        grounds={"return": RETURN_GROUNDS, "refuse": REFUSAL_GROUNDS, "withdraw": WITHDRAWAL_GROUNDS},
        papers=papers_of(session, actor, DocumentSubject.APPLICATION, public_id),
        paper_kinds=KIND_LABELS,
        words=WORDS,
    )


def _checked(papers: Sequence[DocumentKind]) -> CheckForm:
    return CheckForm(formdata=None, data={"papers": [str(kind) for kind in papers]})


def _may(session: Session, found: AgreementApplication, step: ApplicationStep) -> bool:
    return refuse_to_act(session, current_actor(), found, step) is None


def _sign_page(public_id: str, form: AgreementForm) -> str:
    session, actor = read_session(), current_actor()
    shown = show_application(session, actor, public_id, current_clock().today())
    return render_template("guardians/sign_application.html", form=form, one=shown.row, words=WORDS)

"""A patient's two guardians, the agreements and the account that is paid: seen and kept by whoever the tables name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.areas.queries import full_name
from app.audit.views import note_look
from app.core.access import Action, Field, Grant, current_actor, permit, sees
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.dates import add_months
from app.core.db import new_public_id, transaction
from app.core.errors import AnhuError, Conflict, NotFound
from app.core.forms import Form
from app.core.i18n import _
from app.core.identity import mask_name
from app.core.keys import current_keyring
from app.core.reasons import Label, Reason, reason, say
from app.core.searching import search_words
from app.core.web import forget_reads, read_session, show_errors
from app.guardians import service
from app.guardians.forms import (
    AccountForm,
    AgreementForm,
    EndAgreementForm,
    EndGuardianForm,
    FirstGuardianForm,
    NoRenewalForm,
    SecondGuardianForm,
)
from app.guardians.labels import AGREEMENT_LABELS, BASIS_LABELS, RANK_LABELS, RELATION_LABELS
from app.guardians.queries import (
    GuardianCard,
    find_kept_twice,
    get_agreement,
    get_guarded_patient,
    list_agreements,
    list_guardians,
    may_name,
    search_guardians,
)
from app.guardians.queries.search import LONGEST
from app.guardians.rules import Rank, Relation
from app.guardians.rules.application import STEP_ROLES, ApplicationStep
from app.guardians.views.blueprint import guardians
from app.guardians.views.duty import beside_agreements
from app.patients.models import Patient
from app.patients.queries import lock_patient
from app.people.models import Person
from app.people.rules import REVEAL_REASONS
from app.people.service import set_account
from app.people.vault import Vault

Answer = str | BaseResponse | tuple[str, int]
WORDS = {
    "rank": RANK_LABELS,
    "relation": RELATION_LABELS,
    "basis": BASIS_LABELS,
    "agreement": AGREEMENT_LABELS,
}


@guardians.route("/guardians/")
@permit(Action.KEEP_AGREEMENTS)
def find() -> str:
    """One search box, for whoever keeps agreements and has no register to come from."""
    actor, session = current_actor(), read_session()
    text = search_words(LONGEST)
    return render_template(
        "guardians/find.html",
        text=text,
        page=search_guardians(session, actor, text, request.args.get("after"), current_clock().today()),
        is_first_page=not request.args.get("after"),
        hint=_("监护人姓名或拼音、协议编号、被监护人姓名"),
        words=WORDS,
    )


@guardians.route("/patients/<public_id>/guardians", endpoint="list_guardians")
@permit(Action.SEE_GUARDIANS)
def overview(public_id: str) -> str:
    actor, session, today = current_actor(), read_session(), current_clock().today()
    patient = get_guarded_patient(session, actor, public_id)
    note_look(("patient", public_id), patient.area_code)
    cards = list_guardians(session, actor, Vault(session, current_keyring()), patient)
    present = {card.rank: card for card in cards if card.is_present}
    agreements = list_agreements(session, actor, patient, today)
    return render_template(
        "guardians/overview.html",
        **_head(session, actor, patient),
        **beside_agreements(session, actor, patient, agreements, today),
        ranks=[(rank, present.get(rank)) for rank in Rank],
        former=[card for card in cards if not card.is_present],
        agreements=agreements,
        signs=actor.role in STEP_ROLES[ApplicationStep.SIGN],
        sees_accounts=sees(actor, Field.PAYEE_ACCOUNT) is Grant.LAST_FOUR,
        reveal_reasons=[(code, _(words)) for code, words in REVEAL_REASONS.items()],
        today=today,
    )


# -- guardians: clinicians keep them -----------------------------------------------------------------------------------


@guardians.route("/patients/<public_id>/guardians/new", methods=["GET", "POST"])
@permit(Action.KEEP_REGISTER)
def add_guardian(public_id: str) -> Answer:
    actor, clock = current_actor(), current_clock()
    rank = _rank(request.args.get("rank", Rank.FIRST.value))
    shape: type[Form] = FirstGuardianForm if rank is Rank.FIRST else SecondGuardianForm
    present = _present(actor, public_id, rank)
    given = {"key": new_public_id(), "from_on": clock.today(), "replaces": present is not None}
    own = {"id_kind": "01"} if rank is Rank.FIRST else {"relation": Relation.OFFICER.value}
    form = shape(data={**given, **own})
    form.today = clock.today()

    def store(session: Session, patient: Patient) -> None:
        if find_kept_twice(session, patient, form.key.data):
            return
        guardianship = service.add_guardian(
            session, Vault(session, current_keyring()), actor, patient, form.to_command(), clock.now()
        )
        for warning in service.find_warnings(session, patient, guardianship):
            flash(say(warning), "warning")

    return _answer(public_id, form, store, "guardians/person.html", rank=rank, present=present)


@guardians.route("/patients/<public_id>/guardians/<rank>/end", methods=["GET", "POST"])
@permit(Action.KEEP_REGISTER)
def end_guardian(public_id: str, rank: str) -> Answer:
    actor, clock, which = current_actor(), current_clock(), _rank(rank)
    present = _present(actor, public_id, which)
    if present is None:
        raise NotFound
    form = EndGuardianForm(data={"to_on": clock.today()})
    form.today = clock.today()

    def store(session: Session, patient: Patient) -> None:
        service.end_guardianship(session, actor, patient, which, form.to_on.data, Reason(form.reason.data), clock.now())

    return _answer(public_id, form, store, "guardians/end.html", rank=which, present=present)


# -- agreements: village, town and civil affairs keep them --------------------------------------------------------------


@guardians.route("/patients/<public_id>/agreements/new", methods=["GET", "POST"])
@permit(Action.KEEP_AGREEMENTS)
def sign_agreement(public_id: str) -> Answer:
    actor, clock = current_actor(), current_clock()
    session = read_session()
    agreements = list_agreements(session, actor, get_guarded_patient(session, actor, public_id), clock.today())
    if request.method == "GET" and actor.role not in STEP_ROLES[ApplicationStep.SIGN]:
        return redirect(url_for("guardians.apply", public_id=public_id))
    last = max((one.last_day for one in agreements), default=None)
    starts = max(clock.today(), last + timedelta(days=1)) if last else clock.today()
    form = AgreementForm(
        data={
            "key": new_public_id(),
            "number": service.suggest_number(session, starts.year),
            "from_on": starts,
            "to_on": add_months(starts, 12) - timedelta(days=1),
            "signed_on": clock.today(),
        }
    )
    form.today = clock.today()

    def store(writing: Session, patient: Patient) -> None:
        if find_kept_twice(writing, patient, form.key.data):
            return
        service.sign_agreement(writing, actor, patient, form.to_command(), clock.now())

    return _answer(
        public_id,
        form,
        store,
        "guardians/agreement.html",
        present=_present(actor, public_id, Rank.FIRST),
        second=_present(actor, public_id, Rank.SECOND),
    )


@guardians.route("/patients/<public_id>/agreements/<agreement_id>/end", methods=["GET", "POST"])
@permit(Action.KEEP_AGREEMENTS)
def end_agreement(public_id: str, agreement_id: str) -> Answer:
    actor, clock = current_actor(), current_clock()
    session = read_session()
    agreement = get_agreement(session, actor, get_guarded_patient(session, actor, public_id), agreement_id)
    form = EndAgreementForm(data={"ended_on": clock.today()})

    def store(writing: Session, patient: Patient) -> None:
        service.end_agreement(
            writing,
            actor,
            patient,
            get_agreement(writing, actor, patient, agreement_id),
            form.ended_on.data,
            Reason(form.reason.data),
            clock.now(),
        )

    return _answer(public_id, form, store, "guardians/end_agreement.html", agreement=agreement)


@guardians.route("/patients/<public_id>/agreements/<agreement_id>/no-renewal", methods=["GET", "POST"])
@permit(Action.KEEP_AGREEMENTS)
def decline_renewal(public_id: str, agreement_id: str) -> Answer:
    actor, clock = current_actor(), current_clock()
    session = read_session()
    agreement = get_agreement(session, actor, get_guarded_patient(session, actor, public_id), agreement_id)
    form = NoRenewalForm()

    def store(writing: Session, patient: Patient) -> None:
        standing = get_agreement(writing, actor, patient, agreement_id)
        service.decline_renewal(writing, actor, patient, standing, form.reason.data, clock.now())

    return _answer(public_id, form, store, "guardians/no_renewal.html", agreement=agreement)


# -- the account: written once, then shown by its last four -------------------------------------------------------------


@guardians.route("/patients/<public_id>/guardians/account", methods=["GET", "POST"])
@permit(Action.KEEP_ACCOUNTS_OF_PAYEES)
def change_account(public_id: str) -> Answer:
    actor, clock = current_actor(), current_clock()
    present = _present(actor, public_id, Rank.FIRST)
    if present is None:
        raise Conflict(reason("guardians.none_of_rank", rank=Label(RANK_LABELS[Rank.FIRST])))
    form = AccountForm(data={"from_on": clock.today(), "holder_name": present.name})
    form.today = clock.today()

    def store(session: Session, patient: Patient) -> None:
        guardianship = service.find_open_guardianship(session, patient, Rank.FIRST)
        if guardianship is None:
            raise Conflict(reason("guardians.none_of_rank", rank=Label(RANK_LABELS[Rank.FIRST])))
        person = session.get_one(Person, guardianship.person_id)
        set_account(session, Vault(session, current_keyring()), person, form.to_command(), actor, clock.now())

    return _answer(public_id, form, store, "guardians/account.html", present=present)


# -- shared ------------------------------------------------------------------------------------------------------------


def _answer(
    public_id: str, form: Form, store: Callable[[Session, Patient], None], template: str, **page: object
) -> Answer:
    """Show the form; store what was sent, or show it again with words at the fields."""
    actor = current_actor()
    get_guarded_patient(read_session(), actor, public_id)
    if request.method == "POST" and form.validate():
        forget_reads()
        try:
            with transaction() as session:
                # of two at once, the second finds the first's rows: a guard sees none that are not committed yet
                lock_patient(session, actor, public_id)
                store(session, get_guarded_patient(session, actor, public_id))
        except AnhuError as refused:
            show_errors(form, refused)
        else:
            flash(_("已保存"))
            return redirect(_back(actor, public_id))
    session = read_session()
    head = _head(session, actor, get_guarded_patient(session, actor, public_id))
    rendered = render_template(template, form=form, **head, **page)
    return rendered if request.method == "GET" else (rendered, 422)


def _back(actor: Actor, public_id: str) -> str:
    """To the guardians' page; home for whoever has just closed the task that let them see it."""
    try:
        get_guarded_patient(read_session(), actor, public_id)
    except NotFound:
        return url_for("desk.home")
    return url_for("guardians.list_guardians", public_id=public_id)


def _head(session: Session, actor: Actor, patient: Patient) -> dict[str, object]:
    """Who the page is about, as this role may read it."""
    is_masked = sees(actor, Field.PATIENT_NAME) is Grant.MASKED
    name = session.get_one(Person, patient.person_id).name if may_name(session, actor, patient) else "—"
    return {
        "public_id": patient.public_id,
        "patient_name": mask_name(name) if is_masked else name,
        "village": full_name(session, patient.area_code),
        "words": WORDS,
    }


def _rank(text: str) -> Rank:
    try:
        return Rank(text)
    except ValueError:
        raise NotFound from None


def _present(actor: Actor, public_id: str, rank: Rank) -> GuardianCard | None:
    session = read_session()
    patient = get_guarded_patient(session, actor, public_id)
    cards = list_guardians(session, actor, Vault(session, current_keyring()), patient)
    return next((card for card in cards if card.is_present and card.rank is rank), None)

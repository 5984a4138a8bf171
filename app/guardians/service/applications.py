"""An application's way from the village over the town to a signed agreement, each step by another person than the one before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.queries import count_acts, start_of_day
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.calendar import load_workdays
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.names import normalise_name
from app.core.reasons import Label, Reason, reason
from app.core.refusals import said_by
from app.core.workdays import add_working_days
from app.documents.rules import DocumentKind
from app.guardians.commands import SignAgreement
from app.guardians.commands_application import Apply
from app.guardians.labels_application import PAPER_LABELS, REFUSAL_GROUNDS, RETURN_GROUNDS, WITHDRAWAL_GROUNDS
from app.guardians.models import Agreement, AgreementApplication, ApplicationEvent, Guardianship
from app.guardians.queries import list_guards
from app.guardians.queries.applications import find_by_names, find_last_hand, find_live_application, get_application
from app.guardians.rules import Rank
from app.guardians.rules.application import (
    APPLICATION_MOVES,
    CHAIN,
    CHECK_DAYS,
    CHECKLIST,
    ApplicationState,
    ApplicationStep,
    papers_lacking,
    papers_of,
    role_of_step,
)
from app.guardians.service.adding import find_open_guardianship
from app.guardians.service.agreements import sign_agreement
from app.patients.models import Patient
from app.patients.rules import RegistryStatus

LOOKS_A_DAY = 20  # names that a village tries; then the town helps
SOUGHT = "guardians.application_sought"
GROUNDS = {
    ApplicationStep.RETURN: RETURN_GROUNDS,
    ApplicationStep.REFUSE: REFUSAL_GROUNDS,
    ApplicationStep.WITHDRAW: WITHDRAWAL_GROUNDS,
}
GUARDS = {
    "uq_agreement_applications_live": "guardians.application.under_way",
    "agreement_applications.patient_id": "guardians.application.under_way",
    "guard_application_events_hands": "guardians.application.same_hand",
}
_FAR = timedelta(days=60)


def apply_for_agreement(
    session: Session, actor: Actor, patient: Patient, command: Apply, today: date, now: datetime
) -> AgreementApplication:
    """Write down that the first guardian applies; the application of this key if it stands already.

    Raises `Invalid` by field, `Conflict` where one is under way or nobody can apply, `Forbidden` for one's own patient.
    """
    require(actor, Action.KEEP_AGREEMENTS)
    kept = session.scalar(
        select(AgreementApplication).where(
            AgreementApplication.submission_key == command.key, AgreementApplication.patient_id == patient.id
        )
    )
    if kept is not None:
        return kept
    _refuse_own(session, actor, patient)
    _refuse_days(command, today)
    guardianship = _applicant(session, patient)
    if find_live_application(session, actor, patient) is not None:
        raise Conflict(reason("guardians.application.under_way"))
    application = AgreementApplication(
        submission_key=command.key,
        patient_id=patient.id,
        guardianship_id=guardianship.id,
        applied_on=command.applied_on,
        from_on=command.from_on,
        state=ApplicationState.APPLIED,
        due_on=_due(session, command.applied_on),
        papers_seen=_joined(command.papers),
        recorded_at=now,
        recorded_by=actor.user_id,
    )
    with said_by(session, GUARDS):
        session.add(application)
    _write(session, actor, application, ApplicationStep.APPLY, None, now)
    return application


def seek_family(session: Session, actor: Actor, guardian: str, patient: str, today: date, now: datetime) -> Patient:
    """The resident whom a guardian who stands at the desk names: both names must fit. Noted, and not for trying names out."""
    require(actor, Action.KEEP_AGREEMENTS)
    if count_acts(session, actor, [SOUGHT], start_of_day(today)) >= LOOKS_A_DAY:
        raise Conflict(reason("guardians.application.budget", most=LOOKS_A_DAY))
    found = find_by_names(session, actor, normalise_name(guardian), normalise_name(patient))
    note(session, actor, SOUGHT, now=now, area_code=found[0].area_code if found else "", count=len(found))
    if len(found) != 1:
        raise Invalid({"guardian": [reason("guardians.application.not_found")]})
    return found[0]


def check_application(
    session: Session,
    actor: Actor,
    public_id: str,
    papers: Iterable[DocumentKind],
    is_confirmed: bool,
    today: date,
    now: datetime,
) -> AgreementApplication:
    """The first or the second check, whichever it waits for. The second asks for every required paper."""
    application = get_application(session, actor, public_id, is_to_change=True)
    is_first = application.state is ApplicationState.APPLIED
    step = ApplicationStep.FIRST_CHECK if is_first else ApplicationStep.SECOND_CHECK
    _let(session, actor, application, step)
    _refuse_changed(session, application)
    if not is_confirmed:
        raise Invalid({"is_guardian": [reason("guardians.application.confirm")]})
    seen = {*papers_of(application.papers_seen), *papers}
    lacking = papers_lacking(seen)
    if lacking and not is_first:
        words = [Label(PAPER_LABELS[kind]) for kind in lacking]
        raise Invalid({"papers": [reason("guardians.application.lacking", papers=words)]})
    application.papers_seen = _joined(seen)
    _move(session, actor, application, step, _due(session, today), now)
    return application


def send_back(
    session: Session, actor: Actor, public_id: str, step: ApplicationStep, ground: str, now: datetime
) -> AgreementApplication:
    """Return for papers, refuse, or withdraw for the family. Raises `Invalid` at `ground`."""
    application = get_application(session, actor, public_id, is_to_change=True)
    if ground not in GROUNDS[step]:
        raise Invalid({"ground": [reason("guardians.application.ground_missing")]})
    _let(session, actor, application, step)
    _move(session, actor, application, step, None, now, ground)
    return application


def apply_again(
    session: Session, actor: Actor, public_id: str, papers: Iterable[DocumentKind], today: date, now: datetime
) -> AgreementApplication:
    """What was sent back comes again with its papers; the village's days begin anew."""
    application = get_application(session, actor, public_id, is_to_change=True)
    _let(session, actor, application, ApplicationStep.APPLY)
    _refuse_changed(session, application)
    application.papers_seen = _joined({*papers_of(application.papers_seen), *papers})
    _move(session, actor, application, ApplicationStep.APPLY, _due(session, today), now)
    return application


def sign_application(
    session: Session, actor: Actor, patient: Patient, public_id: str, command: SignAgreement, now: datetime
) -> Agreement:
    """The agreement that was applied for is signed; the application is done."""
    application = get_application(session, actor, public_id, is_to_change=True)
    signed = session.scalar(
        select(Agreement).where(Agreement.public_id == command.public_id, Agreement.patient_id == patient.id)
    )
    if signed is not None and application.agreement_id == signed.id:
        return signed
    _let(session, actor, application, ApplicationStep.SIGN)
    _refuse_changed(session, application)
    agreement = sign_agreement(session, actor, patient, command, now, application=application)
    application.agreement_id = agreement.id
    _move(session, actor, application, ApplicationStep.SIGN, None, now)
    return agreement


def refuse_to_act(
    session: Session, actor: Actor, application: AgreementApplication, step: ApplicationStep
) -> Reason | None:
    """Why this person may not take `step` now; None if they may. For pages, which show a button or the reason."""
    states, _target = APPLICATION_MOVES[step]
    if application.state not in states:
        return reason("guardians.application.moved_on")
    if actor.person_id is not None and actor.person_id in _guards(session, actor, application):
        return reason("guardians.application.own")
    if actor.role not in role_of_step(step, application.state):
        return reason("guardians.application.not_yours")
    is_chained = step in CHAIN[1:] or step in (ApplicationStep.RETURN, ApplicationStep.REFUSE)
    if is_chained and find_last_hand(session, actor, application) == actor.hand:
        return reason("guardians.application.same_hand")
    return None


def _let(session: Session, actor: Actor, application: AgreementApplication, step: ApplicationStep) -> None:
    require(actor, Action.KEEP_AGREEMENTS)
    refusal = refuse_to_act(session, actor, application, step)
    if refusal is None:
        return
    raise Forbidden(refusal) if refusal.code == "guardians.application.own" else Conflict(refusal)


def _move(
    session: Session,
    actor: Actor,
    application: AgreementApplication,
    step: ApplicationStep,
    due_on: date | None,
    now: datetime,
    ground: str = "",
) -> None:
    was_due = application.due_on
    application.state, application.due_on = APPLICATION_MOVES[step][1], due_on
    _write(session, actor, application, step, was_due, now, ground)


def _write(
    session: Session,
    actor: Actor,
    application: AgreementApplication,
    step: ApplicationStep,
    was_due: date | None,
    now: datetime,
    ground: str = "",
) -> None:
    with said_by(session, GUARDS):
        session.add(
            ApplicationEvent(
                application_id=application.id,
                step=step,
                by=actor.user_id,
                hand=actor.hand,
                at=now,
                due_on=was_due,
                ground=ground,
            )
        )
    note(
        session,
        actor,
        f"guardians.application_{step.value}",
        now=now,
        subject=("application", application.public_id),
        area_code=session.get_one(Patient, application.patient_id).area_code,
        detail={"reason": ground} if ground else {},
    )


def _applicant(session: Session, patient: Patient) -> Guardianship:
    if patient.registry_status is not RegistryStatus.REGISTERED:
        raise Conflict(reason("guardians.application.not_registered"))
    guardianship = find_open_guardianship(session, patient, Rank.FIRST)
    if guardianship is None:
        raise Conflict(reason("guardians.application.none_first"))
    return guardianship


def _refuse_changed(session: Session, application: AgreementApplication) -> None:
    """The applicant must still be the first guardian of somebody on the register."""
    present = _applicant(session, session.get_one(Patient, application.patient_id))
    if present.id != application.guardianship_id:
        raise Conflict(reason("guardians.application.changed"))


def _refuse_own(session: Session, actor: Actor, patient: Patient) -> None:
    if actor.person_id is not None and actor.person_id in list_guards(session, actor, patient):
        raise Forbidden(reason("guardians.application.own"))


def _guards(session: Session, actor: Actor, application: AgreementApplication) -> set[int]:
    return list_guards(session, actor, session.get_one(Patient, application.patient_id))


def _refuse_days(command: Apply, today: date) -> None:
    if command.applied_on > today:
        raise Invalid({"applied_on": [reason("guardians.application.after_today")]})
    if command.from_on < command.applied_on:
        raise Invalid({"from_on": [reason("guardians.application.starts_early")]})


def _due(session: Session, since: date) -> date:
    return add_working_days(since, CHECK_DAYS, load_workdays(session, since, since + _FAR)).ends_on


def _joined(papers: Iterable[DocumentKind]) -> str:
    seen = set(papers)
    return " ".join(kind.value for kind in CHECKLIST if kind in seen)

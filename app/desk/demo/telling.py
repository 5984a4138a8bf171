"""Messages: words that two people agreed on, families that agreed to be told, and what became of a few texts of the last days.

Sending itself is off in a demonstration; the history is of days on which a provider was tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.contacts import who_answers
from app.areas.rules import prefix_of
from app.core.actor import Actor
from app.core.db import new_public_id
from app.core.reasons import Reason, reason
from app.core.scope import within_prefix
from app.desk.demo.moments import Moments
from app.desk.demo.places import TOWN
from app.desk.demo.settling import County
from app.guardians.models import Guardianship
from app.guardians.rules import Rank
from app.messages.commands import GiveConsent, Owed, ProposeTemplate, Relation
from app.messages.models import Message
from app.messages.rules.kinds import MessageKind, MessageState
from app.messages.rules.templates import EventSource, GivenBy
from app.messages.service import owe
from app.messages.service.consenting import end_consent, give_consent
from app.messages.service.reminding import owe_reminders
from app.messages.service.states import accept_status, move
from app.messages.service.wording import approve_template, propose_template
from app.messages.suggested import SUGGESTED
from app.patients.models import Patient
from app.tasks.models import Task
from app.tasks.rules import TaskKind

FAMILIES = 40
WAITING_WORDS = MessageKind.PAYMENT_MADE  # of these words the second person's are still awaited
_DAY = timedelta(days=1)
_LATE_NETWORK = "30003"  # Twilio's word for a telephone that cannot be reached


def tell(session: Session, county: County, moments: Moments) -> None:
    _agree_on_words(session, county, moments)
    patients = _agree_to_be_told(session, county.actors["doctor"], moments)
    _remember(session, patients, moments)
    owe_reminders(session, moments.today, moments.now)


def _agree_on_words(session: Session, county: County, moments: Moments) -> None:
    clerk, office = county.actors["clerk"], county.actors["county_office"]
    for number, (kind, (zh, en)) in enumerate(SUGGESTED.items()):
        on = moments.today - 60 * _DAY
        waits = kind is WAITING_WORDS
        proposer, other = (office, clerk) if waits or number % 2 else (clerk, office)
        command = ProposeTemplate(kind, zh, en, new_public_id())
        day = moments.today - 2 * _DAY if waits else on
        template = propose_template(session, proposer, command, moments.on(day, 40 + number))
        if not waits:
            approve_template(session, other, template.public_id, moments.on(on + _DAY, 40 + number))


def _agree_to_be_told(session: Session, doctor: Actor, moments: Moments) -> Sequence[Patient]:
    """The first families of the doctor's town; for one a text would not be safe, one took it back."""
    rows = session.execute(
        select(Patient, Guardianship.person_id)
        .join(Guardianship, Guardianship.patient_id == Patient.id)
        .where(
            within_prefix(Patient.area_code, prefix_of(TOWN)),
            Patient.management_status == "managed",
            Guardianship.rank == Rank.FIRST,
            Guardianship.to_on.is_(None),
            Guardianship.withdrawn_at.is_(None),
        )
        .order_by(Patient.id)
        .limit(FAMILIES)
    ).all()
    for number, (patient, person_id) in enumerate(rows):
        on = moments.today - (50 - number % 30) * _DAY
        agreed = GiveConsent(
            person_id, GivenBy.SPOKEN if number % 4 == 3 else GivenBy.PAPER, number != 5, new_public_id(),
            patient_agrees=None if number % 5 == 4 else True,
        )  # fmt: skip
        consent = give_consent(session, doctor, patient, agreed, on, moments.on(on, 100 + number))
        if number == 6:
            end_consent(session, doctor, patient, consent.public_id, moments.on(moments.today - 9 * _DAY, 200))
    return [patient for patient, _person_id in rows]


def _remember(session: Session, patients: Sequence[Patient], moments: Moments) -> None:
    """Reminders of visits of the last fortnight: most arrived, one did not, of one nobody knows."""
    visits = session.scalars(
        select(Task)
        .where(
            Task.kind == TaskKind.FOLLOW_UP,
            Task.patient_id.in_([patient.id for patient in patients]),
            Task.due_on.between(moments.today - 15 * _DAY, moments.today),
        )
        .order_by(Task.due_on, Task.id)
        .limit(12)
    ).all()
    by_id = {patient.id: patient for patient in patients}
    for number, task in enumerate(visits):
        _one(session, number, by_id[task.patient_id], task, moments)


def _one(session: Session, number: int, patient: Patient, task: Task, moments: Moments) -> None:
    day = task.due_on - 2 * _DAY
    owed_at, sent_at = moments.on(day, 0), moments.on(day, 1 + number)
    message = owe(
        session,
        Owed(
            kind=MessageKind.VISIT_DUE,
            dedupe_key=f"visit_due:{task.id}:{task.due_on.isoformat()}:demo",
            patient=patient,
            recipient=Relation.first_guardian(),
            subject=("task", task.id),
            parameters={"day": task.due_on},
            expires_at=moments.on(task.due_on, 530) + _DAY,
        ),
        owed_at,
    )
    if number in (3, 7):
        kept = Reason("messages.cancelled.no_longer_true")
        move(session, message, MessageState.CANCELLED, EventSource.SENDER, sent_at, kept)
        return
    message.state, message.claim, message.claimed_at, message.gateway = MessageState.CLAIMED, "demo", sent_at, "twilio"
    message.attempts, message.language = 1, "zh"
    session.flush()
    if number == 5:
        unclear = Reason("messages.unknown.in_doubt")
        move(session, message, MessageState.UNKNOWN, EventSource.SENDER, sent_at, unclear)
    else:
        message.provider_id, message.sent_at = f"demo-{message.id}", sent_at
        move(session, message, MessageState.SENT, EventSource.SENDER, sent_at)
        _report(session, message, number, moments)
    if message.state in (MessageState.UNKNOWN, MessageState.FAILED):
        message.answerable_id = who_answers(session, patient.agency_id or patient.area_code, moments.today)[0].user_id
        session.flush()


def _report(session: Session, message: Message, number: int, moments: Moments) -> None:
    at = min((message.sent_at or moments.now) + timedelta(minutes=1), moments.now)
    if number == 9:
        accept_status(session, message, "undelivered", EventSource.CALLBACK, at, _LATE_NETWORK)
        message.because = reason("messages.failed.by_network", error=_LATE_NETWORK).to_json()
    elif number != 10:
        accept_status(session, message, "delivered", EventSource.CALLBACK, at)

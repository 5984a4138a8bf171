"""Supervision sampling: what was found on site, the end of a sample, and the checked institution's own word."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.errors import Conflict, Invalid, NotFound
from app.core.reasons import reason
from app.numbers.commands_sampling import RecordFindings
from app.numbers.models import Sample, SampleMark, SampleRecord, SampleUnit
from app.numbers.queries.sampling import (
    NOTE,
    get_record,
    get_sample,
    items_for,
    list_units,
    people_of,
    reads_note,
)
from app.numbers.rules.sampling import (
    LONGEST_COMMENT,
    LONGEST_WHY,
    SampleState,
    Unable,
    Verdict,
)
from app.people.vault import Vault
from app.subsidies.rules.grounds import holds_personal_number


def record_findings(
    session: Session, vault: Vault, actor: Actor, public_id: str, command: RecordFindings, now: datetime
) -> SampleRecord:
    """What two checkers found of a record; what is not answered yet stays open. Raises `Conflict` when somebody was quicker."""
    require(actor, Action.DRAW_SAMPLES)
    record, sample = get_record(session, actor, public_id, lock=True)
    if sample.state is not SampleState.RUNNING:
        raise Conflict(reason("numbers.sample.ended"))
    if record.version != command.version:
        raise Conflict(reason("numbers.sample.changed"))
    verdicts = {} if command.unable else command.verdicts
    if set(verdicts) - {one.code for one in items_for(actor, sample)}:
        raise NotFound()
    # whoever was not shown a note and leaves it empty has not deleted it
    keeps_note = record.note_sealed is not None and not command.note.strip() and not reads_note(actor, record)
    _refuse_unsaid(command, verdicts, keeps_note)
    standing = {one.item: one for one in session.scalars(select(SampleMark).where(SampleMark.record_id == record.id))}
    for item, verdict in verdicts.items():
        if item in standing:
            standing[item].verdict = verdict
        else:
            session.add(SampleMark(record_id=record.id, item=item, verdict=verdict))
    if not keeps_note:
        person = people_of(session, [record.patient_id])[record.patient_id]
        record.note_sealed = vault.seal(person, NOTE, command.note.strip())
        record.noted_by = actor.user_id if record.note_sealed else None
    record.unable = command.unable
    record.checked_at, record.checked_by = now, actor.user_id
    session.flush()
    note_sample(session, actor, sample, "numbers.sample_checked", now, 1, record)
    return record


def close_sample(session: Session, actor: Actor, public_id: str, now: datetime) -> Sample:
    """Final: every record is answered, and the institutions read their own from now on."""
    require(actor, Action.DRAW_SAMPLES)
    sample = _running(session, actor, public_id)
    units = list_units(session, actor, sample)
    if left := sum(one.tally.drawn - one.tally.done for one in units):
        raise Conflict(reason("numbers.sample.left", n=left))
    sample.state, sample.ended_at, sample.ended_by = SampleState.CLOSED, now, actor.user_id
    note_sample(session, actor, sample, "numbers.sample_closed", now, sample.drawn_count)
    return sample


def withdraw_sample(session: Session, actor: Actor, public_id: str, why: str, now: datetime) -> Sample:
    """It is not carried through, with the reason; its number stays used and the draw stays readable."""
    require(actor, Action.DRAW_SAMPLES)
    sample = _running(session, actor, public_id)
    if not 0 < len(why.strip()) <= LONGEST_WHY:
        raise Invalid({"why": [reason("numbers.sample.words", most=LONGEST_WHY)]})
    _refuse_personal("why", why)
    sample.state, sample.ended_at, sample.ended_by = SampleState.WITHDRAWN, now, actor.user_id
    sample.why = why.strip()
    note_sample(session, actor, sample, "numbers.sample_withdrawn", now, sample.drawn_count)
    return sample


def comment_on(session: Session, actor: Actor, public_id: str, text: str, now: datetime) -> SampleUnit:
    """The checked institution's own word on a closed sample, once."""
    require(actor, Action.COMMENT_ON_SAMPLES)
    sample = get_sample(session, actor, public_id, lock=True)
    unit = session.get(SampleUnit, (sample.id, actor.agency_id))
    if unit is None:
        raise NotFound()
    if unit.comment is not None:
        raise Conflict(reason("numbers.sample.commented"))
    if not 0 < len(text.strip()) <= LONGEST_COMMENT:
        raise Invalid({"comment": [reason("numbers.sample.words", most=LONGEST_COMMENT)]})
    _refuse_personal("comment", text)
    unit.comment, unit.commented_at, unit.commented_by = text.strip(), now, actor.user_id
    note_sample(session, actor, sample, "numbers.sample_commented", now, 1)
    return unit


def _running(session: Session, actor: Actor, public_id: str) -> Sample:
    sample = get_sample(session, actor, public_id, lock=True)
    if sample.state is not SampleState.RUNNING:
        raise Conflict(reason("numbers.sample.ended"))
    return sample


def _refuse_unsaid(command: RecordFindings, verdicts: object, keeps_note: bool) -> None:
    if not verdicts and command.unable is None:
        raise Invalid({"unable": [reason("numbers.sample.nothing_found")]})
    has_error = not command.unable and Verdict.MISMATCH in command.verdicts.values()
    if (has_error or command.unable is Unable.OTHER) and not (keeps_note or command.note.strip()):
        raise Invalid({"note": [reason("numbers.sample.say_what")]})
    _refuse_personal("note", command.note)


def _refuse_personal(field: str, text: str) -> None:
    """Who is meant the record says: no number of a person stands in words that others read."""
    if holds_personal_number(text):
        raise Invalid({field: [reason("numbers.sample.personal")]})


def note_sample(
    session: Session,
    actor: Actor,
    sample: Sample,
    act: str,
    now: datetime,
    count: int,
    record: SampleRecord | None = None,
) -> None:
    note(
        session,
        actor,
        act,
        now=now,
        subject=("sample_record", record.public_id) if record else ("sample", sample.public_id),
        area_code=sample.area_code,
        count=count,
        detail={"number": sample.number, "seed": sample.seed, "frame": sample.frame_digest},
    )

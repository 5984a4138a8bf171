"""What a scene has of supervision sampling: a sample that was closed, which whoever was checked reads, and one that is checked."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor, Role
from app.core.db import new_public_id
from app.numbers.commands_sampling import DrawSample, RecordFindings
from app.numbers.models import Sample, SampleRecord
from app.numbers.rules.sampling import SampleSubject, Sizes, Verdict
from app.numbers.service.drawing import draw_sample, plan_sample
from app.numbers.service.sampling import close_sample, record_findings
from app.people.vault import Vault
from tests.rig.clock import NOW, TODAY


class Kept(Protocol):
    """Where the public ids go."""

    sample: dict[str, str]
    sample_record: dict[str, str]


def draw_samples(session: Session, vault: Vault, office: Actor, found: Kept) -> None:
    """Of everybody registered in the office's county, by two seeds; those who check have the one that is checked."""
    closed = _draw(session, office, "closed")
    for record in _records(session, closed):
        verdicts = dict.fromkeys(closed.items, Verdict.MATCH) | {"identity": Verdict.MISMATCH}
        found_so = RecordFindings(record.version, verdicts, None, "登记与证件不一致")
        record_findings(session, vault, office, record.public_id, found_so, NOW)
    close_sample(session, office, closed.public_id, NOW)
    running = _draw(session, office, "running")
    for name, sample in (("", closed), (Role.COUNTY_OFFICE.value, running), (Role.COORDINATOR.value, running)):
        found.sample[name] = sample.public_id
        found.sample_record[name] = _records(session, sample)[0].public_id


def _draw(session: Session, office: Actor, seed: str) -> Sample:
    planned = DrawSample(new_public_id(), SampleSubject.RECORDS, None, None, Sizes(100, 1), seed=seed)
    seen = plan_sample(session, office, planned, TODAY).token
    planned = DrawSample(new_public_id(), SampleSubject.RECORDS, None, None, Sizes(100, 1), seed=seed, seen=seen)
    return draw_sample(session, office, planned, TODAY, NOW)[0]


def _records(session: Session, sample: Sample) -> list[SampleRecord]:
    rows = select(SampleRecord).where(SampleRecord.sample_id == sample.id).order_by(SampleRecord.id)
    return list(session.scalars(rows))

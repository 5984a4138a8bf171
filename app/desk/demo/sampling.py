"""Supervision sampling: the records that were checked last month, with what was found and an institution's word, and visits being checked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.quarter import Quarter
from app.desk.demo.bulk import new_id
from app.desk.demo.moments import Moments
from app.desk.demo.settling import County
from app.numbers.commands_sampling import DrawSample, RecordFindings
from app.numbers.models import Sample, SampleRecord
from app.numbers.rules.sampling import SampleSubject, Sizes, Unable, Verdict
from app.numbers.service.drawing import draw_sample, plan_sample
from app.numbers.service.sampling import close_sample, comment_on, record_findings
from app.people.vault import Vault

_DRAWN_BEFORE, _CHECKED_WITHIN = timedelta(days=17), timedelta(days=6)
_DIFFERS, _UNCLEAR, _UNABLE = 0.05, 0.03, 0.06  # of items, of items, of records
_NOTES = ("纸质档案与系统登记不一致，已现场指出", "原件上缺少签名，限期补签", "电话号码已变更，系统未更新")
_COMMENT = "核查结果属实，不符的已逐项更正，缺签名的已补签。"


def check_on_site(session: Session, vault: Vault, county: County, moments: Moments, rng: Random) -> None:
    """The county's office has closed its sample of records; the coordinator's sample of last quarter's visits is half checked."""
    office, coordinator = county.actors["county_office"], county.actors["coordinator"]
    began = moments.today - _DRAWN_BEFORE
    records = DrawSample(new_id(rng), SampleSubject.RECORDS, None, None, Sizes(3, 3, 1))
    closed = _draw(session, office, records, moments, began - moments.today)
    for record in _records(session, closed):
        _check(session, vault, office, closed, record, moments, rng)
    close_sample(session, office, closed.public_id, moments.on(began + _CHECKED_WITHIN, 420))
    lead = county.actors["health_lead"]
    comment_on(session, lead, closed.public_id, _COMMENT, moments.on(began + _CHECKED_WITHIN + timedelta(days=2), 90))
    last = Quarter.of(moments.today).previous()
    visits = DrawSample(new_id(rng), SampleSubject.VISITS, last.first_day, last.last_day, Sizes(1, 2))
    running = _draw(session, coordinator, visits, moments, timedelta(days=-3))
    for record in _records(session, running)[::2]:
        _check(session, vault, coordinator, running, record, moments, rng)


def _draw(session: Session, actor: Actor, planned: DrawSample, moments: Moments, ago: timedelta) -> Sample:
    on = moments.today + ago
    seen = plan_sample(session, actor, planned, on).token
    return draw_sample(session, actor, replace(planned, seen=seen), on, moments.on(on, 45))[0]


def _records(session: Session, sample: Sample) -> list[SampleRecord]:
    rows = select(SampleRecord).where(SampleRecord.sample_id == sample.id).order_by(SampleRecord.id)
    return list(session.scalars(rows))


def _check(
    session: Session, vault: Vault, actor: Actor, sample: Sample, record: SampleRecord, moments: Moments, rng: Random
) -> None:
    """Most of it as recorded; here and there something differs, cannot be verified, or nobody is to be met."""
    at = moments.on(sample.drawn_on + timedelta(days=1 + rng.randrange(2)), rng.randrange(60, 480))
    if rng.random() < _UNABLE:
        found = RecordFindings(record.version, {}, Unable.AWAY, "")
    else:
        verdicts = {item: _verdict(rng) for item in sample.items}
        note = rng.choice(_NOTES) if Verdict.MISMATCH in verdicts.values() else ""
        found = RecordFindings(record.version, verdicts, None, note)
    record_findings(session, vault, actor, record.public_id, found, at)


def _verdict(rng: Random) -> Verdict:
    drawn = rng.random()
    if drawn < _DIFFERS:
        return Verdict.MISMATCH
    return Verdict.UNVERIFIABLE if drawn < _DIFFERS + _UNCLEAR else Verdict.MATCH

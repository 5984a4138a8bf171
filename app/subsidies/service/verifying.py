"""Everything that must hold over a county's money, asked in one go (the invariants I1–I7 and I10), by operators, auditors and every test that
breaks things. It reads; what it finds, people put right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.audit.chain import Head
from app.audit.chain import verify as verify_chain
from app.core.batches import slices
from app.core.crypto import Keyring
from app.core.reasons import Reason, reason
from app.subsidies.models import SubsidyRun
from app.subsidies.queries.late import ids_to_review
from app.subsidies.queries.past import past_lines
from app.subsidies.queries.verify import verify_run
from app.subsidies.queries.verify_county import verify_county
from app.subsidies.service.correcting import BATCH, Look, review


def verify_money(
    session: Session,
    county_code: str,
    runs: Sequence[SubsidyRun],
    keyring: Keyring,
    today: date,
    now: datetime,
    anchors: Iterable[Head] = (),
) -> list[Reason]:
    """What does not hold in these runs of the county, in the county as a whole, or in the chain of what was noted; empty when all does."""
    return [
        *(why for run in runs for why in verify_run(session, run, keyring)),
        *verify_county(session, county_code),
        *_not_claimed(session, county_code, Look(today, now)),
        *_chain(session, now, anchors),
    ]


def _not_claimed(session: Session, county_code: str, look: Look) -> Iterator[Reason]:
    """I4: what was paid beyond the facts of today has its case."""
    for part in slices(ids_to_review(session, county_code, look.as_of), BATCH):
        for one in review(session, look, past_lines(session, part)):
            if one.too_much:
                line = one.past.line.public_id
                yield reason("subsidies.verify.not_claimed", line=line, amount=one.too_much)


def _chain(session: Session, now: datetime, anchors: Iterable[Head]) -> Iterator[Reason]:
    """I7: the chain of events is whole up to the last anchor. What waits to be sealed is the business of `flask audit verify`."""
    found = verify_chain(session, now, anchors)
    if found.why is not None and found.why.code != "audit.broken.unsealed":
        yield reason("subsidies.verify.chain", at=found.broken_at or 0, why=found.why)

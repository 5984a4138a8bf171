"""Long work that pages ask for (`app/core/work.py`): which room's function does which kind, and the loop that claims and runs it."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic

from app.core.errors import AnhuError
from app.core.logs import log
from app.core.models import WorkItem
from app.core.reasons import Reason
from app.core.work import Handler, LostClaim, Progress, WorkDone, claim_work, fail_work, finish_work, note_progress
from app.insurance import work as insurance_work
from app.numbers import work as numbers_work
from app.numbers import work_papers as numbers_papers
from app.numbers import work_submitting as numbers_submitting
from app.roster import work as roster_work
from app.subsidies import work as subsidies_work
from scheduler.house import House

# kind → the function of the room that does it
HANDLERS: dict[str, Handler] = {
    **subsidies_work.HANDLERS,
    **roster_work.HANDLERS,
    **insurance_work.HANDLERS,
    **numbers_work.HANDLERS,
    **numbers_papers.HANDLERS,
    **numbers_submitting.HANDLERS,
}
# Handlers report far more often than a reader looks; each note is a transaction of its own.
NOTE_EVERY_SECONDS = 0.5


def do_next(house: House, handlers: Mapping[str, Handler] = HANDLERS) -> bool:
    """Claim the oldest waiting item and do it; False when nothing waits."""
    with house.database.transaction() as session:
        item = claim_work(session, house.clock.now())
    if item is None:
        return False
    try:
        _do(house, item, handlers)
    except LostClaim:
        log().warning("work taken over", kind=item.kind)
    return True


def _do(house: House, item: WorkItem, handlers: Mapping[str, Handler]) -> None:
    token = item.token or ""

    outcome = _outcome(house, item, handlers, _Progress(house, item))
    with house.database.transaction() as session:
        if isinstance(outcome, Reason):
            fail_work(session, item.id, token, outcome, house.clock.now())
        else:
            finish_work(session, item.id, token, outcome, house.clock.now())
    log().info("work", kind=item.kind, state="failed" if isinstance(outcome, Reason) else "done")


class _Progress:
    def __init__(self, house: House, item: WorkItem) -> None:
        self._house, self._item = house, item
        self._noted_at = -NOTE_EVERY_SECONDS

    def __call__(self, done: int, total: int) -> None:
        if monotonic() - self._noted_at < NOTE_EVERY_SECONDS:
            return
        with self._house.database.transaction() as session:
            note_progress(session, self._item.id, self._item.token or "", done, total, self._house.clock.now())
        self._noted_at = monotonic()


def _outcome(house: House, item: WorkItem, handlers: Mapping[str, Handler], progress: Progress) -> WorkDone | Reason:
    """What the handler made, or why it could not."""
    handler = handlers.get(item.kind)
    if handler is None:
        log().error("work of unknown kind", kind=item.kind)
        return Reason("core.work.failed")
    try:
        with house.app.app_context():
            return handler(house.database, item, progress)
    except LostClaim:
        raise
    except AnhuError as refused:
        return refused.reason
    except (
        Exception
    ) as error:  # the loop outlives whatever a handler meets; the asker is told, the log names the kind of error
        log().error("work failed", kind=item.kind, error=type(error).__name__)
        return Reason("core.work.failed")

"""Several people who press at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core.db import Database
from app.core.errors import Conflict


def at_once(acts: Sequence[Callable[[], object]]) -> list[str]:
    """Every act in a thread of its own, begun together: "done", or the refusal's code."""
    gate, outcomes = threading.Barrier(len(acts)), [""] * len(acts)

    def run(index: int) -> None:
        gate.wait()
        try:
            acts[index]()
            outcomes[index] = "done"
        except Conflict as refused:
            outcomes[index] = refused.reason.code

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def meanwhile(
    database: Database, first: Callable[[Session], object], second: Callable[[Session], object]
) -> tuple[str, str]:
    """Two acts of which the second begins after the first has acted and before it is committed: of each "done", or the refusal's
    code, or what kind of error it met. The second has come as far as it could when the first is committed."""
    outcomes = ["", ""]

    def run(at: int, act: Callable[[Session], object], then: Callable[[Session], object]) -> None:
        try:
            with database.transaction() as session:
                act(session)
                session.flush()
                then(session)
            outcomes[at] = "done"
        except Conflict as refused:
            outcomes[at] = refused.reason.code
        except Exception as error:
            outcomes[at] = type(error).__name__

    other = threading.Thread(target=run, args=(1, second, lambda _session: None))

    def start(session: Session) -> None:
        other.start()
        while other.is_alive() and not (database.is_sqlite or session.scalar(_SOMEBODY_WAITS_FOR_ME)):
            other.join(0.01)

    run(0, first, start)
    other.join()
    return outcomes[0], outcomes[1]


_SOMEBODY_WAITS_FOR_ME = text(
    "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
)

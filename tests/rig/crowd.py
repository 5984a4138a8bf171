"""Several people who press at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

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

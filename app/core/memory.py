"""How often the interpreter looks for garbage."""

from __future__ import annotations

import gc


def spare_collections() -> None:
    """For a process that has started: what stands now stays as long as it does, so that no collection needs to walk it.

    A page, and a batch of long work, makes thousands of small objects that are gone with it: a collection after every few hundred finds
    nothing.
    """
    gc.freeze()
    gc.set_threshold(25_000)

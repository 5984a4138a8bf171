"""Reading a list is noted, whatever list it is: who opened which, where, how long it is and whether it has names; nobody by name."""

from __future__ import annotations

from app.audit.service import note
from app.core.access import current_actor
from app.core.clock import current_clock
from app.core.db import transaction


def note_list(
    act: str, place: str, count: int, *, names: bool, subject: tuple[str, str] = ("", ""), **which: str
) -> None:
    """`which` says which list of its kind it is."""
    with transaction() as session:
        note(
            session,
            current_actor(),
            act,
            now=current_clock().now(),
            subject=subject,
            area_code=place,
            count=count,
            detail={**which, "names": names},
        )

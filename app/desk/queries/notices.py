"""How far a quarter's notices are: whether they were made, how many pages wait for each town."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.areas.queries import names_of
from app.areas.rules import town_of
from app.audit.queries import find_last_act
from app.core.actor import Actor
from app.subsidies.models import SubsidyRun
from app.subsidies.queries.letters import letters_by_area
from app.subsidies.rules.transitions import RunState

_APPROVED = (RunState.APPROVED, RunState.EXPORTED, RunState.SETTLED)


@dataclass(frozen=True, slots=True)
class TownNotices:
    """A page for every line that needs a letter, behind a cover for every village."""

    town: str
    notices: int
    villages: int


@dataclass(frozen=True, slots=True)
class NoticesState:
    # a guardian is told a sum only once two people have signed it
    may_be_made: bool
    # None: not made yet, or made of lines that have changed since
    made_at: datetime | None
    towns: tuple[TownNotices, ...]

    @property
    def notices(self) -> int:
        return sum(one.notices for one in self.towns)

    @property
    def villages(self) -> int:
        return sum(one.villages for one in self.towns)


def notices_state(session: Session, actor: Actor, run: SubsidyRun) -> NoticesState:
    """Read from the audit's note of the last print, whoever printed and however."""
    made = find_last_act(session, actor, "subsidies.notices_printed", ("subsidy_run", run.public_id))
    is_of_these_lines = made is not None and made.detail.get("digest") == (run.digest or "")
    villages = letters_by_area(session, actor, run)
    towns = dict.fromkeys(map(town_of, villages))
    names = names_of(session, towns)
    return NoticesState(
        may_be_made=run.state in _APPROVED,
        made_at=made.at if made and is_of_these_lines and run.state in _APPROVED else None,
        towns=tuple(
            TownNotices(names[town], sum(here), len(here))
            for town in towns
            for here in [[letters for code, letters in villages.items() if town_of(code) == town]]
        ),
    )

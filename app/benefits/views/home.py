"""What homes say of benefits: what waits for this role, or for this office."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.benefits.queries.backstops import count_backstops
from app.benefits.queries.rehab import count_referrals
from app.benefits.queries.requests import count_requests
from app.benefits.rules.backstop import BackstopState
from app.benefits.views.blueprint import benefits
from app.core.access import Action, current_actor, may
from app.core.actor import Role
from app.core.clock import current_clock
from app.core.web import read_session


@dataclass(frozen=True, slots=True)
class BenefitsHome:
    """`requests` and `late` of the role's requests, `referrals` that wait for an answer, `backstops` that wait for this hand."""

    requests: int = 0
    late: int = 0
    referrals: int = 0
    backstops: int = 0

    @property
    def is_anything(self) -> bool:
        return bool(self.requests or self.referrals or self.backstops)


_WAITS = {Role.REVIEWER: BackstopState.ASKED, Role.FINANCE: BackstopState.APPROVED}


@benefits.app_context_processor
def _tiles() -> dict[str, Callable[[], BenefitsHome | None]]:
    """For homes: asked only where a page shows it."""
    return {"benefits_tile": find_tile}


def find_tile() -> BenefitsHome | None:
    """None for roles for whom nothing of it waits."""
    actor, session = current_actor(), read_session()
    if actor.role in _WAITS:
        return BenefitsHome(backstops=count_backstops(session, actor, _WAITS[actor.role]))
    if not may(actor, Action.ANSWER_BENEFIT_REQUESTS):
        return None
    requests, late = count_requests(session, actor, current_clock().today())
    referrals = count_referrals(session, actor)[0] if may(actor, Action.ANSWER_REHAB) else 0
    return BenefitsHome(requests, late, referrals)

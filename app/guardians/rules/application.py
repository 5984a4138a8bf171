"""The application for an agreement: applied at the village, checked there, checked and signed at the town, known to the county (domain 5.6)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum

from app.core.actor import Role
from app.documents.rules import DocumentKind

CHECK_DAYS = 5  # working days for each office (domain 5.6; the village's is local practice, the town's follows it)

WITHDRAWN_LATELY = timedelta(days=30)  # who withdrew a family's application does not sign past it alone (own rule)


class ApplicationState(StrEnum):
    APPLIED = "applied"  # waits for the village's first check
    FIRST_CHECKED = "first_checked"  # waits for the town
    SECOND_CHECKED = "second_checked"  # waits for the agreement to be signed, and the county
    SIGNED = "signed"
    RETURNED = "returned"  # papers missing: back to the applicant
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ApplicationStep(StrEnum):
    APPLY = "apply"
    FIRST_CHECK = "first_check"
    SECOND_CHECK = "second_check"
    SIGN = "sign"
    RETURN = "return"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


# From which states a step may be taken, and where it leads.
APPLICATION_MOVES: dict[ApplicationStep, tuple[frozenset[ApplicationState], ApplicationState]] = {
    ApplicationStep.FIRST_CHECK: (frozenset({ApplicationState.APPLIED}), ApplicationState.FIRST_CHECKED),
    ApplicationStep.SECOND_CHECK: (frozenset({ApplicationState.FIRST_CHECKED}), ApplicationState.SECOND_CHECKED),
    ApplicationStep.SIGN: (frozenset({ApplicationState.SECOND_CHECKED}), ApplicationState.SIGNED),
    ApplicationStep.RETURN: (
        frozenset({ApplicationState.APPLIED, ApplicationState.FIRST_CHECKED, ApplicationState.SECOND_CHECKED}),
        ApplicationState.RETURNED,
    ),
    ApplicationStep.APPLY: (frozenset({ApplicationState.RETURNED}), ApplicationState.APPLIED),
    ApplicationStep.REFUSE: (
        frozenset({ApplicationState.APPLIED, ApplicationState.FIRST_CHECKED, ApplicationState.SECOND_CHECKED}),
        ApplicationState.REFUSED,
    ),
    ApplicationStep.WITHDRAW: (
        frozenset(
            {
                ApplicationState.APPLIED,
                ApplicationState.RETURNED,
                ApplicationState.FIRST_CHECKED,
                ApplicationState.SECOND_CHECKED,
            }
        ),
        ApplicationState.WITHDRAWN,
    ),
}
LIVE = frozenset(
    {
        ApplicationState.APPLIED,
        ApplicationState.FIRST_CHECKED,
        ApplicationState.SECOND_CHECKED,
        ApplicationState.RETURNED,
    }
)
# The steps of the chain: of two that follow each other, the second is another person's.
CHAIN = (
    ApplicationStep.APPLY,
    ApplicationStep.FIRST_CHECK,
    ApplicationStep.SECOND_CHECK,
    ApplicationStep.SIGN,
)
# The step that a state waits for.
NEXT_STEP = {
    ApplicationState.APPLIED: ApplicationStep.FIRST_CHECK,
    ApplicationState.FIRST_CHECKED: ApplicationStep.SECOND_CHECK,
    ApplicationState.SECOND_CHECKED: ApplicationStep.SIGN,
    ApplicationState.RETURNED: ApplicationStep.APPLY,
}
_ANY = frozenset({Role.VILLAGE_WORKER, Role.TOWN, Role.CLERK})
# Who may take a step: the office that it is for, and the one above where that office's person has taken the step before or guards the
# patient: the gap climbs.
STEP_ROLES: dict[ApplicationStep, frozenset[Role]] = {
    ApplicationStep.APPLY: _ANY,
    ApplicationStep.FIRST_CHECK: frozenset({Role.VILLAGE_WORKER, Role.TOWN}),
    ApplicationStep.SECOND_CHECK: frozenset({Role.TOWN, Role.CLERK}),
    ApplicationStep.SIGN: frozenset({Role.TOWN, Role.CLERK}),
    ApplicationStep.WITHDRAW: _ANY,
}
# The office that a step is for; the one above sees it as its own only when the step before was taken there.
OFFICE = {
    ApplicationStep.APPLY: Role.VILLAGE_WORKER,
    ApplicationStep.FIRST_CHECK: Role.VILLAGE_WORKER,
    ApplicationStep.SECOND_CHECK: Role.TOWN,
    ApplicationStep.SIGN: Role.TOWN,
}

# Papers in the order of the checklist (domain 5.6, step 1); the disability certificate where there is one.
CHECKLIST = (
    DocumentKind.APPLICATION,
    DocumentKind.IDENTITY,
    DocumentKind.RELATION,
    DocumentKind.RESIDENCE,
    DocumentKind.MANAGEMENT,
    DocumentKind.DISABILITY,
)
REQUIRED = frozenset(CHECKLIST) - {DocumentKind.DISABILITY}


def role_of_step(step: ApplicationStep, state: ApplicationState) -> frozenset[Role]:
    """Who may take `step` from `state`: who sends back or refuses is who could have gone on."""
    if step in (ApplicationStep.RETURN, ApplicationStep.REFUSE):
        return STEP_ROLES[NEXT_STEP[state]]
    return STEP_ROLES[step]


def papers_lacking(seen: Iterable[DocumentKind]) -> list[DocumentKind]:
    """Required papers that nobody has seen yet, in the order of the checklist."""
    known = set(seen)
    return [kind for kind in CHECKLIST if kind in REQUIRED and kind not in known]


def papers_of(text: str) -> list[DocumentKind]:
    """The kinds that a column of codes joined by a blank names."""
    return [kind for kind in CHECKLIST if kind.value in text.split()]

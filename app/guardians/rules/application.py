"""The application for an agreement: applied at the village, checked there, checked and signed at the town, known to the county (domain 5.6)."""

from __future__ import annotations

from enum import StrEnum


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

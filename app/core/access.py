"""The guards that read the policy table (`app/core/policy`): what a role may not see is not loaded, what it may not do answers 403."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import g

from app.core.actor import Actor, Role
from app.core.errors import Forbidden
from app.core.policy.actions import ACTIONS, OPERATOR_ACTIONS, Action
from app.core.policy.fields import FIELDS, Field, Grant

__all__ = [
    "ACTIONS",
    "FIELDS",
    "Action",
    "Field",
    "Grant",
    "NotSignedIn",
    "current_actor",
    "may",
    "permit",
    "require",
    "sees",
]

P = ParamSpec("P")
R = TypeVar("R")


def sees(actor: Actor, field: Field) -> Grant:
    return FIELDS[field].get(actor.role, Grant.NONE)


def may(actor: Actor, action: Action) -> bool:
    if actor.role is Role.OPERATOR:
        return action in OPERATOR_ACTIONS
    return actor.role in ACTIONS[action]


def require(actor: Actor, action: Action) -> None:
    """The same guard for use cases that commands and jobs reach without a route; raises `Forbidden`."""
    if not may(actor, action):
        raise Forbidden()


class NotSignedIn(Exception):
    """A guarded route was asked for without a session; the edge answers with the sign-in page."""


def permit(action: Action) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Guard a view: only roles that may do `action` reach it. Every route wears exactly one; a test counts them.

    `Action.SIGN_IN` leaves the route open to everybody.
    """

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if action is not Action.SIGN_IN and not may(current_actor(), action):
                raise Forbidden()
            return view(*args, **kwargs)

        guarded.permits = action  # type: ignore[attr-defined]  # read by the test that walks all routes
        return guarded

    return guard


def current_actor() -> Actor:
    """The signed-in user of this request; for views only."""
    actor = cast("Actor | None", g.get("actor"))
    if actor is None:
        raise NotSignedIn
    return actor

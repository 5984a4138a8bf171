"""Who may lend a hand to the money, asked at the edge: in production every account that handles it belongs to a known person."""

from __future__ import annotations

from typing import cast

from flask import current_app

from app.core.actor import Actor
from app.core.errors import Forbidden
from app.core.reasons import reason
from config import Settings


def require_person(actor: Actor) -> None:
    """Raises `Forbidden` in production for an account without a person: two such accounts could be one human being."""
    settings = cast(Settings, current_app.extensions["anhu.settings"])
    if settings.is_production and actor.person_id is None:
        raise Forbidden(reason("subsidies.step.no_person"))

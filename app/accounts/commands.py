"""What the accounts' use cases are asked with."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.actor import Role


@dataclass(frozen=True)
class NewUser:
    """An account to be made. `password` is never stored or shown; `person_id` ties it to a human being."""

    name: str
    display_name: str
    role: Role
    area_code: str
    password: str
    agency_id: int | None = None
    person_id: int | None = None
    must_change_password: bool = False

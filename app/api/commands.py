"""What an administrator orders about keys."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MakeKey:
    """A key for the system `label` of the agency of account `user` (public id), good for `days` days from today."""

    user: str
    label: str
    days: int

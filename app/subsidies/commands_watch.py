"""What the watch over the money is told."""

from __future__ import annotations

from dataclasses import dataclass

from app.subsidies.rules.watch import FlagGround, FlagState


@dataclass(frozen=True)
class DecideFlag:
    """A reviewer explains a flag or hands it on, on what grounds, by which paper."""

    flag_public_id: str
    state: FlagState
    ground: FlagGround
    reference: str = ""

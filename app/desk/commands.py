"""What is said when a patient moves, or a registration is put right."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from app.desk.rules import TransferRefusal
from app.patients.rules import RequestKind, TransferReason


@dataclass(frozen=True)
class ProposeTransfer:
    """`area_code` is the new village; `place` names it only where it lies outside the county."""

    patient: str
    submission_key: str
    area_code: str
    reason: TransferReason
    place: str = ""


@dataclass(frozen=True)
class AcceptTransfer:
    """`moved_on` is the first day at the new place, `doctor` the account name of who is responsible from then on."""

    moved_on: date
    doctor_id: int | None = None


@dataclass(frozen=True)
class RefuseTransfer:
    """`remark`: what was looked into."""

    why: TransferRefusal
    remark: str = ""


@dataclass(frozen=True)
class Proposal:
    """What one person of the county office asks another to do. `paper` is the number or name of what it rests on."""

    kind: RequestKind
    patient: str
    submission_key: str
    from_on: date
    why: str
    paper: str
    # merge: the record that stays, and for each field that differs whose value is kept (`kept` or `merged`)
    kept: str = ""
    chosen: dict[str, str] = field(default_factory=dict)

"""Who is told, on what ground, and how to go there (domain 6, roles.md)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from app.discharges.rules.clocks import HIGH_LEVEL
from app.discharges.rules.record import INCIDENT_BITS
from app.discharges.rules.states import Advice, FormKind, GuardianState, LegalBasis

POLICE_SETTING = "discharges.police_bases"
EVERY_BASIS = frozenset(LegalBasis)
# offices nearest to the household, which are told only where the county itself takes the person over
LOCAL = (FormKind.POLICE, FormKind.TOWN, FormKind.VILLAGE)


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides who is told. `is_local`: the person goes to live in the county that answers for them."""

    is_local: bool
    is_refused: bool
    risk_level: int
    behaviours: int
    has_incident: bool
    is_law_30: bool
    was_lost_elsewhere: bool = False


def basis_of(case: Situation, allowed: Collection[LegalBasis] = EVERY_BASIS) -> LegalBasis | None:
    """The first ground in the order of the law that the county's setting knows; None: the police are not told."""
    grounds = {
        LegalBasis.LAW_30: case.is_law_30,
        LegalBasis.INCIDENT: case.has_incident or bool(case.behaviours & INCIDENT_BITS),
        LegalBasis.RISK: case.risk_level >= HIGH_LEVEL,
    }
    return next((basis for basis, holds in grounds.items() if holds and basis in allowed), None)


def kinds_of(case: Situation, basis: LegalBasis | None) -> tuple[FormKind, ...]:
    """The forms that go out. Elsewhere only the health centre and that county's office hear of it."""
    kinds = [FormKind.GUARDIAN, FormKind.HEALTH_CENTRE]
    if case.is_local:
        kinds += [kind for kind in LOCAL if kind is not FormKind.POLICE or basis is not None]
    else:
        kinds.append(FormKind.TRANSFER)
    if case.was_lost_elsewhere:
        kinds.append(FormKind.ORIGIN)
    return tuple(kinds)


def guardian_state(*, is_registered: bool, is_named: bool, is_other: bool, is_checked: bool) -> GuardianState:
    """`is_other`: the hospital spoke with somebody who is not the register's guardian; `is_checked`: present, telephone checked."""
    if not is_registered:
        return GuardianState.NAMED if is_named else GuardianState.NONE
    if is_other:
        return GuardianState.OTHER
    return GuardianState.OK if is_checked else GuardianState.WEAK


def advice_of(risk_level: int, behaviours: int) -> tuple[Advice, ...]:
    """How to go there: everybody calls the doctor first; in pairs or with a clinician where somebody was in danger."""
    advice = [Advice.CALL_DOCTOR_FIRST]
    if risk_level >= HIGH_LEVEL or behaviours & INCIDENT_BITS:
        advice.append(Advice.IN_PAIRS)
    if risk_level >= HIGH_LEVEL + 1:
        advice.append(Advice.WITH_CLINICIAN)
    return tuple(advice)

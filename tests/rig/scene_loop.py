"""What goes wrong around the scene's family, and who helps: an incident, a way to a hospital, a call, a conference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.db import new_public_id
from app.incidents.commands.incidents import AddHarm, ConfirmIncident, ReportIncident
from app.incidents.rules.incidents import Harm, IncidentKind, Victim
from app.incidents.service.incidents import add_harm, confirm_incident, report_incident
from app.patients.models import Patient
from app.people.vault import Vault
from tests.rig.clock import NOW

if TYPE_CHECKING:
    from tests.rig.scene import Place

WHAT = "打翻了邻居晒的菜籽"


@dataclass
class Around:
    session: Session
    vault: Vault
    actors: Mapping[str, Actor]
    found: Place
    patient: Patient


def begin_loop(around: Around) -> None:
    """Fills in the public ids of everything that this room knows of the family."""
    _incident(around)


def _incident(around: Around) -> None:
    session, vault, actors, found = around.session, around.vault, around.actors, around.found
    told = ReportIncident(
        new_public_id(), IncidentKind.PUBLIC_ORDER, NOW - timedelta(hours=2), patient=around.patient.public_id, what=WHAT
    )  # fmt: skip
    incident = report_incident(session, vault, actors["doctor"], told, NOW)
    harmed = AddHarm(new_public_id(), Victim.THIRD, Harm.PROPERTY)
    found.harm = add_harm(session, vault, actors["county_office"], incident, harmed, NOW).public_id
    settled = ConfirmIncident(incident.version, IncidentKind.PUBLIC_ORDER)
    confirm_incident(session, actors["county_office"], incident, settled, NOW)
    found.incident = incident.public_id

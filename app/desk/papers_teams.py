"""关爱帮扶小组联系卡 of a patient: helpers and numbers, no illness and no level. In Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.core.actor import Actor
from app.patients.labels import TEAM_PARTS
from app.patients.models import CareTeamMember
from app.patients.queries import PatientHeader
from app.patients.rules import TeamPart
from reports.forms.care_team_card import CardMember, CareTeamCard, CareTeamCardsDocument, render_care_team_cards
from reports.forms.sheet import Imprint

_COPIES = 2  # one for the family, one for the village


def team_card_pdf(
    patient: PatientHeader, team: Sequence[CareTeamMember], agency_phone: str | None, actor: Actor, now: datetime
) -> bytes:
    """The responsible doctor stands in for a doctor whom the team does not name, under the health centre's number."""
    members = [CardMember(TEAM_PARTS[one.part], one.name, one.phone or "") for one in team]
    if patient.doctor and all(one.part is not TeamPart.DOCTOR for one in team):
        members.insert(0, CardMember(TEAM_PARTS[TeamPart.DOCTOR], patient.doctor, agency_phone or ""))
    card = CareTeamCard(tuple(members), holder="", office=patient.agency or "")
    return render_care_team_cards(
        CareTeamCardsDocument(Imprint(patient.agency or "", actor.name, now), (card,), copies=_COPIES)
    )

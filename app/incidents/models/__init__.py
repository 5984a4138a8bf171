"""Tables of what goes wrong and who helps: emergencies, incidents, the green channel, crisis calls, conferences."""

from app.incidents.models.care import (
    DeliveryLine,
    DeliveryRound,
    EmergencyReception,
    GreenEvent,
    GreenRequest,
)
from app.incidents.models.conferences import (
    Conference,
    ConferenceDecision,
    ConferenceInvitee,
    ConferenceItem,
    DecisionEvent,
)
from app.incidents.models.crisis import CrisisCall
from app.incidents.models.emergencies import Emergency, EmergencyCheck
from app.incidents.models.incidents import FindingMember, Incident, IncidentFinding, IncidentHarm

__all__ = [
    "Conference",
    "ConferenceDecision",
    "ConferenceInvitee",
    "ConferenceItem",
    "CrisisCall",
    "DecisionEvent",
    "DeliveryLine",
    "DeliveryRound",
    "Emergency",
    "EmergencyCheck",
    "EmergencyReception",
    "FindingMember",
    "GreenEvent",
    "GreenRequest",
    "Incident",
    "IncidentFinding",
    "IncidentHarm",
]

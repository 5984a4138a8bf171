"""Tables of the visits: forms and attempts, and what waits on phones and in drafts."""

from app.visits.models.devices import Device, DeviceSubmission, VisitDraft
from app.visits.models.visit import FollowUpVisit, VisitAttempt, VisitMedicine

__all__ = ["Device", "DeviceSubmission", "FollowUpVisit", "VisitAttempt", "VisitDraft", "VisitMedicine"]

"""Tables of the visits: forms and attempts, and what waits on phones and in drafts."""

from app.visits.models.devices import Device, DeviceSubmission, VisitDraft
from app.visits.models.losses import Loss
from app.visits.models.visit import FollowUpVisit, VisitAttempt, VisitMedicine

__all__ = ["Device", "DeviceSubmission", "FollowUpVisit", "Loss", "VisitAttempt", "VisitDraft", "VisitMedicine"]

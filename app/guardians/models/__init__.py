"""Tables of guardianship: who guards whom, the agreements and their applications, how the duty is performed."""

from app.guardians.models.application import AgreementApplication, ApplicationEvent
from app.guardians.models.duty import DutyCheck, DutySignature, GuardianAssessment, GuardianContact, HelpVisit
from app.guardians.models.guardianship import Agreement, Guardianship

__all__ = [
    "Agreement",
    "AgreementApplication",
    "ApplicationEvent",
    "DutyCheck",
    "DutySignature",
    "GuardianAssessment",
    "GuardianContact",
    "Guardianship",
    "HelpVisit",
]

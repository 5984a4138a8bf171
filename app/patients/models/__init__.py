"""Tables of the register: registrations and their dated states, clues, moves, treatment, the people around a patient."""

from app.patients.models.clues import Clue, ScreeningReturn, ScreeningRound
from app.patients.models.moving import RegisterRequest, Transfer
from app.patients.models.register import Admission, Consent, Diagnosis, Patient, PatientSpan
from app.patients.models.support import (
    CarePlan,
    CarePlanStep,
    CareTeamMember,
    GroupMeeting,
    JointGroup,
    JointGroupMember,
)
from app.patients.models.treatment import Examination, Injection, MedicineSupply

__all__ = [
    "Admission",
    "CarePlan",
    "CarePlanStep",
    "CareTeamMember",
    "Clue",
    "Consent",
    "Diagnosis",
    "Examination",
    "GroupMeeting",
    "Injection",
    "JointGroup",
    "JointGroupMember",
    "MedicineSupply",
    "Patient",
    "PatientSpan",
    "RegisterRequest",
    "ScreeningReturn",
    "ScreeningRound",
    "Transfer",
]

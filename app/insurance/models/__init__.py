"""Tables of insurance."""

from app.insurance.models.claims import Claim, ClaimEvent, ClaimPaper, Relief
from app.insurance.models.policies import Enrolment, EnrolmentBatch, InsurancePolicy

__all__ = ["Claim", "ClaimEvent", "ClaimPaper", "Enrolment", "EnrolmentBatch", "InsurancePolicy", "Relief"]

"""Pages of benefits and rehabilitation; importing them hangs them on the blueprint."""

from app.benefits.views import backstops, gaps, home, patient, referrals, rehab, requests
from app.benefits.views.blueprint import benefits

__all__ = ["backstops", "benefits", "gaps", "home", "patient", "referrals", "rehab", "requests"]

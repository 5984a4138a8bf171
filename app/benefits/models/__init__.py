"""Tables of benefits and rehabilitation."""

from app.benefits.models.benefits import BackstopRequest, Benefit, BenefitOffice, BenefitRequest
from app.benefits.models.rehab import RehabAttendance, RehabPlace, RehabReferral

__all__ = [
    "BackstopRequest",
    "Benefit",
    "BenefitOffice",
    "BenefitRequest",
    "RehabAttendance",
    "RehabPlace",
    "RehabReferral",
]

"""Pages of insurance; importing them hangs them on the blueprint."""

from app.insurance.views import board, claims, enrolment, home, policies, reliefs, scans
from app.insurance.views.blueprint import insurance

__all__ = ["board", "claims", "enrolment", "home", "insurance", "policies", "reliefs", "scans"]

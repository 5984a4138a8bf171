"""Guardians, agreements, applications, and how the duty is performed."""

from app.guardians.views import applications, company, duty, duty_sheet, guardianship, missing, papers
from app.guardians.views.blueprint import guardians

__all__ = [
    "applications",
    "company",
    "duty",
    "duty_sheet",
    "guardians",
    "guardianship",
    "missing",
    "papers",
]

"""Guardians, agreements, applications, and how the duty is performed."""

from app.guardians.views import guardianship
from app.guardians.views.blueprint import guardians

__all__ = ["guardians", "guardianship"]

"""Levels over time, whom a reassessment is about, and the quarter's meetings."""

from __future__ import annotations

from app.risk.queries.levels import Subject, find_reassessment, get_subject, list_levels

__all__ = ["Subject", "find_reassessment", "get_subject", "list_levels"]

"""Emergencies (应急医疗处置): what triggers one, its clocks and its codes (domain 2.5, 3.4)."""

from __future__ import annotations

from enum import StrEnum


class ReporterKind(StrEnum):
    FAMILY = "family"
    DOCTOR = "doctor"
    POLICE = "police"
    COMMITTEE = "committee"
    OTHER = "other"


class EmergencyReason(StrEnum):
    SELF_HARM = "self_harm"  # self-harm or suicide, or clear risk of it
    DANGER = "danger"  # danger to public safety or others, or risk of it
    RELAPSE = "relapse"  # relapse with marked worsening
    DRUG_REACTION = "drug_reaction"  # acute reaction, overdose, poisoning
    OTHER = "other"


class EmergencyEffect(StrEnum):
    CONTROLLED = "controlled"
    PARTLY = "partly"
    NOT = "not"
    OTHER = "other"


class PersonCategory(StrEnum):
    """Category of the person on the emergency record (domain 3.4)."""

    MANAGED = "managed"
    NOT_MANAGED = "not_managed"
    NOT_REGISTERED = "not_registered"
    NON_RESIDENT = "non_resident"
    UNKNOWN = "unknown"

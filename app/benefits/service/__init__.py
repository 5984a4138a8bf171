"""Use cases of benefits and rehabilitation."""

from app.benefits.service.enrolling import open_dynamic_enrolment

__all__ = ["open_dynamic_enrolment"]

"""Whose word a template needs before anything is said with it."""

from __future__ import annotations

from enum import StrEnum


class TemplateState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    RETURNED = "returned"  # the second person did not agree
    RETIRED = "retired"  # a newer version is approved


class ConsentChannel(StrEnum):
    SMS = "sms"


class ConsentEnd(StrEnum):
    SAID = "said"  # told an office
    REPLIED = "replied"  # answered STOP or 退订
    WRONG_NUMBER = "wrong_number"  # somebody else has this number
    REPLACED = "replaced"  # written down anew


class GivenBy(StrEnum):
    PAPER = "paper"
    SPOKEN = "spoken"  # said before a witness


class EventSource(StrEnum):
    SENDER = "sender"
    CALLBACK = "callback"
    LOOKUP = "lookup"
    PERSON = "person"

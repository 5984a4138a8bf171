"""The joint approval (部门联审), the public notice and objections (domain 5.6)."""

from __future__ import annotations

from enum import StrEnum


class ObjectionSource(StrEnum):
    PERSON = "person"
    ANONYMOUS = "anonymous"
    OFFICE = "office"


class ObjectionState(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class ReopeningState(StrEnum):
    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class HoldSource(StrEnum):
    """Who or what put a line on hold after it was frozen."""

    POLICE = "police"
    OFFICE = "office"
    OBJECTION = "objection"
    CHECK_LIST = "check_list"

"""The national system's export beside the county's register: what a row can turn out to be, in which items the two differ, and what a person
can say of it.
"""

from __future__ import annotations

from enum import IntFlag, StrEnum


class FindingKind(StrEnum):
    """What became of one row, or of one patient whom no row names. A row stands once, under what weighs most."""

    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    DIED = "died"
    MOVED = "moved"
    DIFFERING = "differing"
    SAME = "same"
    GONE = "gone"  # dead or moved away there, and nobody of ours
    POSSIBLE = "possible"  # by name and birth date only: a person says whether it is this one
    UNREADABLE = "unreadable"


# one finding for each patient: what was compared, or nobody to compare with
COMPARED = (FindingKind.DIED, FindingKind.MOVED, FindingKind.DIFFERING, FindingKind.SAME)
OF_PATIENTS = (*COMPARED, FindingKind.MISSING_THERE)
# what somebody looks at; a possible one is answered first
TO_SETTLE = (
    FindingKind.MISSING_HERE,
    FindingKind.MISSING_THERE,
    FindingKind.MOVED,
    FindingKind.DIED,
    FindingKind.DIFFERING,
    FindingKind.UNREADABLE,
)


class Differs(IntFlag):
    """Items that are compared; a finding has the flags of those in which the two sides differ. Append only: rows keep them."""

    NAME = 1
    ID_NUMBER = 2
    BIRTH = 4
    DIAGNOSIS = 8
    LEVEL = 16
    STATE = 32
    VISIT = 64
    DEATH = 128
    PLACE = 256
    AGENCY = 512


NOTHING = Differs(0)


class Decision(StrEnum):
    """A person's word on a finding."""

    NO_CHANGE = "no_change"
    CORRECTED_HERE = "corrected_here"
    CORRECT_THERE = "correct_there"  # stands on the list for correction there until an export says otherwise


class TheirState(StrEnum):
    """Where the export says that somebody stands."""

    REGISTERED = "registered"
    LOST = "lost"
    REFUSED = "refused"
    DEAD = "dead"
    MOVED_OUT = "moved_out"
    CLOSED = "closed"  # taken off the register there: not ill, entered twice, …

"""What an account's name and password must be, how long a guessed account waits, and which duties exclude each other."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

from app.areas.rules import AreaLevel
from app.core.actor import Role
from app.core.reasons import Reason

NAME_SHAPE = re.compile(r"[\w.\-]{2,32}")
SHORTEST_PASSWORD = 8  # ASVS 5.0.0, 6.2.1
LONGEST_PASSWORD = 128
FEWEST_DIFFERENT_CHARACTERS = 4
WORN_PASSWORDS = frozenset(
    {"password", "passw0rd", "12345678", "123456789", "1234567890", "87654321", "qwertyui", "qwertyuiop", "1q2w3e4r", "1qaz2wsx"}
)  # fmt: skip

# Sign-in delay: five tries are free, then each failure doubles the wait up to two hours: at most 19 answers a day.
FREE_TRIES = 5
FIRST_WAIT = timedelta(minutes=15)
LONGEST_WAIT = timedelta(hours=2)
REMEMBERED = timedelta(hours=24)

# One address may be a whole office behind one router, so it is given more.
SOURCE_TRIES = 50
SOURCE_SPAN = timedelta(minutes=15)

# No human being holds two of these (roles.md).
SEPARATE_DUTIES = frozenset({Role.ADMIN, Role.AUDITOR, Role.REVIEWER})


# The broadest and the narrowest area that an account of a role may have: a village worker for a county would see every village's
# duties, and counts for a city shown for one village would be single persons.
_LEVELS = tuple(AreaLevel)  # from the province down
AREA_OF_ROLE: dict[Role, tuple[AreaLevel, AreaLevel]] = {
    **dict.fromkeys((Role.VILLAGE_WORKER, Role.VILLAGE_DOCTOR), (AreaLevel.VILLAGE, AreaLevel.VILLAGE)),
    **dict.fromkeys((Role.TOWN, Role.HEALTH_LEAD, Role.POLICE), (AreaLevel.COUNTY, AreaLevel.TOWN)),
    Role.DOCTOR: (AreaLevel.COUNTY, AreaLevel.VILLAGE),
    **dict.fromkeys((Role.COUNTY_OFFICE, Role.COORDINATOR), (AreaLevel.CITY, AreaLevel.COUNTY)),
    **dict.fromkeys((Role.CLERK, Role.REVIEWER, Role.FINANCE), (AreaLevel.CITY, AreaLevel.COUNTY)),
    **dict.fromkeys((Role.HOSPITAL, Role.PARTNER), (AreaLevel.CITY, AreaLevel.TOWN)),
    Role.AUDITOR: (AreaLevel.PROVINCE, AreaLevel.COUNTY),
    Role.CITY_VIEWER: (AreaLevel.PROVINCE, AreaLevel.CITY),
}


def fits_area(role: Role, level: AreaLevel) -> bool:
    """Whether an account of this role may be for a place of this level; roles without a row may be anywhere."""
    broadest, narrowest = AREA_OF_ROLE.get(role, (_LEVELS[0], _LEVELS[-1]))
    return _LEVELS.index(broadest) <= _LEVELS.index(level) <= _LEVELS.index(narrowest)


def tidy_name(text: str) -> str:
    """The form under which an account's name is stored and looked up."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def name_problems(name: str) -> list[Reason]:
    return [] if NAME_SHAPE.fullmatch(name) else [Reason("accounts.name.shape")]


def password_problems(password: str, name: str) -> list[Reason]:
    """Why `password` is too weak for the account `name`; empty when it will do."""
    if len(password) < SHORTEST_PASSWORD:
        return [Reason("accounts.password.short", {"least": SHORTEST_PASSWORD})]
    if len(password) > LONGEST_PASSWORD:
        return [Reason("accounts.password.long", {"most": LONGEST_PASSWORD})]
    plain = password.casefold()
    if plain in WORN_PASSWORDS or plain == name or len(set(plain)) < FEWEST_DIFFERENT_CHARACTERS:
        return [Reason("accounts.password.worn")]
    return []


def may_try_at(failures: Sequence[datetime]) -> datetime | None:
    """When the next try will be heard, from the failures of the last 24 hours; None: at once."""
    beyond = len(failures) - FREE_TRIES
    if beyond < 0:
        return None
    wait = min(FIRST_WAIT * (1 << min(beyond, 10)), LONGEST_WAIT)
    return max(failures) + wait


def clash_of_duties(wanted: Role, held: Role) -> bool:
    """Whether one person may not hold both roles, on however many accounts."""
    return wanted is not held and {wanted, held} <= SEPARATE_DUTIES

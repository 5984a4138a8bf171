"""Lists with 50,000 patients in the database: work list, search, alert board, overview and what is late, beside bare routes.

Also how many of a hundred typical look-ups bring the person among the first five hits, in one town and in the whole county.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from urllib.parse import quote

from sqlalchemy.orm import Session

from app import create_app
from app.accounts.models import User
from app.accounts.queries import get_actor_by_id
from app.accounts.sessions import open_session
from app.core.actor import Actor, Role
from app.core.crypto import Keyring
from app.core.db import Database
from app.core.pinyin import sort_key
from app.patients.queries import search_patients
from bench.databases import database, kinds, settle
from bench.furnish import furnish, name_of
from bench.seed import COUNTY, TODAY, TOWNS, seed
from bench.serving import Call, ask, in_turn, load, serve
from bench.table import Line, timed
from config import Settings

PATIENTS = 50_000
ROUNDS = 3
MOST = 2  # times the bare route, at the 95th percentile
FIRST = 5
LOOK_UPS = 100
NOTE = (
    "Lists hold 50,000 patients of one county; a doctor's are those of one town of twelve. Times are of the 95th percentile at sixteen\n"
    "connections; floors are bare routes with the same statements (bench/floor_lists.py), for search also the bare work list of fifty, which\n"
    "the goal speaks of. Look-ups: of a hundred, how many bring the person\n"
    "among the first five hits, and after the stroke how many could, because at most five people have what was typed."
)


def measure() -> list[Line]:
    return [line for kind in kinds() for line in _on(kind)]


def _on(kind: str) -> list[Line]:
    with database(kind) as url, tempfile.TemporaryDirectory() as folder:
        environment = {
            "ANHU_ENV": "test",
            "ANHU_INSTANCE": folder,
            "ANHU_DATABASE_URL": url,
            "ANHU_TODAY": TODAY.isoformat(),
        }
        app = create_app(Settings.from_environ(environment))
        house: Database = app.extensions["anhu.db"]
        seeded = seed(house, app.extensions["anhu.keyring"], PATIENTS, with_phones=True)
        with house.transaction() as session:
            users = seeded.users | {Role.COORDINATOR: furnish(session, PATIENTS)}
        with house.transaction() as session:
            tokens = {role: _sign_in(session, user_id) for role, user_id in users.items()}
        settle(url)
        with house.reading() as session, app.app_context():
            found = _look_ups(session, app.extensions["anhu.keyring"], users, kind)
        house.engine.dispose()
        with (
            serve("wsgi:application", environment) as ours,
            serve("bench.floor_lists:app", environment) as floor,
        ):
            return _pages(kind, ours, floor, tokens, seeded.town[:9]) + found


def _sign_in(session: Session, user_id: int) -> str:
    user = session.get_one(User, user_id)
    return open_session(session, user, user.session_epoch, datetime.now(UTC))


def _pages(kind: str, ours: int, floor: int, tokens: dict[Role, str], town: str) -> list[Line]:
    county = COUNTY[:6]
    in_town = [text for number in range(0, 12 * 20, 12) for text in typed(name_of(number + TOWNS))]
    everywhere = [text for number in range(1, 21) for text in typed(name_of(number))]
    asked = [
        ("work list, town", Role.DOCTOR, town, ["/tasks/?tab=overdue"]),
        ("work list, county", Role.COUNTY_OFFICE, county, ["/tasks/?tab=overdue"]),
        ("search, town", Role.DOCTOR, town, [f"/patients/?q={quote(text)}" for text in in_town]),
        ("search, county", Role.COUNTY_OFFICE, county, [f"/patients/?q={quote(text)}" for text in everywhere]),
        ("alert board, town", Role.DOCTOR, town, ["/alerts"]),
        ("alert board, county", Role.COUNTY_OFFICE, county, ["/alerts"]),
        ("overview, county", Role.COORDINATOR, county, ["/"]),
        ("what is late, county", Role.COORDINATOR, county, ["/late"]),
    ]
    lines = []
    for name, role, prefix, paths in asked:
        bare = [f"{path}{'&' if '?' in path else '?'}prefix={prefix}" for path in paths]
        if (
            "search" in name
        ):  # the goal speaks of the bench's bare route, a list of fifty; its own statements stand beside it
            lines.append(_line(f"{name}, {kind}", ours, floor, tokens[role], paths, [f"/tasks/?prefix={prefix}"]))
            lines.append(
                _line(f"{name}, own statements, {kind}", ours, floor, tokens[role], paths, bare, has_goal=False)
            )
        else:
            lines.append(_line(f"{name}, {kind}", ours, floor, tokens[role], paths, bare))
    return lines


def _line(
    name: str, ours: int, floor: int, token: str, paths: list[str], bare_paths: list[str], has_goal: bool = True
) -> Line:
    headers = {"Cookie": f"anhu_session={token}"}
    answer = ask(ours, Call("GET", paths[0]), headers)
    headers["Cookie"] += f"; {(answer.headers.get('Set-Cookie') or '').split(';')[0]}"  # as a browser keeps it
    mine = [Call("GET", path) for path in paths]
    bare = [Call("GET", path) for path in bare_paths]
    own, least = in_turn(ROUNDS, lambda _n: load(ours, mine, headers), lambda _n: load(floor, bare, headers))
    sys.stderr.write(f"  {name}: {own.p95 * 1000:.1f} ms, bare {least.p95 * 1000:.1f} ms\n")
    if not own.rate or not least.rate:  # a machine so busy that nothing came back in time
        return Line(f"{name}, time-outs", str(own.timeouts), str(least.timeouts), None)
    line = timed(f"{name}, p95", own.p95, least.p95, MOST, "ms")
    return line if has_goal else Line(line.name, line.ours, line.floor, line.ratio)


# -- look-ups ----------------------------------------------------------------------------------------------------------


def typed(name: str) -> Iterator[str]:
    """What somebody types who looks for the name."""
    syllables = sort_key(name).split()  # a surname as people read it
    yield name
    yield name[:2]
    yield name[1:]
    yield "".join(syllables)
    yield "".join(syllable[0] for syllable in syllables)


def _look_ups(session: Session, keyring: Keyring, users: dict[Role, int], kind: str) -> list[Line]:
    lines = []
    for where, role, step in (("town", Role.DOCTOR, TOWNS), ("county", Role.COUNTY_OFFICE, 1)):
        actor = get_actor_by_id(session, users[role])
        asked = islice(
            ((text, name_of(number)) for number in range(step, PATIENTS, step * 31) for text in typed(name_of(number))),
            LOOK_UPS,
        )
        hits = [_is_found(session, actor, keyring, text, name) for text, name in asked]
        found, could = sum(is_first for is_first, _ in hits), sum(is_few for _, is_few in hits)
        lines.append(
            Line(f"look-ups in the first five, {where}, {kind}", f"{found} of {len(hits)}", f"{could} could", None)
        )
    return lines


def _is_found(session: Session, actor: Actor, keyring: Keyring, text: str, name: str) -> tuple[bool, bool]:
    """Whether somebody of that name is among the first five, and whether at most five people have what was typed."""
    rows = [row.name for row in search_patients(session, actor, keyring, text)]
    return name in rows[:FIRST], len(rows) <= FIRST

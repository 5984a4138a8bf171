"""The work list and saving a visit at sixteen connections, beside a bare Flask route that does the same database work."""

from __future__ import annotations

import re
import tempfile
import uuid
from datetime import UTC, datetime
from http.client import HTTPResponse
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from app import create_app
from app.accounts.models import User
from app.accounts.sessions import open_session
from app.core.actor import Role
from app.core.db import Database
from app.patients.models import Patient
from bench.databases import database, kinds, settle
from bench.seed import COUNTY, TODAY, seed
from bench.serving import Call, Load, ask, in_turn, load, serve
from bench.table import Line, rated, timed
from config import Settings

PATIENTS = 60_000
ROUNDS = 3
ANSWERS = {
    "meeting": "1", "visited_on": TODAY.isoformat(), "form": "2", "objects": "1", "risk_level": "0",
    "psychotic_symptoms": "0", "symptoms": "1", "insight": "1", "sleep": "1", "diet": "1", "sf_self_care": "1",
    "sf_housework": "1", "sf_work": "1", "sf_learning": "1", "sf_social": "1", "locked_up": "1",
    "behaviours": "7", "hospitalisation": "0", "lab_test": "1", "adherence": "1", "adverse_reaction": "1", "physical_illness": "0",
    "other_abnormal": "0", "treatment_effect": "1", "referral": "1", "rehab_measures": "1", "medicines_1_name": "利培酮", "medicines_1_morning_mg": "2", "medicines_1_night_mg": "2",
}  # fmt: skip


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
            doctor = session.get_one(User, seeded.users[Role.DOCTOR])
            town_token = open_session(session, doctor, doctor.session_epoch, datetime.now(UTC))
            everywhere = _doctor_of_the_county(session, doctor)
            county_token = open_session(session, everywhere, everywhere.session_epoch, datetime.now(UTC))
            patients = [public_id for (public_id,) in session.query(Patient.public_id).order_by(Patient.id)]
            user_id = everywhere.id
        house.engine.dispose()
        settle(url)
        with serve("wsgi:application", environment) as ours, serve("bench.floor_app:app", environment) as floor:
            prefix = seeded.town[:9]
            lines = _worklist(kind, ours, floor, town_token, prefix)
            settle(url)
            return lines + _visits(kind, ours, floor, county_token, user_id, patients)


def _doctor_of_the_county(session: Session, doctor: User) -> User:
    """Visits of a whole county pass through one account, so that no patient is visited twice."""
    user = User(
        name="everywhere", display_name="everywhere", password_hash="!", role=Role.DOCTOR, area_code=COUNTY,
        agency_id=doctor.agency_id, created_at=datetime.now(UTC),
    )  # fmt: skip
    session.add(user)
    session.flush()
    return user


def _worklist(kind: str, ours: int, floor: int, token: str, prefix: str) -> list[Line]:
    headers = {"Cookie": f"anhu_session={token}"}
    headers = {
        "Cookie": f"{headers['Cookie']}; {_form_cookie(ask(ours, Call('GET', '/tasks/'), headers))}"
    }  # as a browser keeps it
    page, bare = Call("GET", "/tasks/?tab=overdue"), Call("GET", f"/tasks/?prefix={prefix}")
    _check_rows(ours, page, headers)
    _check_rows(floor, bare, headers)
    mine, least = in_turn(ROUNDS, lambda _n: load(ours, [page], headers), lambda _n: load(floor, [bare], headers))
    return _lines(f"work list of 50, {kind}", mine, least, 2, 0.5)


def _check_rows(port: int, call: Call, headers: dict[str, str]) -> None:
    html = ask(port, call, headers).read().decode()
    rows = html.count('class="card item"')
    if rows != 50:
        raise RuntimeError(f"the page shows {rows} rows instead of 50")


def _visits(kind: str, ours: int, floor: int, token: str, user_id: int, patients: list[str]) -> list[Line]:
    csrf, cookies = _form_token(ours, token, patients[0])
    headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
    share = len(patients) // (2 * ROUNDS)

    def calls(number: int, query: str = "") -> list[Call]:
        return [
            Call(
                "POST",
                f"/patients/{patient}/visits/new{query}",
                urlencode(ANSWERS | {"csrf_token": csrf, "submission_key": str(uuid.uuid4())}),
            )
            for patient in patients[number * share : (number + 1) * share]
        ]

    mine, least = in_turn(
        ROUNDS,
        lambda number: load(ours, calls(2 * number), headers),
        lambda number: load(floor, calls(2 * number + 1, f"?user={user_id}"), headers),
    )
    return _lines(f"save a visit, {kind}", mine, least, 3, 0.4)


def _form_token(port: int, token: str, patient: str) -> tuple[str, str]:
    """The form's CSRF token and the cookies it belongs to."""
    answer = ask(port, Call("GET", f"/patients/{patient}/visits/new"), {"Cookie": f"anhu_session={token}"})
    html = answer.read().decode()
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html)
    if answer.status != 200 or found is None:
        raise RuntimeError(f"the visit form answered {answer.status}")
    return found[1], f"anhu_session={token}; {_form_cookie(answer)}"


def _form_cookie(answer: HTTPResponse) -> str:
    return (answer.headers.get("Set-Cookie") or "").split(";")[0]


def _lines(name: str, ours: Load, floor: Load, most: float, least: float) -> list[Line]:
    lines = [
        timed(f"{name}, p95", ours.p95, floor.p95, most, "ms"),
        rated(f"{name}, rate", ours.rate, floor.rate, least, ""),
    ]
    if (
        ours.timeouts or floor.timeouts
    ):  # the machine was busy with something else: said, and not hidden in a percentile
        lines.append(Line(f"{name}, time-outs", str(ours.timeouts), str(floor.timeouts), None))
    return lines

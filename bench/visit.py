"""A routine visit on a phone in a village: how many taps, how soon the form answers, how much comes over the line.

The demonstration county is served as the product is, and a doctor works in it in real Chromium, slowed down as `phone.CONDITIONS` says.
Each figure stands beside its goal; what was saved is looked for in the database, so that no tap counts that did nothing.
"""

from __future__ import annotations

import contextlib
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser
from sqlalchemy import func, select

from app.core.db import Database
from app.patients.models import Patient
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.visits.models import FollowUpVisit
from app.visits.rules.form import Hospitalisation, VisitClass, YesNo
from bench.phone import CONDITIONS, Phone, chromium_browser, phone
from bench.seed import TODAY
from bench.serving import serve
from bench.table import Line
from config import ROOT

NOTE = f"visit: {CONDITIONS}.\nFloor: a page of one line. Sign-in and PIN are not part of a visit; scrolling is no tap. 1 KB is 1,000 bytes."
PATIENTS = 200
# one is visited online and one offline, two more are opened
FEWEST = 3
ROUNDS = 5
MOST_TAPS, MOST_COLD, MOST_WARM, MOST_BYTES = 12, 3.0, 1.0, 150_000
DOCTOR, PASSWORD, PIN = "doctor", "anhu-demo-2026", "284615"


@dataclass(frozen=True)
class Site:
    """The product as it is served, and its database."""

    url: str
    database: Database

    @property
    def work_list(self) -> str:
        """Whom to see within the week."""
        return f"{self.url}/tasks/?tab=week"

    def visits(self, patient: str) -> int:
        with self.database.reading() as session:
            of = select(func.count()).select_from(FollowUpVisit).join(Patient, Patient.id == FollowUpVisit.patient_id)
            return session.scalar(of.where(Patient.public_id == patient)) or 0


def measure() -> list[Line]:
    with _county() as site, chromium_browser() as browser:
        state, patients = _signed_in(browser, site)
        return [*_online(browser, site, state, patients), *_offline(browser, site, state, patients[-1])]


def _online(browser: Browser, site: Site, state: Any, patients: list[str]) -> list[Line]:
    routine, *others = patients
    cold, warm, bare, loaded = [], [], [], []
    for number in range(ROUNDS):
        with phone(browser, storage_state=state) as doctor:
            doctor.be_slow()
            doctor.page.goto(_form(site, others[0]))
            cold.append(doctor.until_interactive())
            loaded.append(doctor.bytes_loaded)
            doctor.page.goto(site.work_list)
            doctor.page.goto(_form(site, others[-1]))
            warm.append(doctor.until_interactive())
            doctor.page.goto(f"{site.url}/healthz")
            bare.append(doctor.until_interactive())
            if number == ROUNDS - 1:
                taps = _visit_online(doctor, site, routine)
    return [
        _counted("taps, online", taps),
        _timed("visit form, cold", cold, MOST_COLD, bare),
        _timed("visit form, warm", warm, MOST_WARM, bare),
        _weighed("first load of the form", loaded),
    ]


def _visit_online(doctor: Phone, site: Site, patient: str) -> int:
    before = site.visits(patient)
    doctor.page.goto(site.work_list)
    taps = doctor.visit(f'a[href="/patients/{patient}/visits/new"]')
    doctor.page.wait_for_url("**/saved")
    _check_stored(site, patient, before)
    return taps


def _offline(browser: Browser, site: Site, state: Any, patient: str) -> list[Line]:
    opened, tapped, loaded = [], [], []
    with phone(browser, storage_state=state) as doctor:
        doctor.be_slow()
        doctor.page.goto(f"{site.url}/field/work")
        doctor.until_interactive()
        loaded.append(doctor.bytes_loaded)
        _turn_on(doctor, site)
        _open_list(doctor, site)
        before = site.visits(patient)
        doctor.context.set_offline(True)
        for _round in range(ROUNDS):
            opened.append(_open_list(doctor, site))
            tapped.append(_look_into_form(doctor, patient))
        taps = doctor.visit(f'[data-start="{patient}"]')
        doctor.page.wait_for_selector("[data-done]")
        if site.visits(patient) != before:
            raise RuntimeError("the phone was not offline")
        doctor.context.set_offline(False)
        doctor.page.wait_for_selector("#field-note", state="hidden")
        _check_stored(site, patient, before)
    return [
        _counted("taps, offline", taps),
        _timed("offline page, no network", opened, MOST_COLD),
        _timed("offline form, from the tap", tapped, MOST_WARM),
        _weighed("first load of the offline page", loaded),
    ]


def _turn_on(doctor: Phone, site: Site) -> None:
    doctor.page.goto(f"{site.url}/field/")
    doctor.page.fill("#pin", PIN)
    doctor.page.fill("#pin-again", PIN)
    doctor.page.locator("[data-turn-on] .btn-go").tap()
    doctor.page.wait_for_selector("[data-is-on]:not([hidden])")


def _open_list(doctor: Phone, site: Site) -> float:
    """Seconds until the offline page asks for the PIN; then the list is opened with it."""
    doctor.page.goto(f"{site.url}/field/work")
    doctor.page.wait_for_selector("#pin")
    took = doctor.until_interactive()
    doctor.page.fill("#pin", PIN)
    doctor.page.locator("#field-app .btn-go").tap()
    doctor.page.wait_for_selector("[data-start]")
    return took


def _look_into_form(doctor: Phone, patient: str) -> float:
    """Seconds from the tap on a name until the form is drawn and answers; then the list again."""
    doctor.page.locator(f'[data-start="{patient}"]').tap()
    doctor.page.wait_for_selector(".visit-form")
    took = doctor.since_tap()
    doctor.page.locator(".form-footer .btn-quiet").tap()
    doctor.page.wait_for_selector("[data-list]")
    return took


def _check_stored(site: Site, patient: str, before: int) -> None:
    if site.visits(patient) != before + 1:
        raise RuntimeError(f"{site.visits(patient) - before} visits came of one")


# -- the county --------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _county() -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="anhu-bench-") as folder:
        environment = {
            "ANHU_ENV": "demo",
            "ANHU_INSTANCE": folder,
            "ANHU_TODAY": TODAY.isoformat(),
            "ANHU_LOG_LEVEL": "ERROR",
            "FLASK_APP": "wsgi.py",
        }
        for command in (
            ["db", "upgrade"],
            ["demo", "load", "--patients", str(PATIENTS), "--quarters", "1", "--seed", "7"],
        ):
            _flask(environment, command)
        database = Database(f"sqlite:///{Path(folder) / 'anhu.db'}")
        with serve("wsgi:application", environment) as port:
            yield Site(f"http://127.0.0.1:{port}", database)
        database.engine.dispose()


def _flask(environment: dict[str, str], command: list[str]) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANHU_")}
    subprocess.run(
        [sys.executable, "-m", "flask", *command], cwd=ROOT, env=kept | environment, check=True, capture_output=True
    )


def _routine(database: Database) -> list[str]:
    """Due or overdue, stable the last time, and nothing happened then that would be asked anew."""
    last = (
        select(func.max(FollowUpVisit.id))
        .where(FollowUpVisit.withdrawn_at.is_(None))
        .group_by(FollowUpVisit.patient_id)
    )
    with database.reading() as session:
        found = session.scalars(
            select(Patient.public_id)
            .join(Task, Task.patient_id == Patient.id)
            .join(FollowUpVisit, FollowUpVisit.patient_id == Patient.id)
            .where(
                Task.kind == TaskKind.FOLLOW_UP,
                Task.state == TaskState.OPEN,
                FollowUpVisit.id.in_(last),
                FollowUpVisit.visit_class == VisitClass.STABLE,
                FollowUpVisit.hospitalisation == Hospitalisation.NONE,
                FollowUpVisit.lab_test == YesNo.NO,
            )
        ).all()
    return list(found)


def _signed_in(browser: Browser, site: Site) -> tuple[Any, list[str]]:
    """The browser's state, and whom of the doctor's work list a routine visit awaits, in its order."""
    with phone(browser) as doctor:
        doctor.page.goto(f"{site.url}/login")
        doctor.page.fill("#name", DOCTOR)
        doctor.page.fill("#password", PASSWORD)
        doctor.page.locator("form .btn-go").tap()
        doctor.page.wait_for_url(f"{site.url}/")
        doctor.page.goto(site.work_list)
        addresses = doctor.page.evaluate("() => Array.from(document.querySelectorAll('main a'), (a) => a.pathname)")
        found = (re.fullmatch("/patients/([^/]+)/visits/new", address) for address in addresses)
        routine = set(_routine(site.database))
        patients = [one[1] for one in found if one and one[1] in routine]
        if len(patients) < FEWEST:
            raise RuntimeError(f"{len(patients)} routine visits are due, and {FEWEST} are needed")
        return doctor.context.storage_state(), patients


def _form(site: Site, patient: str) -> str:
    return f"{site.url}/patients/{patient}/visits/new"


# -- lines -------------------------------------------------------------------------------------------------------------


def _counted(name: str, taps: int) -> Line:
    return Line(name, str(taps), "", None, f"<= {MOST_TAPS}", taps <= MOST_TAPS)


def _timed(name: str, seconds: list[float], most: float, bare: list[float] | None = None) -> Line:
    """The middle one; as floor what the same phone needs for a page that holds one line and nothing else."""
    middle, floor = statistics.median(seconds), statistics.median(bare) if bare else None
    ratio = middle / floor if floor else None
    return Line(name, f"{middle:.2f} s", f"{floor:.2f} s" if floor else "", ratio, f"<= {most:g} s", middle <= most)


def _weighed(name: str, loads: list[int]) -> Line:
    """The heaviest of them."""
    return Line(name, f"{max(loads) / 1000:.1f} KB", "", None, f"<= {MOST_BYTES // 1000} KB", max(loads) <= MOST_BYTES)

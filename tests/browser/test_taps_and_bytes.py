"""A routine visit takes at most twelve taps, with and without a network, as the page itself counts them; the first load is light.

The same hand as in `python -m bench visit`, which adds the seconds on a slow phone.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import select

from app.patients.models import Patient
from bench.phone import Phone
from bench.phone import phone as doctors_phone
from bench.visit import MOST_BYTES, MOST_TAPS
from tests.rig.county import County
from tests.rig.field import PIN, Site, visits

pytestmark = pytest.mark.browser


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """The browser sees pages, not databases: one kind is enough here."""
    shutil.copy(os.environ["ANHU_TEST_SQLITE"], tmp_path / "anhu.db")
    return f"sqlite:///{tmp_path / 'anhu.db'}"


@pytest.fixture
def thumb(app: Flask, county: County, site: Site, browser: Browser) -> Iterator[Phone]:
    with doctors_phone(browser) as phone:
        phone.context.add_cookies([{"name": "anhu_session", "value": county.token_for(app, "doctor"), "url": site.url}])
        yield phone


@pytest.fixture
def patient(app: Flask, site: Site) -> str:
    with app.extensions["anhu.db"].reading() as session:
        return str(session.scalars(select(Patient.public_id).order_by(Patient.id)).first())


def test_a_routine_visit_from_the_work_list_takes_at_most_twelve_taps(
    app: Flask, site: Site, thumb: Phone, patient: str
) -> None:
    thumb.page.goto(site.url)
    taps = thumb.visit(f'a[href="/patients/{patient}/visits/new"]')
    thumb.page.wait_for_url("**/saved")
    assert 5 < taps <= MOST_TAPS, "fewer would mean that the page does not count"
    assert visits(app)[0][1] == 2
    assert thumb.complaints == []


def test_a_routine_visit_without_a_network_takes_at_most_twelve_taps(
    app: Flask, site: Site, thumb: Phone, patient: str
) -> None:
    page = thumb.page
    page.goto(f"{site.url}/field/")
    page.fill("#pin", PIN)
    page.fill("#pin-again", PIN)
    page.locator("[data-turn-on] .btn-go").tap()
    page.wait_for_selector("[data-is-on]:not([hidden])")
    site.down()
    page.goto(f"{site.url}/field/work")
    page.fill("#pin", PIN)
    page.locator("#field-app .btn-go").tap()
    taps = thumb.visit(f'[data-start="{patient}"]')
    page.wait_for_selector("[data-stored]")
    assert 5 < taps <= MOST_TAPS, "fewer would mean that the page does not count"
    assert visits(app)[0][1] == 1
    site.up()
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    page.wait_for_selector("[data-stored]:has-text('已上传')")
    assert visits(app)[0][1] == 2
    assert thumb.complaints == []


@pytest.mark.parametrize("path", ["/patients/{patient}/visits/new", "/", "/field/work"])
def test_the_first_load_is_light(site: Site, thumb: Phone, patient: str, path: str) -> None:
    thumb.page.goto(site.url + path.format(patient=patient))
    thumb.until_interactive()
    assert 20_000 < thumb.bytes_loaded <= MOST_BYTES


def test_the_second_form_brings_only_itself(site: Site, thumb: Phone, patient: str) -> None:
    address = f"{site.url}/patients/{patient}/visits/new"
    thumb.page.goto(address)
    thumb.until_interactive()
    before = thumb.bytes_loaded
    thumb.page.goto(address)
    thumb.until_interactive()
    assert thumb.bytes_loaded - before < MOST_BYTES / 5

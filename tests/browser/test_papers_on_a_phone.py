"""A paper photographed on a phone: made small before it is sent, sent again after a dead line, kept once; without script too."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from io import BytesIO

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize
from sqlalchemy import select
from werkzeug.serving import make_server

from app.core.files import open_file
from app.core.models import KeptFile
from app.documents.models import Document
from app.documents.rules import DocumentKind
from tests.rig.county import County
from tests.rig.paper_pictures import photo
from tests.rig.scene import Scene

pytestmark = pytest.mark.browser
PHONE: ViewportSize = {"width": 360, "height": 780}
LARGE = (3000, 4000)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The browser sees pages, not databases: one kind is enough here."""
    return sqlite_url


@pytest.fixture
def server(app: Flask) -> Iterator[str]:
    app.config["WTF_CSRF_ENABLED"] = True
    running = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    thread.join()


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def has_script(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def page(has_script: bool, app: Flask, county: County, scene: Scene, server: str, browser: Browser) -> Iterator[Page]:
    """The village worker's phone on the papers of an agreement."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=has_script, locale="zh-CN", base_url=server)
    token = county.token_for(app, "village_worker")
    context.add_cookies([{"name": "anhu_session", "value": token, "url": server}])
    page = context.new_page()
    page.goto(f"/papers/agreement/{scene.near.agreement}")
    yield page
    context.close()


def _kept(app: Flask) -> list[Image.Image]:
    keyring = app.extensions["anhu.keyring"]
    with app.extensions["anhu.db"].reading() as session:
        wanted = select(Document).where(Document.kind == DocumentKind.RELATION)
        files = [session.get_one(KeptFile, one.file_id) for one in session.scalars(wanted)]
        return [Image.open(BytesIO(open_file(session, keyring, file))) for file in files]


def _fill(page: Page) -> None:
    page.select_option("select[name=kind]", "relation")
    page.set_input_files(
        "input[type=file]", {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": photo(*LARGE, quality=95)}
    )


def test_a_photo_is_kept_once_and_small(app: Flask, page: Page, has_script: bool) -> None:
    _fill(page)
    page.click("text=上传留存")
    page.wait_for_selector("text=材料已留存")
    (kept,) = _kept(app)
    assert max(kept.size) == (1600 if has_script else 2400)
    assert page.locator("li.item", has_text="户口簿、结婚证或关系证明").count() == 1


def test_after_a_dead_line_the_form_is_still_there_and_sends_the_same_paper(
    app: Flask, page: Page, has_script: bool
) -> None:
    if not has_script:
        pytest.skip("the browser's own page says that the line is dead")
    _fill(page)
    page.wait_for_selector("text=已压缩，可以上传")
    page.context.set_offline(True)
    page.click("text=上传留存")
    page.wait_for_selector("text=网络不稳")
    assert page.input_value("select[name=kind]") == "relation"
    page.context.set_offline(False)
    page.click("text=上传留存")
    page.wait_for_selector("text=材料已留存")
    assert len(_kept(app)) == 1


def test_what_cannot_be_kept_is_said_on_the_page_with_the_form_filled_in(page: Page) -> None:
    page.select_option("select[name=kind]", "relation")
    page.set_input_files(
        "input[type=file]", {"name": "a.jpg", "mimeType": "application/pdf", "buffer": b"<svg onload=alert(1)>"}
    )
    page.click("text=上传留存")
    page.wait_for_selector("text=只能上传照片")
    assert page.input_value("select[name=kind]") == "relation"

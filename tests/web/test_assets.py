"""Static files are asked for once and every text is sent packed; what is packed says so, and its length tells nothing."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.assets import FOR_GOOD
from tests.rig.county import County

PACKED = {"Accept-Encoding": "gzip, deflate"}
ClientAs = Callable[[str], FlaskClient]


@pytest.fixture
def address(app: Flask, county: County) -> str:
    """Where a page says that the house's style sheet lies."""
    found = re.search(r'href="(/static/[^"]+/anhu\.css)"', app.test_client().get("/login").text)
    assert found
    return found[1]


def test_a_file_at_the_address_that_names_its_bytes_is_kept_for_good(app: Flask, address: str) -> None:
    answer = app.test_client().get(address)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == FOR_GOOD


@pytest.mark.parametrize("version", ["", "v000000000000/"])
def test_without_its_digest_or_with_an_old_one_a_file_is_asked_for_again(
    app: Flask, address: str, version: str
) -> None:
    client = app.test_client()
    answer = client.get(f"/static/{version}anhu.css")
    assert answer.data == client.get(address).data
    assert answer.headers["Cache-Control"] == "no-cache"
    known = {"If-None-Match": answer.headers["ETag"], **PACKED}
    assert client.get(f"/static/{version}anhu.css", headers=known).status_code == 304


def test_files_and_pages_are_packed_for_whoever_unpacks_them(app: Flask, address: str) -> None:
    client = app.test_client()
    for path in (address, "/login", "/nowhere"):
        plain, packed = client.get(path), client.get(path, headers=PACKED)
        assert "Accept-Encoding" in plain.headers["Vary"] and "Content-Encoding" not in plain.headers
        assert packed.status_code == plain.status_code and packed.headers["Content-Encoding"] == "gzip"
        assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data)
        assert fixed(gzip.decompress(packed.data)) == fixed(plain.data)
        assert client.get(path, headers={"Accept-Encoding": "gzip;q=0"}).headers.get("Content-Encoding") is None


def fixed(page: bytes) -> bytes:
    """A page without its tokens and its number, which are new each time."""
    return re.sub(rb'value="[^"]+"|content="[^"]+"|class="ref">[^<]+', b"", page)


def test_a_part_of_a_file_is_not_packed(app: Flask, address: str) -> None:
    answer = app.test_client().get(address, headers={**PACKED, "Range": "bytes=0-99"})
    assert answer.status_code == 206 and len(answer.data) == 100
    assert "Content-Encoding" not in answer.headers


def test_the_length_of_a_packed_page_varies_by_chance(app: Flask, county: County) -> None:
    client = app.test_client()
    lengths = {len(client.get("/nowhere", headers=PACKED).data) for _time in range(40)}
    assert len(lengths) > 5


def test_nothing_outside_the_folder_is_a_file_of_it(app: Flask, address: str) -> None:
    for name in ("../__init__.py", "..%2f__init__.py", "nothing.js"):
        assert app.test_client().get(address.replace("anhu.css", name), headers=PACKED).status_code == 404

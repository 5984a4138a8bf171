"""What the browser is given is what its makers published, and nothing is fetched from elsewhere."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
VENDORS = [ROOT / "app/static/vendor", ROOT / "tests/browser/vendor"]
PERMISSIVE = {"MIT", "0BSD", "BSD-3-Clause", "Apache-2.0", "OFL-1.1"}
OWN_STATIC = [ROOT / "app/static/anhu.css", ROOT / "app/static/app.js"]
TEMPLATES = sorted((ROOT / "app").rglob("templates/**/*.html"))


def manifest(folder: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))
    return entries


@pytest.mark.parametrize("folder", VENDORS, ids=lambda f: f.relative_to(ROOT).as_posix())
def test_every_vendored_file_has_the_checksum_that_was_recorded(folder: Path) -> None:
    for entry in manifest(folder):
        for name, sha256 in entry["files"].items():
            assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha256, name


@pytest.mark.parametrize("folder", VENDORS, ids=lambda f: f.relative_to(ROOT).as_posix())
def test_nothing_is_vendored_without_an_entry_and_a_licence_text(folder: Path) -> None:
    recorded = {name for entry in manifest(folder) for name in entry["files"]}
    present = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert present - {"MANIFEST.json"} == recorded
    for entry in manifest(folder):
        assert {"name", "version", "licence", "package", "source"} <= entry.keys()
        assert any("LICENSE" in name for name in entry["files"]), entry["name"]


def test_what_ships_in_the_product_has_a_permissive_licence() -> None:
    assert {entry["licence"] for entry in manifest(VENDORS[0])} <= PERMISSIVE


@pytest.mark.parametrize("path", OWN_STATIC, ids=lambda p: p.name)
def test_the_products_own_assets_name_no_other_host(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"(https?:)?//[a-z0-9-]+\.[a-z]", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_template_needs_no_exception_from_the_content_security_policy(path: Path) -> None:
    html = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.S)
    assert not re.search(r"<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']", html)
    assert not re.search(r"hx-on|hx-vals\s*=\s*[\"']js:|javascript:", html)
    for attributes in re.findall(r"<script\b([^>]*)>", html):
        assert "src=" in attributes and "url_for('static'" in attributes, attributes

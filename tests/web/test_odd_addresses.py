"""Whatever somebody types into an address of the numbers, pages answer or say that there is no such thing; none fails, and none tells
of another county."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from urllib.parse import quote

import pytest
from flask import Flask

from tests.rig.county import County
from tests.rig.crawl import Route, address, published, routes
from tests.rig.scene import NEXT_COUNTY, NEXT_TOWN, Scene

pytestmark = pytest.mark.walk
ABROAD = ("邻县", "石桥镇")
# nonsense, rare characters, what is too long or too large for anything
WORDS = ("𠮷〇'\"<b>%25", "x" * 2000, "-1", "99999999999999999999")
ODD: dict[str, tuple[str, ...]] = {
    # no day, no quarter, long before any register, long after it, the ends of what a calendar knows
    "period": ("2026-02-30", "2026M13", "1900M01", "1900-01-01", "2031Q1", "2031-01-01", "9998Y", "0001-01-01", "9999-12-31"),
    "place": (NEXT_COUNTY, NEXT_TOWN, "000000000000", "349900000000", *WORDS),
    "figure": ("registered-missing-missing", "-missing", "death", *WORDS),
    "year": ("0", "1999", "3000", "99999999999999999999"),
    "ending": ("exe", "xlsx2", "𠮷"),
}  # fmt: skip
ASKED = (
    "day", "period", "of", "year", "from", "after", "agency", "unit", "tab", "town", "place", "item", "page", "kind",
)  # fmt: skip


def test_no_word_in_an_address_of_the_numbers_breaks_a_page_or_leads_to_another_county(
    app: Flask, county: County, scene: Scene
) -> None:
    table, wrong = published(), []
    for route in routes(app):
        if route.method == "GET" and route.rule.startswith("/numbers/"):
            allowed = table[route.rule, "GET"]
            reader = next(one for one in ("coordinator", "auditor", *sorted(allowed)) if one in allowed)
            for role in {reader, "city_viewer"} & allowed:
                client = app.test_client()
                client.set_cookie("anhu_session", county.token_for(app, role))
                for where in _odd(app, route, scene, role):
                    answer = client.get(where)
                    told = [name for name in ABROAD if answer.mimetype == "text/html" and name in answer.text]
                    if answer.status_code >= 500 or (told and role != "city_viewer"):
                        wrong.append(f"{role} {where[:150]} {answer.status_code} {told}")
    assert not wrong, "\n".join(wrong)


def _odd(app: Flask, route: Route, scene: Scene, role: str) -> Iterator[str]:
    """The address with each of its parts, and everything behind its question mark, in odd words."""
    own, parts = address(app, route, scene.near, role), route.rule.split("/")
    everything = [word for words in ODD.values() for word in words]
    for begin in range(0, len(everything), 3):  # each name meets a third of the words
        words = islice(everything * 2, begin, begin + len(ASKED))
        yield own + "?" + "&".join(f"{name}={quote(word)}" for name, word in zip(ASKED, words, strict=True))
    for at, part in enumerate(parts):
        if part.startswith("<"):
            name, _, tail = part.rpartition(":")[2].partition(">")
            for word in ODD.get(name, WORDS):
                yield "/".join(
                    [*own.split("/")[:at], quote(word, safe="") + tail.partition("<")[0], *own.split("/")[at + 1 :]]
                )

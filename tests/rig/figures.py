"""Going over the room of the numbers as a reader would: every page, every figure that opens a list, and how long the list is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from flask.testing import FlaskClient

# pages from which all others are reached
ENTRANCES = (
    "/numbers/",
    "/numbers/?period=2026Q3",
    "/numbers/reports/",
    "/numbers/reports/2026Q3/{place}",
    "/numbers/submitted/",
    "/numbers/appraisals/",
    "/numbers/orders/",
    "/numbers/samples/",
    "/numbers/quality/",
)
# whole numbers that are no figure: the years of registers, and marks, which lead to whom they were lost for
NOT_A_FIGURE = re.compile(r"/numbers/(training/|appraisals/[\w-]{22}/units/[\w-]+/\w+$)")
PART = re.compile(r'class="num figure-part"[^>]*>([\d,]+)<')
_ROW = '<tr class="figure-row">'
_LIST = re.compile(
    r"/numbers/(\d[^/]*/[\w-]+/[a-z_-]+|submitted/[\w-]{22}/\d[^/]*/[\w-]+|quality/\w+|appraisals/[\w-]{22}/units/[\w-]+/\w+|orders/[\w-]{22})(\?|$)"
)
# of periods that nobody counted there is nothing to see
_OTHER_PERIOD = re.compile(r"/numbers/(reports/)?(?!2026Q[23]/)\d{4}[^/]*/")
_LINK = re.compile(r"<a ([^>]*)>(.*?)</a>", re.DOTALL)
_HREF = re.compile(r'href="(/numbers/[^"#]*)')
_NUMBER = re.compile(r"[\d,]+")
_TAB = re.compile(r'<span class="tab-count">(\d+)</span>')
_NEXT = re.compile(r'href="([^"]+)" rel="next"')
_TOTAL = re.compile(r"共 ([\d,]+)(?: 次随访，涉及 ([\d,]+) 人)?")


def number(text: str) -> int:
    return int(text.replace(",", ""))


def told_by(client: FlaskClient, place: str) -> dict[str, set[int]]:
    """Address of a list → what the pages of the room say that it is long, as far as the reader gets from the entrances."""
    todo, seen, told = [where.format(place=place) for where in ENTRANCES], set[str](), dict[str, set[int]]()
    while todo:
        where = todo.pop()
        if where in seen:
            continue
        seen.add(where)
        answer = client.get(where)
        if answer.status_code != 200:
            continue
        for href, text, count in _links(answer.text):
            if count is not None:
                told.setdefault(href, set()).add(count)
            elif _NUMBER.fullmatch(text) and not NOT_A_FIGURE.match(href):
                told.setdefault(href, set()).add(number(text))
            if not _LIST.match(href) and not _OTHER_PERIOD.match(href):
                # other places say the same of each indicator, whichever is looked at closely
                todo.append(href if place in href or "of=" not in href else href.partition("?")[0])
    return told


def length_of(client: FlaskClient, where: str) -> int:
    """What a list adds up to, page by page: its parts where it says any, else its rows. Its own heading says the same."""
    pages = list(pages_of(client, where))
    parts = [number(part) for page in pages for part in PART.findall(page)]
    rows = sum(page.count(_ROW) for page in pages)
    length = sum(parts) if parts else rows
    said = _TOTAL.search(pages[0])
    assert said is None or number(said[1]) == length, f"{where} says {said[0]} and lists {length}"
    assert said is None or said[2] is None or rows in (0, number(said[2])), f"{where} says {said[0]} and lists {rows}"
    return length


def pages_of(client: FlaskClient, where: str) -> Iterator[str]:
    """A list from its first page to its last."""
    answer = client.get(where)
    assert answer.status_code == 200, f"{where} answered {answer.status_code}"
    assert "&lt;Macro" not in answer.text, f"{where} shows a part of its template"
    yield answer.text
    while found := _NEXT.search(answer.text):
        answer = client.get(unescape(found[1]))
        yield answer.text


def _links(page: str) -> Iterator[tuple[str, str, int | None]]:
    """(address, text, count of a tab) of what leads on in the room."""
    for attributes, inner in _LINK.findall(page):
        href = _HREF.search(attributes)
        if href is not None and "download" not in attributes and 'rel="' not in attributes:
            count = _TAB.search(inner)
            yield unescape(href[1]), re.sub(r"<[^>]+>|\s", "", inner), int(count[1]) if count else None

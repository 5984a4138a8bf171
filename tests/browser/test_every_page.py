"""Every page that a role can reach by its links, on a phone and on a desktop: it fits, it is accessible, it works by keyboard, it loads
nothing from outside and breaks no content security policy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from app.core.actor import Role
from tests.browser.conftest import PASSWORD, LiveCounty

pytestmark = [pytest.mark.browser, pytest.mark.walk]

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RUN_AXE = """async () => (await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}))
  .violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(' | '))"""
VIEWPORTS = {"phone": {"width": 360, "height": 780}, "desktop": {"width": 1280, "height": 860}}
MOST_PAGES = 40
TAB_STOPS = 12
OPAQUE = re.compile(r"/(?:[A-Za-z0-9_-]{20,24}|\d{12}|\d{4}(?:Q\d|M\d\d|Y))(?=/|$)")
LIST_OF_NUMBERS = re.compile(r"(?<=^/numbers/:id/:id)/(?!mend$)[\w-]+$")
ROLES = [role.value for role in Role if role is not Role.OPERATOR]


def sign_in(context: BrowserContext, county: LiveCounty, name: str) -> Page:
    page = context.new_page()
    page.goto(f"{county.url}/login")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit], main form button.btn-go")
    page.wait_for_load_state()
    assert "/login" not in page.url, f"{name} could not sign in"
    return page


def pages_of(page: Page, county: LiveCounty) -> Iterator[str]:
    """Addresses reachable from the home page, one of each kind."""
    waiting, seen = [f"{county.url}/"], {"/"}
    while waiting and len(seen) <= MOST_PAGES:
        address = waiting.pop(0)
        yield address
        for link in page.eval_on_selector_all("a[href]:not([download])", "links => links.map(a => a.href)"):
            parts = urlsplit(link)
            kind = LIST_OF_NUMBERS.sub("/:figure", OPAQUE.sub("/:id", parts.path))
            if link.startswith(county.url) and kind not in seen:
                seen.add(kind)
                waiting.append(f"{county.url}{parts.path}")


@pytest.mark.parametrize("role", ROLES)
def test_every_page_fits_and_is_accessible(browser: Browser, live_county: LiveCounty, role: str) -> None:
    context = browser.new_context(viewport=VIEWPORTS["phone"], locale="zh-CN")
    troubles: list[str] = []
    outside: list[str] = []
    context.on("request", lambda r: outside.append(r.url) if not r.url.startswith((live_county.url, "data:")) else None)
    page = sign_in(context, live_county, role)
    page.on("console", lambda m: troubles.append(f"{page.url}: {m.text}") if m.type == "error" else None)
    page.on("pageerror", lambda e: troubles.append(f"{page.url}: {e}"))
    count = 0
    for address in pages_of(page, live_county):
        answer = page.goto(address)
        assert answer is not None and answer.status == 200, f"{address} answered {answer and answer.status}"
        for name, size in VIEWPORTS.items():
            page.set_viewport_size(size)
            troubles += [f"{name} {page.url}: {found}" for found in _faults(page)]
        page.set_viewport_size(VIEWPORTS["phone"])
        count += 1
    assert count >= 1
    assert not outside, f"asked for outside addresses: {outside}"
    assert not troubles, "\n".join(sorted(set(troubles)))
    context.close()


def test_charts_are_drawn_anew_on_a_desktop_alone_and_break_no_policy(
    browser: Browser, live_county: LiveCounty
) -> None:
    for name, size in VIEWPORTS.items():
        context, troubles, asked = browser.new_context(viewport=size, locale="zh-CN"), list[str](), list[str]()
        page = sign_in(context, live_county, "coordinator")
        page.on("console", lambda m, said=troubles: said.append(m.text))  # type: ignore[misc]  # each size its own list
        page.on("request", lambda r, sent=asked: sent.append(r.url))  # type: ignore[misc]  # likewise
        page.goto(f"{live_county.url}/numbers/")
        page.wait_for_load_state("networkidle")
        is_wide = name == "desktop"
        assert page.locator("figure[data-chart] canvas").count() == (2 if is_wide else 0)
        assert page.locator("figure[data-chart] svg.chart").first.is_visible() is not is_wide
        assert any("echarts" in url for url in asked) is is_wide, "a phone is not sent what it does not draw"
        if is_wide:
            page.locator("canvas").first.hover()
            page.emulate_media(media="print")
            assert page.locator("figure[data-chart] svg.chart").first.is_visible(), "paper has the drawing"
        assert troubles == []
        context.close()


def test_the_sign_in_page_and_errors_fit_and_are_accessible(browser: Browser, live_county: LiveCounty) -> None:
    context = browser.new_context(viewport=VIEWPORTS["phone"], locale="zh-CN")
    page = context.new_page()
    troubles: list[str] = []
    for path in ("/login", "/no-such-page"):
        for name, size in VIEWPORTS.items():
            page.set_viewport_size(size)
            page.goto(f"{live_county.url}{path}")
            troubles += [f"{name} {path}: {found}" for found in _faults(page)]
    assert not troubles, "\n".join(troubles)
    context.close()


@pytest.mark.parametrize("role", ["doctor", "clerk", "coordinator"])
def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    browser: Browser, live_county: LiveCounty, role: str
) -> None:
    context = browser.new_context(viewport=VIEWPORTS["desktop"], locale="zh-CN")
    page = sign_in(context, live_county, role)
    for _stop in range(TAB_STOPS):
        page.keyboard.press("Tab")
        shown = page.evaluate(
            """() => { const e = document.activeElement; if (!e || e === document.body) return 'none';
            const s = getComputedStyle(e); const r = e.getBoundingClientRect();
            return (s.outlineStyle !== 'none' || s.boxShadow !== 'none') && r.width > 0 ? 'shown' : e.outerHTML.slice(0, 120); }"""
        )
        assert shown in ("shown", "none"), f"focus is invisible at {shown}"
    odd = page.evaluate(
        "() => [...document.querySelectorAll('[tabindex],[onclick],[role=button]')].filter(e => e.tabIndex > 0 || e.hasAttribute('onclick')"
        " || (e.getAttribute('role') === 'button' && !['BUTTON', 'A', 'SUMMARY'].includes(e.tagName))).map(e => e.outerHTML.slice(0, 120))"
    )
    assert odd == []
    context.close()


# a dialog that asks for an answer lies over everything, and is meant to
COVERED = """() => { if (document.querySelector('dialog:modal')) return []; const found = [...document.querySelectorAll('main button, main a.btn')].filter(one => {
  one.scrollIntoView({block: 'center', behavior: 'instant'});
  const box = one.getBoundingClientRect(), top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return one.checkVisibility() && box.width && top && !one.contains(top) && !one.closest('dialog') && !top.contains(one);
}).map(one => one.textContent.trim().slice(0, 30)); window.scrollTo(0, 0); return found; }"""


def _faults(page: Page) -> list[str]:
    """Horizontal scroll, buttons that lie under something, and WCAG 2.2 A/AA violations of the page as it stands."""
    wide = page.evaluate(
        "() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1 ? document.documentElement.scrollWidth : 0"
    )
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN_AXE)
    found += [f"lies under something: {one}" for one in page.evaluate(COVERED)]
    return ([f"scrolls sideways ({wide} px)"] if wide else []) + found

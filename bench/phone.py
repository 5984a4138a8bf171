"""A doctor's phone: real Chromium with a thumb, a slow processor and a village's network. The page itself counts the taps.

Also used by the tests, so that what is measured is what is tested.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, ViewportSize, sync_playwright

VIEWPORT: ViewportSize = {"width": 360, "height": 740}
CPU_SLOWER = 6
LATENCY_MS = 150
DOWN_KBIT, UP_KBIT = 1600, 750
CONDITIONS = (
    f"Chromium, {VIEWPORT['width']}x{VIEWPORT['height']}, touch, processor {CPU_SLOWER}x slower, {LATENCY_MS} ms latency, "
    f"{DOWN_KBIT / 1000:g} Mbit/s down, {UP_KBIT / 1000:g} Mbit/s up"
)
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")

# Counts what the browser itself says that a finger (or a key) did; kept in the tab, so that it outlives a change of page.
_COUNT = """
for (const kind of ['touchstart', 'keydown']) {
  addEventListener(kind, (event) => {
    if (!event.isTrusted) return;
    sessionStorage.setItem(`count-${kind}`, Number(sessionStorage.getItem(`count-${kind}`) || 0) + 1);
  }, { capture: true, passive: true });
}
"""

# When the scripts have run, and every stretch in which the page could not have answered a finger.
_WATCH = """
globalThis.watched = { ready: 0, busyUntil: 0, tapped: 0 };
addEventListener('click', (event) => { if (event.isTrusted) watched.tapped = event.timeStamp; }, true);
addEventListener('DOMContentLoaded', () => setTimeout(() => { watched.ready = performance.now(); }));
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) watched.busyUntil = Math.max(watched.busyUntil, startTime + duration);
}).observe({ type: 'longtask', buffered: true });
"""
_QUIET_MS = 1000
_INTERACTIVE = f"""
() => new Promise((done) => {{
  const look = () => {{
    const since = Math.max(watched.ready, watched.busyUntil);
    if (watched.ready && performance.now() - since > {_QUIET_MS}) done(since);
    else setTimeout(look, 50);
  }};
  look();
}})
"""
_DRAWN = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"


@dataclass
class Phone:
    """One tab of one phone. `bytes_loaded` counts what came over the line, headers included, as the browser adds it up."""

    context: BrowserContext
    page: Page
    line: CDPSession
    bytes_loaded: int = 0
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def take(cls, context: BrowserContext) -> Phone:
        page = context.new_page()
        page.add_init_script(_COUNT + _WATCH)
        phone = cls(context, page, context.new_cdp_session(page))
        phone.line.send("Network.enable")
        phone.line.on("Network.loadingFinished", phone._add_bytes)
        page.on("pageerror", lambda error: phone.complaints.append(str(error)))
        return phone

    def _add_bytes(self, finished: dict[str, Any]) -> None:
        self.bytes_loaded += int(finished["encodedDataLength"])

    def be_slow(self) -> None:
        self.line.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWER})
        speeds = {"downloadThroughput": DOWN_KBIT * 125, "uploadThroughput": UP_KBIT * 125}
        self.line.send("Network.emulateNetworkConditions", {"offline": False, "latency": LATENCY_MS, **speeds})

    def taps(self) -> int:
        """Touches that the page has seen in this tab; a key pressed counts as well."""
        return int(
            self.page.evaluate(
                "() => ['touchstart', 'keydown'].reduce((all, kind) => all + Number(sessionStorage.getItem(`count-${kind}`) || 0), 0)"
            )
        )

    def until_interactive(self) -> float:
        """Seconds from the beginning of the navigation until the scripts have run and the page stays free to answer."""
        return float(self.page.evaluate(_INTERACTIVE)) / 1000

    def since_tap(self) -> float:
        """Seconds from the last tap until what it drew stands on the screen and the page stays free to answer."""
        drawn = self.page.evaluate(_DRAWN)
        return (max(float(drawn), self.until_interactive() * 1000) - float(self.page.evaluate("watched.tapped"))) / 1000

    def visit(self, start: str) -> int:
        """A routine visit from the list that is on the screen: begun at `start`, each group as last time, looked over, stored.

        Answers how many taps it took.
        """
        before = self.taps()
        self.page.locator(start).first.tap()
        self.page.wait_for_selector("[data-same]")
        for at in range(self.page.locator("[data-same]").count()):
            button = self.page.locator("[data-same]").nth(at)
            if button.is_visible() and button.get_attribute("aria-pressed") != "true":
                button.tap()
        self.page.locator(".form-footer .btn-go").tap()
        self.page.locator("#check .btn-go").tap()
        self.page.wait_for_selector("#check", state="detached")
        return self.taps() - before


@contextlib.contextmanager
def chromium_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_executable(), args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def phone(browser: Browser, **more: Any) -> Iterator[Phone]:
    """A phone with an empty cache."""
    context = browser.new_context(
        viewport=VIEWPORT, has_touch=True, is_mobile=True, device_scale_factor=2, locale="zh-CN", **more
    )
    try:
        yield Phone.take(context)
    finally:
        context.close()


def _executable() -> Path:
    found = os.environ.get("ANHU_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        raise SystemExit("the visit is measured in Chromium, and there is none: install it or set ANHU_CHROMIUM")
    return Path(found)

"""What every answer of the house carries."""

from __future__ import annotations

from werkzeug.test import TestResponse

FORBIDDEN_SOURCES = ("unsafe-inline", "unsafe-eval", "http:", "https:", "*")
EXACTLY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def lacking_headers(response: TestResponse) -> list[str]:
    """The names of those that are not there or say something else: no outside source, no frame, no cache, no whereabouts."""
    headers, policy = response.headers, response.headers.get("Content-Security-Policy", "")
    is_closed = "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    holds = {name: headers.get(name) == value for name, value in EXACTLY.items()} | {
        "Content-Security-Policy": is_closed and not any(source in policy for source in FORBIDDEN_SOURCES),
        "Permissions-Policy": "geolocation=()" in headers.get("Permissions-Policy", ""),
    }
    return [name for name, is_right in holds.items() if not is_right]

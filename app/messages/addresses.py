"""The public addresses by which providers reach us. They are written here once: a signature is over the exact address."""

from __future__ import annotations

REPORTS = "/messages/reports/"
REPLIES = "/messages/replies"


def report_address(public_url: str, path: str) -> str:
    return f"{public_url.rstrip('/')}{REPORTS}{path}"


def reply_address(public_url: str) -> str:
    return f"{public_url.rstrip('/')}{REPLIES}"

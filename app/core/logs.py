"""Structured logs with an allow-list: a line carries only the keys named here, whatever a caller passes.

No request body, no name, no number, no clinical word can reach a log by accident: an unknown key is dropped and counted.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "request_id", "method", "endpoint", "status", "milliseconds", "role", "action",
        "job", "period", "made", "already", "count", "error", "where", "state", "kind", "queries", "missing_characters",
    }
)  # fmt: skip


def configure(level: str, stream: TextIO | None = None) -> None:
    """One JSON object a line on standard error."""
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            allow_listed,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping().get(level, 20)),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )


def allow_listed(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    dropped = [key for key in line if key not in ALLOWED]
    for key in dropped:
        del line[key]
    if dropped:
        line["count"] = line.get("count", len(dropped))
    return line


def log() -> Any:
    return structlog.get_logger()

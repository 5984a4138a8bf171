"""Is the house well? For the machine that watches it: no names, no counts of persons, nothing behind sign-in."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address
from typing import Any

from flask import Blueprint, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.core import migrate
from app.core.access import Action, permit
from app.core.clock import current_clock
from app.core.db import current_database, reading
from app.core.errors import NotFound
from app.core.models import HouseFact, WorkItem, WorkState

health = Blueprint("health", __name__)

HEARTBEAT = "scheduler.heartbeat"  # house fact: when the scheduler process last said that it lives (ISO instant)
SILENT_AFTER = timedelta(minutes=5)


@health.route("/healthz")
@permit(Action.SIGN_IN)
def healthz() -> tuple[Response, int]:
    """200 when pages can be served: database reachable and its schema the code's. A silent scheduler is said, not failed."""
    found = _check()
    is_well = found["database"] == "ok" and found["schema"] == "ok"
    return jsonify(found | {"status": "ok" if is_well else "unavailable"}), 200 if is_well else 503


@health.route("/metrics")
@permit(Action.SIGN_IN)
def metrics() -> Response:
    """Prometheus text; only for programs on this machine."""
    if not is_loopback(request.remote_addr or "") or request.headers.get("X-Forwarded-For"):
        raise NotFound
    registry = CollectorRegistry()
    found = _check()
    Gauge("anhu_database_up", "1 when the database answers", registry=registry).set(found["database"] == "ok")
    Gauge("anhu_schema_current", "1 when the schema is the code's", registry=registry).set(found["schema"] == "ok")
    Gauge("anhu_scheduler_alive", "1 when the scheduler was heard of lately", registry=registry).set(
        found["scheduler"] == "ok"
    )
    waiting = Gauge("anhu_work_items", "long work by state", ["state"], registry=registry)
    for state, count in _work_counts().items():
        waiting.labels(state).set(count)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _check() -> dict[str, Any]:
    try:
        engine = current_database().engine
        is_current = migrate.current_revision(engine) == migrate.HEAD_FILE.read_text(encoding="utf-8").strip()
        if not is_current:
            return {"database": "ok", "schema": "behind", "scheduler": "unknown"}
        with reading() as session:
            return {"database": "ok", "schema": "ok", "scheduler": _scheduler(session)}
    except SQLAlchemyError:
        return {"database": "unreachable", "schema": "unknown", "scheduler": "unknown"}


def _scheduler(session: Session) -> str:
    """ok · silent · unknown (never heard of)."""
    heard = session.get(HouseFact, HEARTBEAT)
    if heard is None:
        return "unknown"
    now = current_clock().now()
    return "ok" if heard.value >= (now - SILENT_AFTER).isoformat() else "silent"


def _work_counts() -> dict[str, int]:
    try:
        with reading() as session:
            counted = session.execute(select(WorkItem.state, func.count()).group_by(WorkItem.state)).all()
    except SQLAlchemyError:
        return {}
    return {state.value: 0 for state in WorkState} | {state.value: count for state, count in counted}


def is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False

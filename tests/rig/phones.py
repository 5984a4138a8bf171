"""Phones without a browser: what their script would keep and send."""

from __future__ import annotations

import json
import secrets
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.core.sealed_box import close_box, from_text
from app.visits.forms.prefill import data_of
from app.visits.rules.record import VisitRecord

ALL_GROUPS = ["met", "state", "drugs", "next"]


def answers_of(record: VisitRecord, **changes: Any) -> dict[str, list[str]]:
    """The answers of a form as a phone keeps them: name to values, only what was answered."""
    data = {name: value for name, value in data_of(record).items() if value not in (None, "", [], 0)}
    data |= {"meeting": "1", **changes}
    return {name: _texts(value) for name, value in data.items()}


@dataclass
class Phone:
    """A doctor's phone: a queue of sealed forms by key, what it knew of each patient, and a clock that may be wrong."""

    client: FlaskClient
    device: str
    seal_to: bytes
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    queue: dict[str, dict[str, str]] = field(default_factory=dict)
    filled: dict[str, dict[str, Any]] = field(default_factory=dict)
    clock: timedelta = timedelta(0)

    @classmethod
    def turned_on(cls, client: FlaskClient, label: str = "手机") -> Phone:
        told = client.post("/field/turn-on", data={"label": label}).get_json()
        return cls(client, told["device"], from_text(told["seal_to"]))

    def take_list(self) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = self.client.post("/field/list", data={"device": self.device}).get_json()["tasks"]
        self.tasks |= {task["patient"]: task for task in told}
        return told

    def fill_in(self, patient: str, answers: dict[str, list[str]], kind: str = "visit", **changes: Any) -> str:
        """A finished form, sealed and queued; its key."""
        known, key = self.tasks.get(patient, {}), str(uuid.uuid4())
        content = {
            "kind": kind,
            "patient": patient,
            "based_on": known.get("based_on", ""),
            "seen": known.get("seen", ""),
            "same": [],
            "answers": answers,
            "claimed_at": (datetime.now(UTC) + self.clock).isoformat(),
            **changes,
        }
        self.filled[key] = content
        self.queue[key] = self.box(key, content)
        return key

    def box(self, key: str, content: Any) -> dict[str, str]:
        place = f"{self.device}:{key}"
        return close_box(self.seal_to, json.dumps(content).encode(), place, secrets.token_bytes(12))

    def send(self, keys: list[str] | None = None, hears: bool = True) -> dict[str, str]:
        """One batch, in the order of `keys`; what is answered leaves the queue unless the answer gets lost. Key to answer."""
        keys = list(self.queue) if keys is None else keys
        boxes = {key: self.queue.get(key) or self.box(key, self.filled[key]) for key in keys}
        told = self.post([{"key": key, "box": boxes[key]} for key in keys])
        assert told.status_code == 200, told.get_data(as_text=True)
        answers = {one["key"]: one["answer"] for one in told.get_json()["answers"]}
        for key, answer in answers.items():
            if hears and answer != "unreadable":
                self.queue.pop(key, None)
        return answers

    def post(self, batch: Any) -> TestResponse:
        sent_at = (datetime.now(UTC) + self.clock).isoformat()
        form = {"device": self.device, "sent_at": sent_at, "batch": json.dumps(batch)}
        return self.client.post("/field/sync", data=form)


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(one) for one in value]
    return [value.isoformat() if isinstance(value, date) else str(value)]

"""A provider of text messages on loopback that behaves like Twilio, badly when asked to, and keeps a journal of what it really accepted.

Requests are held against Twilio's own description. Nothing here waits: a provider that is slow answers when the test lets it go.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from twilio.request_validator import RequestValidator

from tests.rig.clock import NOW
from tests.rig.described import Description

SID = "AC" + "0123456789abcdef" * 2
TOKEN = "token-of-the-stand-in"
SENDER = "+15005550006"
HOME = "https://api.twilio.com"
PAGE = "/2010-04-01/Accounts/" + SID + "/Messages.json"


class Mood(StrEnum):
    """How the next call is answered."""

    WELL = "well"
    BUSY = "busy"  # 429
    BROKEN = "broken"  # 500, nothing accepted
    AWAY = "away"  # 503
    SILENT = "silent"  # no answer in time, nothing accepted
    ACCEPTS_SILENTLY = "accepts_silently"  # accepted, and no answer in time
    HANGS_UP = "hangs_up"  # accepted, and the connection is cut
    NO_CREDIT = "no_credit"
    STOPPED = "stopped"  # the receiver has answered STOP
    NO_MOBILE = "no_mobile"  # 21614
    GIBBERISH = "gibberish"  # accepted, and an answer that cannot be read


@dataclass
class Accepted:
    """One message that the provider really took."""

    sid: str
    to: str
    body: str
    callback: str
    at: datetime
    status: str = "queued"

    @property
    def path(self) -> str:
        """The random part of the address for reports: whose message it is."""
        return self.callback.rsplit("/", 1)[-1]


_REFUSALS: dict[Mood, tuple[int, int, str]] = {
    Mood.BUSY: (429, 20429, "Too Many Requests"),
    Mood.BROKEN: (500, 20500, "Internal Server Error"),
    Mood.AWAY: (503, 20503, "Service Unavailable"),
    Mood.NO_CREDIT: (401, 20003, "Permission denied, not enough funds"),
    Mood.STOPPED: (400, 21610, "Attempt to send to unsubscribed recipient"),
    Mood.NO_MOBILE: (400, 21614, "'To' number is not a valid mobile number"),
}
_ACCEPTING = frozenset({Mood.WELL, Mood.ACCEPTS_SILENTLY, Mood.HANGS_UP, Mood.GIBBERISH})


@dataclass
class Provider:
    """`mood` is asked for each call; `journal` is what really happened outside."""

    now: Callable[[], datetime] = lambda: NOW
    mood: Callable[[str], Mood] = lambda _to: Mood.WELL
    journal: list[Accepted] = field(default_factory=list)
    calls: int = 0
    looks: int = 0
    lists: bool = True  # whether its list can be read
    wrong: list[str] = field(default_factory=list)
    # what happens while a call is under way
    meanwhile: Callable[[Accepted], None] = lambda _accepted: None
    released: Event = field(default_factory=Event)
    url: str = ""
    _lock: Lock = field(default_factory=Lock)
    _description: Description = field(default_factory=Description)

    @property
    def environ(self) -> dict[str, str]:
        """Settings under which the product sends here."""
        return {
            "ANHU_SMS": "twilio",
            "TWILIO_ACCOUNT_SID": SID,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_FROM": SENDER,
            "ANHU_TWILIO_BASE_URL": self.url,
        }

    def times_accepted(self) -> Counter[str]:
        """How often each message was taken, by its own path."""
        return Counter(one.path for one in self.journal)

    def find(self, path: str) -> Accepted:
        return next(one for one in self.journal if one.path == path)

    # -- the two requests ------------------------------------------------------------------------------------------------

    def send(self, fields: dict[str, str]) -> tuple[Mood, int, dict[str, Any]]:
        self.wrong += self._description.judge_form(fields)
        with self._lock:
            self.calls += 1
            mood = self.mood(fields["To"])
            if mood in _REFUSALS:
                status, code, words = _REFUSALS[mood]
                return (
                    mood,
                    status,
                    {"code": code, "message": words, "status": status, "more_info": "https://www.twilio.com"},
                )
            accepted = Accepted(
                "SM" + secrets.token_hex(16), fields["To"], fields["Body"], fields["StatusCallback"], self.now()
            )
            if mood in _ACCEPTING:
                self.journal.append(accepted)
        if mood in _ACCEPTING:
            self.meanwhile(accepted)
        return mood, 201, self._said(accepted)

    def list(self, fields: dict[str, str]) -> dict[str, Any]:
        self.wrong += self._description.judge_query(fields)
        with self._lock:
            self.looks += 1
            found = [one for one in reversed(self.journal) if one.to == fields.get("To")]
        size = int(fields.get("PageSize", 50))
        answer = {
            "messages": [self._said(one) for one in found[:size]],
            "page": 0,
            "page_size": size,
            "start": 0,
            "end": len(found[:size]) - 1 if found else 0,
            "uri": HOME + PAGE,
            "first_page_uri": HOME + PAGE,
            "next_page_uri": None,
            "previous_page_uri": None,
        }
        self.wrong += self._description.judge_answer("get", answer)
        return answer

    def is_known(self, path: str) -> bool:
        return self._description.judge_address(path) and path == PAGE

    def _said(self, one: Accepted) -> dict[str, Any]:
        at = format_datetime(one.at.astimezone(UTC))
        answer = {
            "account_sid": SID,
            "api_version": "2010-04-01",
            "body": one.body,
            "date_created": at,
            "date_sent": None,
            "date_updated": at,
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": SENDER,
            "messaging_service_sid": None,
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": "USD",
            "sid": one.sid,
            "status": one.status,
            "subresource_uris": {"media": f"/2010-04-01/Accounts/{SID}/Messages/{one.sid}/Media.json"},
            "to": one.to,
            "uri": f"/2010-04-01/Accounts/{SID}/Messages/{one.sid}.json",
        }
        self.wrong += self._description.judge_answer("post", answer)
        return answer

    # -- reports ---------------------------------------------------------------------------------------------------------

    @staticmethod
    def report(one: Accepted, status: str, **more: str) -> tuple[dict[str, str], dict[str, str]]:
        """Fields and headers of a signed report, as it is posted to the message's address."""
        fields = {
            "MessageSid": one.sid,
            "SmsSid": one.sid,
            "MessageStatus": status,
            "To": one.to,
            "From": SENDER,
        } | more
        return fields, {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(one.callback, fields)}


class _Handler(BaseHTTPRequestHandler):
    provider: Provider
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        fields = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True))
        if not self._is_ours():
            return
        mood, status, answer = self.provider.send(fields)
        if mood in (Mood.SILENT, Mood.ACCEPTS_SILENTLY):
            self.provider.released.wait()
        if mood in (Mood.SILENT, Mood.ACCEPTS_SILENTLY, Mood.HANGS_UP):
            self.close_connection = True
            return
        self._answer(status, b"<html>" if mood is Mood.GIBBERISH else json.dumps(answer).encode())

    def do_GET(self) -> None:
        if not self._is_ours():
            return
        if not self.provider.lists:
            self._answer(503, b"{}")
        else:
            self._answer(200, json.dumps(self.provider.list(dict(parse_qsl(urlsplit(self.path).query)))).encode())

    def _is_ours(self) -> bool:
        wanted = "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
        if self.headers.get("Authorization") == wanted and self.provider.is_known(urlsplit(self.path).path):
            return True
        self.provider.wrong.append(f"asked for {self.path} without the account's key")
        self._answer(404, b"{}")
        return False

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@contextmanager
def provider(now: Callable[[], datetime] = lambda: NOW) -> Iterator[Provider]:
    standing = Provider(now=now)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"provider": standing}))
    server.daemon_threads = True
    standing.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield standing
    finally:
        standing.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Moving:
    """A clock that a test moves."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)

"""Twilio, by its official client: sending, looking up by receiver, words and time, and reading its signed reports.

Its interface takes no tag of ours and no key against doubles, so a call is made once; the address for reports is each message's own,
which makes a report say whose it is.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from app.messages.gateways.protocol import Parcel, Trace
from app.messages.rules.outcomes import Answer, Found, Outcome, Sight, is_status
from config import Sending

OWN_HOSTS = ".twilio.com"
# Twilio's numbers of errors (https://www.twilio.com/docs/api/errors)
STOPPED_CODES = frozenset({21610})  # the receiver has answered STOP
ACCOUNT_CODES = frozenset({20003, 20005, 20006, 30002, 90010})  # wrong key, no credit, closed or suspended
BUSY_CODES = frozenset({20429, 14107, 30001})  # too many at once, queue full
ACCOUNT_STATUSES = frozenset({401, 402, 403})
NOT_THERE = frozenset({503})  # not accepted, by Twilio's own word; other 5xx may come from something in between
LIST_LONGEST = 50
CLOCKS_DIFFER = timedelta(minutes=2)
CALLS_TAKE = timedelta(minutes=10)

_SILENT = logging.getLogger("anhu.twilio")  # the client writes numbers into its log
_SILENT.disabled = True


class HttpClient(TwilioHttpClient):  # type: ignore[misc]  # the client is untyped
    """The official client's own, which can be pointed at another address, as a stand-in on loopback has one."""

    def __init__(self, base_url: str, timeout: float) -> None:
        # a fresh connection each time: on a kept one that the other end has just closed, nobody knows whether a call went out
        super().__init__(pool_connections=False, timeout=timeout, logger=_SILENT)
        self._base = urlsplit(base_url) if base_url else None

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        return super().request(method, self._turned(url), *args, **kwargs)

    def _turned(self, url: str) -> str:
        asked = urlsplit(url)
        if not (asked.hostname or "").endswith(OWN_HOSTS):
            raise TwilioException("asked for another host than the provider's own")
        if self._base is None:
            return url
        return urlunsplit((self._base.scheme, self._base.netloc, asked.path, asked.query, ""))


class TwilioGateway:
    name = "twilio"
    needs_template = False

    def __init__(self, sending: Sending) -> None:
        self._sender = (
            {"messaging_service_sid": sending.twilio_service}
            if sending.twilio_service
            else {"from_": sending.twilio_from}
        )
        self._client = Client(
            sending.twilio_sid,
            sending.twilio_token,
            http_client=HttpClient(sending.twilio_url, sending.timeout),
            environment={"ANHU": "1"},  # the client reads nothing from the environment; config.py does
        )

    def send(self, parcel: Parcel) -> Answer:
        try:
            made = self._client.messages.create(
                to=parcel.to,
                body=parcel.text,
                status_callback=parcel.report_to,
                validity_period=parcel.valid_seconds,
                **self._sender,
            )
        except TwilioRestException as refused:
            return _refusal(refused)
        except requests.RequestException as trouble:
            return Answer(_trouble(trouble))
        except (TwilioException, ValueError, TypeError, KeyError):  # an answer that cannot be read says nothing
            return Answer(Outcome.UNKNOWN)
        if not made.sid:
            return Answer(Outcome.UNKNOWN)
        return Answer(Outcome.ACCEPTED, str(made.sid), _status(made.status), _code(made.error_code))

    def look_up(self, trace: Trace) -> Found:
        try:
            listed = self._client.messages.list(to=trace.to, limit=LIST_LONGEST, page_size=LIST_LONGEST)
            candidates = [one for one in listed if _may_be(one, trace)]
        except (TwilioException, requests.RequestException, ValueError, TypeError, KeyError):
            return Found(Sight.IN_DOUBT)
        if not candidates:
            return Found(Sight.ABSENT if len(listed) < LIST_LONGEST else Sight.IN_DOUBT)
        if len(candidates) > 1:
            return Found(Sight.IN_DOUBT)
        found = candidates[0]
        return Found(Sight.SEEN, str(found.sid), _status(found.status), _code(found.error_code))


def _may_be(listed: Any, trace: Trace) -> bool:
    """Ours by its words and its time, and not known to be another. A text that Twilio no longer keeps could be any."""
    made_at = listed.date_created
    return (
        str(listed.sid) not in trace.known_ids
        and not str(listed.direction or "").startswith("inbound")
        and listed.body in (trace.text, "", None)
        and (made_at is None or trace.called_at - CLOCKS_DIFFER <= made_at <= trace.called_at + CALLS_TAKE)
    )


def _refusal(refused: TwilioRestException) -> Answer:
    code = int(refused.code or 0)
    said = _code(refused.code)
    if code in STOPPED_CODES:
        return Answer(Outcome.STOPPED, code=said)
    if code in ACCOUNT_CODES or refused.status in ACCOUNT_STATUSES:
        return Answer(Outcome.ACCOUNT, code=said)
    if refused.status == 429 or code in BUSY_CODES:
        return Answer(Outcome.BUSY, code=said)
    if refused.status in NOT_THERE:
        return Answer(Outcome.AWAY, code=said)
    if refused.status >= 500 or refused.status < 400:
        return Answer(Outcome.UNKNOWN, code=said)
    return Answer(Outcome.REFUSED, code=said)


def _trouble(trouble: requests.RequestException) -> Outcome:
    """Nobody was reached, or nobody knows."""
    if isinstance(trouble, requests.ConnectTimeout | requests.exceptions.SSLError | requests.exceptions.ProxyError):
        return Outcome.AWAY
    cause = trouble.args[0] if trouble.args else None
    reason = getattr(cause, "reason", None)
    if isinstance(reason, NewConnectionError | NameResolutionError | ConnectTimeoutError):
        return Outcome.AWAY
    return Outcome.UNKNOWN


def _status(status: Any) -> str | None:
    text = str(getattr(status, "value", status) or "")
    return text if is_status(text) else None


def _code(code: Any) -> str | None:
    return str(code)[:16] if code else None

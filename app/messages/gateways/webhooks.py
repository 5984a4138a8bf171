"""A group's robot in WeCom, DingTalk or Feishu: one post of a line of text. Alerts name an office's work, never a person."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any
from urllib.parse import quote_plus

from app.messages.gateways.protocol import Parcel
from app.messages.rules.outcomes import Answer, Outcome
from config import Sending

MOST_ANSWER_BYTES = 65_536
# what their robots say when asked too often
BUSY_CODES = frozenset({45009, 130101, 11232, 9499})


class WebhookGateway:
    needs_template = False

    def __init__(self, sending: Sending) -> None:
        self.name = sending.staff
        self._url, self._secret, self._timeout = sending.webhook_url, sending.webhook_secret, sending.timeout

    def send(self, parcel: Parcel) -> Answer:
        url, body = _ADDRESSED[self.name](self._url, self._secret, parcel.text)
        request = urllib.request.Request(  # noqa: S310 - the address is a setting, checked by config.py
            url, json.dumps(body, ensure_ascii=False).encode(), {"Content-Type": "application/json; charset=utf-8"}
        )
        try:
            with urllib.request.urlopen(request, timeout=self._timeout) as answer:  # noqa: S310 - the same
                said = json.loads(answer.read(MOST_ANSWER_BYTES))
        except urllib.error.HTTPError as refused:
            return Answer(_by_status(refused.code), code=str(refused.code))
        except urllib.error.URLError as trouble:
            reached = isinstance(trouble.reason, TimeoutError | ConnectionResetError)
            return Answer(Outcome.UNKNOWN if reached else Outcome.AWAY)
        except (OSError, ValueError, HTTPException):
            return Answer(Outcome.UNKNOWN)
        return _by_word(said if isinstance(said, dict) else {})


def _by_status(status: int) -> Outcome:
    if status == 429:
        return Outcome.BUSY
    if status in (401, 403, 404):
        return Outcome.ACCOUNT  # the group's address is wrong: no quick retry mends that
    return Outcome.UNKNOWN if status >= 500 else Outcome.REFUSED


def _by_word(said: dict[str, Any]) -> Answer:
    """They answer 200 and put their word into the body: `errcode` (WeCom, DingTalk) or `code` (Feishu)."""
    code = said.get("errcode", said.get("code", said.get("StatusCode")))
    if code == 0:
        return Answer(Outcome.ACCEPTED, status="delivered")
    if code in BUSY_CODES:
        return Answer(Outcome.BUSY, code=str(code))
    return Answer(Outcome.UNKNOWN if code is None else Outcome.ACCOUNT, code=str(code)[:16] if code else None)


def _wecom(url: str, _secret: str, text: str) -> tuple[str, dict[str, Any]]:
    return url, {"msgtype": "text", "text": {"content": text}}


def _dingtalk(url: str, secret: str, text: str) -> tuple[str, dict[str, Any]]:
    """Signed over the present milliseconds, which the address then carries."""
    if secret:
        stamp = str(time.time_ns() // 1_000_000)
        sign = quote_plus(_mac(secret.encode(), f"{stamp}\n{secret}".encode()))
        url = f"{url}{'&' if '?' in url else '?'}timestamp={stamp}&sign={sign}"
    return url, {"msgtype": "text", "text": {"content": text}}


def _feishu(url: str, secret: str, text: str) -> tuple[str, dict[str, Any]]:
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
    if secret:
        stamp = str(time.time_ns() // 1_000_000_000)
        body |= {"timestamp": stamp, "sign": _mac(f"{stamp}\n{secret}".encode(), b"")}
    return url, body


def _mac(key: bytes, message: bytes) -> str:
    return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


_ADDRESSED = {"wecom": _wecom, "dingtalk": _dingtalk, "feishu": _feishu}

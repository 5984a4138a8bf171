"""Reading what Twilio posts to us. Apart from its client, which takes a quarter of a second to load."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twilio.request_validator import RequestValidator

from app.messages.rules.outcomes import Report, is_status
from config import Sending

SIGNATURE_HEADER = "X-Twilio-Signature"


class TwilioReports:
    """Reads what is posted to us: signed with the account's token over the exact public address and all fields."""

    def __init__(self, sending: Sending) -> None:
        self._validator = RequestValidator(sending.twilio_token)

    def is_signed(self, url: str, fields: Mapping[str, Any], signature: str) -> bool:
        return bool(signature) and bool(self._validator.validate(url, fields, signature))

    @staticmethod
    def report(fields: Mapping[str, str]) -> Report | None:
        """None for what is no report of a status that we know."""
        provider_id = fields.get("MessageSid") or fields.get("SmsSid") or ""
        status = fields.get("MessageStatus") or fields.get("SmsStatus") or ""
        if not provider_id or len(provider_id) > 64 or not is_status(status):
            return None
        return Report(provider_id, status, (fields.get("ErrorCode") or "")[:16] or None)

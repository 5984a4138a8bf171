"""Which gateways this installation has: none until its settings name one."""

from __future__ import annotations

from dataclasses import dataclass

from app.messages.gateways.protocol import Gateway
from app.messages.rules.kinds import Audience
from config import Sending

OFF = "off"


@dataclass(frozen=True)
class Gateways:
    """The gateway for each audience; None while sending is switched off."""

    family: Gateway | None = None
    staff: Gateway | None = None

    def of(self, audience: Audience) -> Gateway | None:
        return self.family if audience is Audience.FAMILY else self.staff

    @property
    def all(self) -> tuple[Gateway, ...]:
        return tuple(gateway for gateway in (self.family, self.staff) if gateway is not None)


def choose(sending: Sending) -> Gateways:
    return Gateways(_family(sending), _staff(sending))


def _family(sending: Sending) -> Gateway | None:
    """A provider's client is loaded only where it is used."""
    if sending.sms == "twilio":
        from app.messages.gateways.twilio import TwilioGateway

        return TwilioGateway(sending)
    if sending.sms == "tencent":
        from app.messages.gateways.tencent import TencentGateway

        return TencentGateway(sending)
    return None


def _staff(sending: Sending) -> Gateway | None:
    if sending.staff == "email":
        from app.messages.gateways.mail import MailGateway

        return MailGateway(sending)
    if sending.staff != OFF:
        from app.messages.gateways.webhooks import WebhookGateway

        return WebhookGateway(sending)
    return None

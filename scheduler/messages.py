"""What the sender of messages is given by the process that runs it: gateways by the settings, and so many messages a round."""

from __future__ import annotations

from functools import partial

from app.messages.addresses import report_address
from app.messages.gateways import choose
from app.messages.service.deciding import Outside
from app.messages.service.sending import Sender
from scheduler.house import House

SEND_EVERY_SECONDS = 5


def sender_of(house: House) -> Sender:
    settings = house.settings
    outside = Outside(choose(settings.sending), partial(report_address, settings.public_url))
    return Sender(house.database.transaction, house.keyring, outside, house.clock.now, house.clock.today)


def messages_a_round(house: House) -> int:
    """A bounded rate: what may leave a second, times the seconds until the next round."""
    return house.settings.sending.per_second * SEND_EVERY_SECONDS

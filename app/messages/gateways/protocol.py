"""What a gateway is asked: to hand over one parcel, and to look for one whose outcome is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from app.messages.rules.outcomes import Answer, Found


@dataclass(frozen=True)
class Parcel:
    """One message as it leaves: the words, and the template and values that they were made from.

    `to` is a number in E.164 or an e-mail address; empty for a group's webhook. `tag` is the message's own random word.
    """

    tag: str
    text: str = field(repr=False)
    to: str = field(default="", repr=False)
    template_id: str = ""  # what this gateway's provider calls the template
    values: tuple[str, ...] = ()
    report_to: str = ""  # the whole address for reports
    valid_seconds: int = 14_400


@dataclass(frozen=True)
class Trace:
    """What is known of a message whose outcome is not: enough to find it on the provider's list.

    `known_ids` are messages on that list that are known to be others.
    """

    tag: str
    to: str = field(repr=False)
    text: str = field(repr=False)
    called_at: datetime
    known_ids: frozenset[str] = frozenset()


class Gateway(Protocol):
    """`name` is kept with each message. `needs_template` is a provider that knows its own templates only."""

    name: str
    needs_template: bool

    def send(self, parcel: Parcel) -> Answer:
        """One call, no second try inside. Never raises: what is not certain is `Outcome.UNKNOWN`."""


@runtime_checkable
class LookUp(Protocol):
    """A provider that can be asked what it has."""

    def look_up(self, trace: Trace) -> Found:
        """Never raises; `Sight.IN_DOUBT` when the list cannot be read."""


def provider_template(provider_ids: Mapping[str, str], gateway: Gateway) -> str:
    return str(provider_ids.get(gateway.name, ""))

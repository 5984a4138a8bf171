"""Tables of messages: words, what is owed to be said, what became of it, and who agreed to be told."""

from app.messages.models.contacts import ContactConsent, StaffAddress
from app.messages.models.messages import DroppedCallback, GatewayPause, Message, MessageEvent
from app.messages.models.templates import MessageTemplate

__all__ = [
    "ContactConsent",
    "DroppedCallback",
    "GatewayPause",
    "Message",
    "MessageEvent",
    "MessageTemplate",
    "StaffAddress",
]

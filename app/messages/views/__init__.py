"""Pages of messages: what became of them, their words, who agreed to be told; and the addresses by which providers reach us."""

from __future__ import annotations

from app.messages.views import consents, hearing, lists, templates  # noqa: F401  # each adds its routes
from app.messages.views.blueprint import messages as messages

"""Use cases of messages: owing them, sending them, hearing what became of them, agreeing on words and on being told.

Rooms above call `owe` and `owe_many` in the transaction of their own act; everything else happens later, in the sender's process.
"""

from app.messages.commands import Owed, Relation
from app.messages.rules.kinds import MessageKind
from app.messages.service.asked import answers_end, tell_asked
from app.messages.service.owing import owe, owe_many, take_back

__all__ = ["MessageKind", "Owed", "Relation", "answers_end", "owe", "owe_many", "take_back", "tell_asked"]

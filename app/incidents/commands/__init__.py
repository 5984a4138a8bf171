"""What the room's forms say."""

from app.incidents.commands.emergencies import (
    FillRecord,
    OpenEmergency,
)

__all__ = [
    "FillRecord",
    "OpenEmergency",
]

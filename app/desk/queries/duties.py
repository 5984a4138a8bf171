"""What all lists of open duties share."""

from __future__ import annotations

from sqlalchemy import literal_column

from app.tasks.models import Task

# Written out, because a prepared statement cannot know that a value fits the index of open tasks.
IS_OPEN = Task.state == literal_column("'open'")

"""Pages about keys; the interface itself is an application of its own (`v1`)."""

from app.api.views.keys import api

__all__ = ["api"]

"""What a use case may refuse with. Views and commands turn these into words; nothing else crosses a room's border."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.core.reasons import Reason


class AnhuError(Exception):
    """A refusal that a person can be told. `reason` is rendered late, in the reader's language."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


class NotFound(AnhuError):
    """Not there, or not yours: the answer is the same."""

    def __init__(self) -> None:
        super().__init__(Reason("core.not_found"))


class Forbidden(AnhuError):
    """The role may not do this."""

    def __init__(self, reason: Reason | None = None) -> None:
        super().__init__(reason or Reason("core.forbidden"))


class Conflict(AnhuError):
    """The act does not fit what is stored now (wrong state, already done, taken key)."""


class StaleVersion(Conflict):
    """Somebody saved a newer version meanwhile; what was typed is kept by the view."""

    def __init__(self) -> None:
        super().__init__(Reason("core.stale_version"))


class Invalid(AnhuError):
    """Field errors: `{field: [Reason, ...]}`; the empty field name is the form as a whole."""

    def __init__(self, errors: Mapping[str, Sequence[Reason]]) -> None:
        super().__init__(Reason("core.invalid"))
        self.errors = {name: tuple(reasons) for name, reasons in errors.items()}

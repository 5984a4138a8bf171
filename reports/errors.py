"""Why a document refuses to be drawn."""

from collections.abc import Iterable


class TotalMismatchError(ValueError):
    """The lines do not add up to the total: such a document must not leave the house."""


def check_total(lines_fen: Iterable[int], total_fen: int, what: str) -> None:
    """Raise TotalMismatchError unless the amounts add up to `total_fen`; `what` names the document, never a person."""
    total = sum(lines_fen)
    if total != total_fen:
        raise TotalMismatchError(f"{what}: the lines add up to {total} fen, the total says {total_fen} fen")


class DoesNotFitError(ValueError):
    """A value is longer than its column in a file of fixed width; names the column, never the value."""

"""Values as plain JSON and back by the types that their classes declare: for what is kept by value and read again after an upgrade.

Known are dataclasses of text, numbers, truth, `Decimal`, days, instants, and tuples of them. A field that came later has its default.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")

_READ: dict[Any, Callable[[str], Any]] = {Decimal: Decimal, date: date.fromisoformat, datetime: datetime.fromisoformat}


def plain(value: Any) -> Any:
    """What `json` can write."""
    if is_dataclass(value):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def restored(kind: type[T], kept: Any) -> T:
    """The value that `plain` wrote, as the dataclass `kind`."""
    hints = get_type_hints(kind)
    return kind(**{name: _restored(hints[name], one) for name, one in kept.items() if name in hints})


def _restored(kind: Any, kept: Any) -> Any:
    if kept is None:
        return None
    if is_dataclass(kind):
        return restored(kind, kept)  # type: ignore[arg-type]  # a class: what a field declares
    within = [one for one in get_args(kind) if one is not type(None)]
    if get_origin(kind) is tuple:
        kinds = [within[0]] * len(kept) if within[-1] is Ellipsis else within
        return tuple(_restored(*pair) for pair in zip(kinds, kept, strict=True))
    if len(within) == 1:  # of what may be missing
        return _restored(within[0], kept)
    return _READ[kind](kept) if kind in _READ else kept

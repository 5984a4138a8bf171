"""What an address asks of the work list: shape only. What is not known is left out, so that an address carries nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from app.core.fields import TextField
from app.core.forms import Form
from app.core.i18n import lazy_
from app.tasks.queries import Filters
from app.tasks.rules import Bucket, TaskKind, Whose

REASSESS = "reassess"
TABS = (Bucket.OVERDUE, Bucket.WEEK, REASSESS, Bucket.LATER)
BY_VILLAGE = "village"
LEVELS: dict[str, tuple[int, int]] = {
    "high": (3, 5),
    "low": (0, 2),
    **{str(level): (level, level) for level in range(6)},
}
LATE_DAYS = (7, 30, 90)
LONGEST_NAME = 30


@dataclass(frozen=True)
class Asked:
    """The filters as an address says them; empty is *all*."""

    tab: str = ""
    by: str = ""
    place: str = ""
    level: str = ""
    kind: str = ""
    late: str = ""
    whose: str = ""

    @classmethod
    def of(cls, said: Mapping[str, str], places: Sequence[str], kinds: frozenset[TaskKind]) -> Self:
        """`places` and `kinds` are those that the reader may choose."""
        known = {
            "tab": TABS,
            "by": (BY_VILLAGE,),
            "place": places,
            "level": LEVELS,
            "kind": kinds - {TaskKind.REASSESSMENT},
            "late": [str(days) for days in LATE_DAYS],
            "whose": set(Whose),
        }
        return cls(**{name: said[name] for name, values in known.items() if said.get(name) in values})

    def address(self, **changed: str) -> dict[str, Any]:
        """Arguments of an address, `changed` in part; what is empty stays away."""
        both = {**vars(self), **changed}
        return {name: value for name, value in both.items() if value}

    @property
    def is_narrowed(self) -> bool:
        return bool(self.place or self.level or self.kind or self.late or self.whose)

    def filters(self, tab: str) -> Filters:
        is_reassess = tab == REASSESS
        kind = TaskKind.REASSESSMENT if is_reassess else TaskKind(self.kind) if self.kind else None
        return Filters(
            bucket=None if is_reassess else Bucket(tab),
            kind=kind,
            place=self.place or None,
            by_village=self.by == BY_VILLAGE,
            levels=LEVELS[self.level] if self.level else None,
            late_days=int(self.late) if self.late else None,
            whose=Whose(self.whose) if self.whose else None,
        )

    def counted(self) -> Filters:
        """The filters of the tabs' counts."""
        tab = self.tab if self.tab in set(Bucket) else Bucket.OVERDUE
        return self.filters(str(tab))


class SaveViewForm(Form):
    name = TextField(lazy_("名称"), LONGEST_NAME)

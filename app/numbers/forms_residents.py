"""The table of residents: a number for each place, one source, and a box into which a list is pasted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from wtforms import HiddenField
from wtforms.validators import ValidationError

from app.core.fields import CodeField, ParagraphField, TextField
from app.core.forms import Form
from app.core.i18n import _, lazy_
from app.core.reasons import reason, say
from app.numbers.commands import RESIDENTS_OF, SetResidents
from app.numbers.forms_settings import LONGEST_SOURCE
from app.numbers.queries.decided import ResidentsRow
from app.numbers.rules.residents import Pasted, as_count

LONGEST_PASTE, _LINES_SAID = 60_000, 8
_SOURCE = "source"


class ResidentsForm(Form):
    """`seen` is what stood in the table when the page was made: only what was typed over is said anew."""

    seen = HiddenField()
    pasted = ParagraphField(lazy_("粘贴名单"), LONGEST_PASTE)
    source = TextField(lazy_("来源"), LONGEST_SOURCE)

    @cached_property
    def places(self) -> dict[str, CodeField]:
        """Code → its field."""
        return {field.name.removeprefix(RESIDENTS_OF): field for field in self if field.name.startswith(RESIDENTS_OF)}

    def command(self, year: int) -> SetResidents:
        """What was typed over; a new source alone is one for all numbers of the table."""
        seen = self._seen()
        typed = {place: as_count(field.data or "") for place, field in self.places.items() if field.raw_data}
        said = {place: n for place, n in typed.items() if n != seen.get(place)}
        if not said and self.source.data != seen.get(_SOURCE):
            said = {place: n for place, n in typed.items() if n is not None}
        return SetResidents(year, said, self.source.data or "", seen)

    def see(self, seen: Mapping[str, Any]) -> None:
        """From now on it is known what stands."""
        self.seen.data = json.dumps(seen, separators=(",", ":"), sort_keys=True)

    def see_all(self, rows: Sequence[ResidentsRow]) -> None:
        """What was saved stands from now on."""
        self.see({_SOURCE: self.source.data} | {row.code: row.typed.residents for row in rows if row.typed})

    def see_again(self, rows: Sequence[ResidentsRow], crossed: Sequence[str]) -> None:
        """Somebody else's numbers have been told at their fields: saved once more, what was typed takes their place."""
        standing = {row.code: row.typed.residents if row.typed else None for row in rows}
        self.see(self._seen() | {place: standing[place] for place in crossed if place in standing})

    def fill(self, numbers: Mapping[str, int]) -> None:
        for place, field in self.places.items():
            if place in numbers:
                field.data = str(numbers[place])
                field.raw_data = [field.data]

    def copy(self, rows: Sequence[ResidentsRow]) -> None:
        """The year before's numbers where there is none, and their source, to be looked at and saved."""
        before = [row.before for row in rows if row.before and not self.places[row.code].data]
        self.fill({one.area_code: one.residents for one in before})
        if before and not self.source.data:
            self.source.data = max(before, key=lambda one: one.set_at).source

    def take_paste(self, read: Pasted) -> None:
        """What was recognised goes into the table, to be looked at and saved; the other lines stay, each with why."""
        self.fill(read.found)
        self.pasted.data, self.pasted.raw_data = "\n".join(line for line, _why in read.left), None
        said = [f"“{line[:40]}”：{say(why)}" for line, why in read.left[:_LINES_SAID]]
        if len(read.left) > _LINES_SAID:
            said.append(_("另有 %(n)s 行没有识别", n=len(read.left) - _LINES_SAID))
        self.pasted.errors = said

    def validate_seen(self, field: HiddenField) -> None:
        if not self._seen():
            raise ValidationError(_("页面已过期，请刷新后重填"))

    def validate_source(self, field: TextField) -> None:
        said = self.command(0).said if not self.pasted.data else {}
        if not field.data and any(n is not None for n in said.values()):
            raise ValidationError(say(reason("numbers.source_missing")))

    def is_unsaved(self, row: ResidentsRow) -> bool:
        """Whether something else stands in the field than is kept."""
        return (self.places[row.code].data or "") != (str(row.typed.residents) if row.typed else "")

    def _seen(self) -> dict[str, Any]:
        """Nothing where it is not what a page was made with."""
        try:
            said = json.loads(self.seen.data or "")
        except ValueError:
            return {}
        return said if isinstance(said, dict) else {}


def residents_form(rows: Sequence[ResidentsRow]) -> ResidentsForm:
    """A field a place, as the table stands."""
    fields = {
        RESIDENTS_OF + row.code: CodeField(
            row.name, 12, [_is_count], default=str(row.typed.residents) if row.typed else None
        )
        for row in rows
    }
    form: ResidentsForm = type("ResidentsTable", (ResidentsForm,), fields)()
    if not form.is_submitted():
        newest = max((row.typed for row in rows if row.typed), key=lambda one: one.set_at, default=None)
        form.source.data = newest.source if newest else ""
        form.see_all(rows)
    return form


def _is_count(_form: Form, field: CodeField) -> None:
    if field.data and as_count(field.data) is None:
        raise ValidationError(say(reason("numbers.residents_number")))

"""Whom a form is about: the facts that most forms begin with, given and drawn in one way."""

from dataclasses import dataclass
from datetime import date

from reports.forms.flow import Piece
from reports.forms.grid import Columns, Row, cell
from reports.forms.values import day

GUARDIAN = ("监护人姓名", "监护人电话")


@dataclass(frozen=True, slots=True)
class Person:
    """Empty values are left to be filled by hand; numbers are masked already as the one who prints may see them."""

    name: str = ""
    record_number: str = ""
    """The last eight places of the health record number; they are printed in boxes."""
    sex: str = ""
    born_on: date | None = None
    id_number: str = ""
    address: str = ""
    guardian_name: str = ""
    guardian_relation: str = ""
    guardian_phone: str = ""


NOBODY = Person()
"""For a form that is filled by hand."""


def person_rows(
    columns: Columns,
    person: Person,
    *between: Row,
    born: tuple[str, tuple[Piece, ...]] | None = None,
    kin: tuple[str, str] = GUARDIAN,
) -> tuple[Row, ...]:
    """Sex and birth, then what the form asks in `between`, then who looks after the person and the number to call.

    `born` replaces the day of birth with a label and pieces of the form's own; `kin` names the last two answers.
    """
    when, pieces = born or ("出生日期", (day(person.born_on),))
    return (
        columns.pair("性别", cell(person.sex), when, cell(*pieces)),
        *between,
        columns.pair(kin[0], cell(with_relation(person)), kin[1], cell(person.guardian_phone)),
    )


def with_relation(person: Person) -> str:
    """王大山（父母）."""
    if person.guardian_name and person.guardian_relation:
        return f"{person.guardian_name}（{person.guardian_relation}）"
    return person.guardian_name

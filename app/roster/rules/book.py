"""What kind of list a workbook holds: its columns, what a header must name, which lines count. One reader reads them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from app.roster.rules.columns import COLUMNS, GROUP_WORDS, REQUIRED, STANDS_FOR, Column, Field, Group


@dataclass(frozen=True, eq=False)
class Book:
    """`named`: what a header must name to be one, `least` so many fields in all; `needs`: without one of these a group is nothing;
    `telling`: what only a data row has; `repeats_town`: rows handed back say their town in a column of their own.
    """

    columns: tuple[Column, ...]
    group_words: tuple[tuple[str, tuple[Group, ...]], ...]
    required: tuple[Field, ...]
    named: frozenset[Field]
    least: int
    telling: tuple[Field, ...]
    stands_for: Mapping[Field, tuple[Field, ...]] = field(default_factory=dict)
    needs: Mapping[Group, tuple[Field, ...]] = field(default_factory=dict)
    usual_order: Mapping[Group, float] = field(default_factory=dict)
    repeats_town: bool = False

    @property
    def fields(self) -> tuple[Field, ...]:
        """What a person may choose for a column, in the order of the list."""
        return tuple(dict.fromkeys(column.field for column in self.columns if column.field is not Field.IGNORED))


ROSTER = Book(
    columns=COLUMNS,
    group_words=GROUP_WORDS,
    required=REQUIRED,
    stands_for=MappingProxyType(STANDS_FOR),
    named=frozenset((Field.PATIENT_NAME, Field.PATIENT_ID)),
    least=4,
    telling=(
        Field.PATIENT_NAME,
        Field.PATIENT_ID,
        Field.PATIENT_BIRTH,
        Field.DIAGNOSIS,
        Field.FIRST_NAME,
        Field.FIRST_ID,
        Field.ACCOUNT,
        Field.SECOND_NAME,
    ),
    needs=MappingProxyType(
        {
            Group.FIRST: (Field.FIRST_NAME,),
            Group.SECOND: (Field.SECOND_NAME,),
            Group.AGREEMENT: (Field.AGREEMENT_FROM, Field.AGREEMENT_SPAN, Field.AGREEMENT_SIGNED),
            Group.VISIT: (Field.VISITED_ON,),
            Group.PAYMENT: (Field.PAID_AMOUNT,),
        }
    ),
    usual_order=MappingProxyType({Group.PATIENT: 0.03, Group.FIRST: 0.02, Group.SECOND: 0.01}),
    repeats_town=True,
)

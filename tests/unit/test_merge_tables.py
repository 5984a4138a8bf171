"""Every column that leads to a patient or a person has a word about what a merge makes of it, so that no later table is forgotten."""

from __future__ import annotations

from collections import Counter

from app.core.db import Base
from app.desk.merge_tables import MOVES, OWN_PERSON, READ, SETTLED, STAYS, tables_by


def _leading_to(*targets: str) -> set[str]:
    return {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.target_fullname in targets for key in column.foreign_keys)
    }


def test_every_column_that_leads_to_a_patient_or_a_person_has_one_word() -> None:
    said = Counter([*MOVES, *SETTLED, *READ, *STAYS])
    assert said.keys() == _leading_to("patients.id", "people.id")
    assert set(said.values()) == {1}


def test_whatever_moves_with_its_own_key_names_a_person_and_whatever_moves_stands_in_the_pictures() -> None:
    named = _leading_to("people.id")
    assert {f"{table}.person_id" for table in OWN_PERSON} <= named
    pictured = {f"{table}.{column}" for column in ("patient_id", "person_id") for table in tables_by(column)}
    assert pictured >= {*MOVES, *SETTLED}

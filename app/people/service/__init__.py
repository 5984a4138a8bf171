"""Use cases about people: storing them, changing who they are, finding them by name, looking behind a mask."""

from __future__ import annotations

from app.people.queries import find_by_id_number, find_ids_by_id_numbers
from app.people.service.contact import set_account, set_phone
from app.people.service.dying import PROOF, prove_death, withdraw_death
from app.people.service.identity import change_id_number, change_identity, open_id_number, record_death
from app.people.service.naming import forget_names, index_many, index_names, move_keys, rename_keys
from app.people.service.revealing import reveal
from app.people.service.storing import create_people, create_person, discard_person

__all__ = [
    "PROOF",
    "change_id_number",
    "change_identity",
    "create_people",
    "create_person",
    "discard_person",
    "find_by_id_number",
    "find_ids_by_id_numbers",
    "forget_names",
    "index_many",
    "index_names",
    "move_keys",
    "open_id_number",
    "prove_death",
    "record_death",
    "rename_keys",
    "reveal",
    "set_account",
    "set_phone",
    "withdraw_death",
]  # fmt: skip

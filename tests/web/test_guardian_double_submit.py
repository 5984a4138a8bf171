"""A form that arrives twice at once is stored once, and both answers are those of a form that was stored."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core.db import Database
from app.guardians.models import Agreement, Guardianship
from tests.rig.county import County
from tests.rig.register import first_guardian, id_number, registered

GUARDIAN = {
    "key": "G" * 22,
    "name": "李强",
    "id_kind": "01",
    "id_number": id_number(sequence=77),
    "phone": "13900000077",
    "relation": "spouse",
    "legal_basis": "statutory",
    "lives_together": "1",
    "from_on": "2026-11-01",
}
AGREEMENT = {
    "key": "A" * 22,
    "number": "AHJH-2026-0009",
    "from_on": "2026-11-01",
    "to_on": "2027-10-31",
    "signed_on": "2026-11-01",
}


def _twice(app: Flask, county: County, role: str, address: str, form: dict[str, str]) -> list[int]:
    together = Barrier(2)

    def send(_number: int) -> int:
        client = app.test_client()
        client.set_cookie("anhu_session", county.token_for(app, role))
        together.wait()
        return client.post(address, data=form).status_code

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(send, range(2)))


@pytest.mark.parametrize("what", ["guardian", "agreement"])
def test_two_at_once_store_one_and_both_are_told_it_is_stored(
    app: Flask, database: Database, county: County, what: str
) -> None:
    with database.transaction() as session:
        patient = registered(session, county.actor("doctor"), "王芳", 4)
        if what == "agreement":
            first_guardian(session, county.actor("doctor"), patient)
    address = f"/patients/{patient.public_id}/{what}s/new"
    role, form, table = {"guardian": ("doctor", GUARDIAN, Guardianship), "agreement": ("clerk", AGREEMENT, Agreement)}[
        what
    ]
    assert _twice(app, county, role, address, form) == [302, 302]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(table).where(table.patient_id == patient.id)) == 1

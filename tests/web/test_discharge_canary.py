"""The hospital learns nothing that only the register knows: what it reads is the same whether or not somebody is registered."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.core.db import Database
from app.discharges.rules.numbers import form_number
from app.discharges.rules.states import FormKind
from tests.rig.county import County
from tests.rig.discharges import forms, submitted
from tests.rig.papers import words_on
from tests.rig.register import first_guardian as guarded
from tests.rig.register import id_number, person, registered

GUARDIAN = "钟离若水"


@pytest.mark.parametrize("contact", ["澹台明月", ""], ids=["family at the door", "nobody named"])
def test_the_hospital_s_pages_and_papers_are_the_same_whether_or_not_somebody_is_registered(
    database: Database, county: County, client_as: Callable[[str], FlaskClient], contact: str
) -> None:
    """The same record of two people: one of the register, with guardian and doctor, and one whom nobody knows."""
    client, seen = client_as("hospital"), []
    with database.transaction() as session:
        doctor = county.actor("doctor")
        guarded(session, doctor, registered(session, doctor), person=person(GUARDIAN, sequence=502))
        sent = [
            submitted(
                session, county, id_number=id_number(sequence=number), hospital_number=report, contact_name=contact
            )
            for number, report in ((1, "BG-1"), (33, "BG-2"))
        ]
        assert [one.patient_id is None for one in sent] == [False, True]
        ids = [
            (one.public_id, one.hospital_number or "", forms(session, one)[FormKind.GUARDIAN].public_id) for one in sent
        ]
    for loop, number, notice in ids:
        answers = [
            client.get(f"/discharges/{where}")
            for where in (f"records/{loop}", f"notices/{notice}/confirm", f"notices/{notice}/paper")
        ]
        plain = [words_on(one.data) if one.mimetype == "application/pdf" else one.text for one in answers]
        seen.append(
            [
                (one.status_code, _without(text, loop, number, notice) if one.status_code == 200 else "")
                for one, text in zip(answers, plain, strict=True)
            ]
        )
    assert seen[0] == seen[1]
    assert [status for status, _text in seen[0]] == ([200, 200, 200] if contact else [200, 404, 404])
    assert GUARDIAN not in str(seen) and ("登记监护人签收" in seen[0][0][1]) == bool(contact)


def _without(text: str, *ids: str) -> str:
    """A page without what differs from one to the next by nature: ids, form numbers, keys, tokens, marks of prints."""
    text = text.partition("<main")[2] or text  # the frame around it holds a token of the second
    for one in ids:
        text = text.replace(one, "").replace(form_number(one), "")
    text = re.sub(
        r'name="(csrf_token|key)"[^>]*value="[^"]*"|value="[^"]*" name="(csrf_token|key)"|nonce="[^"]*"', "", text
    )
    return re.sub(r"编号.*?校验码\s*\S+|[\w-]{43,}", "", text, flags=re.S)

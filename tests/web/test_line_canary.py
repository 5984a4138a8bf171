"""No role reads on a line's page, in a search or in the flags what the field table keeps from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import pytest
from flask.testing import FlaskClient

from tests.rig.scene import FAR, NEAR, Scene

SEEN = {"guardian_name"}


@pytest.mark.parametrize("role", ["clerk", "reviewer", "finance", "auditor"])
def test_a_payments_evidence_names_the_guardian_and_nobody_else(
    client_as: Callable[[str], FlaskClient], scene: Scene, role: str
) -> None:
    client = client_as(role)
    addresses = [
        f"/subsidies/lines/{scene.near.line}",
        "/subsidies/lines?period=2026Q3",
        f"/subsidies/{scene.near.run}/home-checks",
        *(("/subsidies/flags",) if role in ("reviewer", "auditor") else ()),
    ]
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        page = answer.get_data(as_text=True)
        for name, value in asdict(NEAR).items():
            if name not in SEEN:
                assert str(value) not in page, (address, name)
        assert not [name for name, value in asdict(FAR).items() if str(value) in page]
        if role == "finance":
            assert NEAR.account[-4:] not in page
            assert "9月10日" not in page  # the day of the visit
    assert client.get(f"/subsidies/lines/{scene.far.line}").status_code == 404

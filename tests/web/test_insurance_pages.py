"""What leaves for the insurer and the family, and a claim walked through its pages."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from flask.testing import FlaskClient
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import func, select

from app.audit.models import PrintedPaper
from app.core.db import Database
from app.core.identity import mask_id
from app.insurance.models import Claim
from app.insurance.rules.claims import ClaimState
from tests.rig.scene import NEAR, Scene


def words_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def test_the_insurers_list_names_guardians_and_masked_numbers_and_nothing_else(
    scene: Scene, database: Database, client_as: Callable[[str], FlaskClient]
) -> None:
    clerk, policy = client_as("clerk"), scene.near.insurance_policy
    pdf = words_of(clerk.get(f"/insurance/policies/{policy}/list.pdf").data)
    book = load_workbook(BytesIO(clerk.get(f"/insurance/policies/{policy}/list.xlsx").data))
    sheet = "\n".join(
        str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row if cell is not None
    )
    for paper in (pdf, sheet):
        assert NEAR.guardian_name in paper
        assert mask_id(NEAR.patient_id) in paper
        for planted in (
            NEAR.patient_name,
            NEAR.patient_id,
            NEAR.guardian_id,
            NEAR.patient_phone,
            NEAR.address,
            NEAR.account,
        ):
            assert planted not in paper
    cover = words_of(clerk.get(f"/insurance/claims/{scene.near.claim}/cover.pdf").data)
    assert NEAR.guardian_name in cover
    assert NEAR.patient_name not in cover
    family = words_of(client_as("doctor").get(f"/benefits/patients/{scene.near.patient}/sheet.pdf").data)
    assert NEAR.patient_name in family
    assert not [word for word in (NEAR.medicine, NEAR.hospital, NEAR.ward, "患者", "精神") if word in family]
    with database.reading() as session:
        kinds = dict(session.execute(select(PrintedPaper.kind, func.count()).group_by(PrintedPaper.kind)).all())
    assert kinds["insurance.insured_printed"] == 2
    assert {"insurance.claim_cover_printed", "benefits.sheet_printed"} <= set(kinds)


def test_a_claims_page_takes_its_papers_and_says_what_is_missing(
    scene: Scene, database: Database, client_as: Callable[[str], FlaskClient]
) -> None:
    clerk, where = client_as("clerk"), f"/insurance/claims/{scene.near.claim}"
    refused = clerk.post(f"{where}/papers", data={"received_on": "2026-11-21"})
    assert refused.status_code == 400
    assert "缺" in clerk.get(where).text
    every = ["notice", "guardian_id", "guardianship", "police", "diagnosis", "medical", "settlement", "account"]
    taken = clerk.post(f"{where}/papers", data={"received_on": "2026-11-21", "papers": every})
    assert taken.status_code == 302
    too_much = clerk.post(f"{where}/accept", data={"agreed": "900", "agreed_on": "2026-11-21"})
    assert too_much.status_code == 400
    assert "不能超过索赔金额 800.00 元" in too_much.text
    assert clerk.post(f"{where}/accept", data={"agreed": "800", "agreed_on": "2026-11-21"}).status_code == 302
    assert clerk.post(f"{where}/pay", data={"amount": "800", "paid_on": "2026-11-21"}).status_code == 302
    assert clerk.post(f"{where}/withdraw").status_code == 409
    with database.reading() as session:
        assert session.scalar(select(Claim.state).where(Claim.public_id == scene.near.claim)) is ClaimState.PAID

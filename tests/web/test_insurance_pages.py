"""What leaves for the insurer and the family, and a claim walked through its pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import func, select

from app.audit.models import PrintedPaper
from app.core.db import Database
from app.core.identity import mask_id
from app.documents.models import Document
from app.documents.rules import DocumentKind as K
from app.insurance.models import Claim
from app.insurance.rules.claims import ClaimState
from scheduler.house import House as SchedulerHouse
from scheduler.work import do_next
from tests.rig.paper_pictures import photo
from tests.rig.scene import NEAR, Scene


def words_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def drawn(app: Flask, clerk: FlaskClient, policy: str, ending: str) -> bytes:
    """The list as whoever asked for it fetches it: the scheduler's process draws it meanwhile."""
    asked = clerk.post(f"/insurance/policies/{policy}/list/{ending}")
    assert asked.status_code == 302
    while do_next(SchedulerHouse.of(app)):
        pass
    content: bytes = clerk.get(f"{asked.location}/file").data
    return content


def test_the_insurers_list_names_guardians_and_masked_numbers_and_nothing_else(
    app: Flask, scene: Scene, database: Database, client_as: Callable[[str], FlaskClient]
) -> None:
    clerk, policy = client_as("clerk"), scene.near.insurance_policy
    pdf = words_of(drawn(app, clerk, policy, "pdf"))
    book = load_workbook(BytesIO(drawn(app, clerk, policy, "xlsx")))
    nobody = clerk.post(f"/insurance/policies/{policy}/list/xlsx?batch=AAAAAAAAAAAAAAAAAAAAAA")
    assert nobody.status_code == clerk.post(f"/insurance/policies/{policy}/list/docx").status_code == 404
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
    by_clerk = words_of(clerk.get(f"/benefits/patients/{scene.near.patient}/sheet.pdf").data)
    assert NEAR.patient_name not in by_clerk
    assert NEAR.guardian_name in by_clerk, "whoever hands it out knows to whom"
    assert not [word for word in (NEAR.medicine, NEAR.hospital, NEAR.ward, "患者", "精神") if word in family]
    with database.reading() as session:
        kinds = dict(session.execute(select(PrintedPaper.kind, func.count()).group_by(PrintedPaper.kind)).all())
    assert kinds["insurance.insured_printed"] == 2
    assert {"insurance.claim_cover_printed", "benefits.sheet_printed"} <= set(kinds)


# what its checklist asks for, as scans are kept
PAPERS = {
    "claim_notice": "出险通知书",
    "identity": "监护人身份证明",
    "relation": "监护关系证明",
    "police": "公安机关出具的证明",
    "diagnosis": "患者确诊证明",
    "medical": "伤者病历和费用票据",
    "settlement": "调解书、判决书或赔偿协议",
    "account": "收款账户信息",
}


def test_what_a_claims_papers_show_is_opened_by_whom_the_field_table_lets_read_it(
    scene: Scene, database: Database, client_as: Callable[[str], FlaskClient]
) -> None:
    clerk, office, at = client_as("clerk"), client_as("county_office"), f"/papers/claim/{scene.near.claim}"
    for number, kind in enumerate(("diagnosis", "claim_notice", "loss")):
        sent = {"key": f"seen-{kind}".ljust(22, "0"), "kind": kind, "file": (BytesIO(photo(60, 400 + number)), "a.jpg")}
        assert clerk.post(at, data=sent).status_code == 303
    with database.reading() as session:
        kept = dict(session.execute(select(Document.kind, Document.public_id)).all())
    diagnosis, notice, loss = (f"/documents/{kept[kind]}" for kind in (K.DIAGNOSIS, K.CLAIM_NOTICE, K.LOSS))
    reason = {"reason": "people.reveal.verify", "case": "LP-1"}
    assert clerk.get(diagnosis).status_code == 303, "a clerk reads no diagnosis"
    assert clerk.post(diagnosis, data=reason).status_code == 403
    assert clerk.get(notice).status_code == 303, "patients' names are masked to a clerk"
    assert clerk.get(loss).status_code == 200
    assert f"{at}" in office.get(f"/benefits/patients/{scene.near.patient}").text
    assert office.get(diagnosis).status_code == 200
    for role in ("doctor", "town", "partner", "coordinator", "finance"):
        assert client_as(role).get(at).status_code in (403, 404), role


def test_a_claims_page_takes_its_papers_and_says_what_is_missing(
    scene: Scene, database: Database, client_as: Callable[[str], FlaskClient]
) -> None:
    clerk, where = client_as("clerk"), f"/insurance/claims/{scene.near.claim}"
    at = f"/papers/claim/{scene.near.claim}"
    led = clerk.get(f"{at}?kind=police").text
    assert re.search(r'<option[^>]* selected[^>]*value="police"|<option[^>]*value="police"[^>]* selected', led)
    refused = clerk.post(f"{where}/papers", data={"papers_on": "2026-11-21"})
    assert refused.status_code == 409
    assert "还缺 8 份材料的影像" in refused.text
    listed = clerk.get("/insurance/claims/?open=1").text
    cover = words_of(clerk.get(f"{where}/cover.pdf").data)
    for number, (kind, name) in enumerate(PAPERS.items()):
        assert name in listed
        assert name in cover.split("尚缺 8 份")[1].replace("\n", "")
        file = (BytesIO(photo(60, 300 + number)), "paper.jpg")
        sent = {"key": f"claim-{kind}".ljust(22, "0"), "kind": kind, "file": file}
        assert clerk.post(at, data=sent).status_code == 303
    assert "尚缺" not in words_of(clerk.get(f"{where}/cover.pdf").data)
    taken = clerk.post(f"{where}/papers", data={"papers_on": "2026-11-21"})
    assert taken.status_code == 302
    too_much = clerk.post(f"{where}/accept", data={"agreed": "900", "agreed_on": "2026-11-21"})
    assert too_much.status_code == 400
    assert "不能超过索赔金额 800.00 元" in too_much.text
    assert clerk.post(f"{where}/accept", data={"agreed": "800", "agreed_on": "2026-11-21"}).status_code == 302
    assert clerk.post(f"{where}/pay", data={"amount": "800", "paid_on": "2026-11-21"}).status_code == 302
    assert clerk.post(f"{where}/withdraw").status_code == 409
    with database.reading() as session:
        assert session.scalar(select(Claim.state).where(Claim.public_id == scene.near.claim)) is ClaimState.PAID

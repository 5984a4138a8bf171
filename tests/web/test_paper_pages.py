"""Papers by page: kept once, handed out as a download to whom the field table lets, listed for others, taken down with a reason."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.audit.models import AuditEvent
from app.core.crypto import Keyring
from app.core.db import Database
from app.core.files import open_file
from app.core.models import KeptFile
from app.documents.models import Document
from app.guardians.models import DutyCheck
from app.patients.models import Patient
from app.people.models import PayeeAccount, Person
from tests.rig.county import County
from tests.rig.paper_pictures import GPS_IFD, photo_with_position, scan
from tests.rig.scene import NEAR, Scene

As = Callable[[str], FlaskClient]
KEY = "p" * 22


def _send(client: FlaskClient, scene: Scene, content: bytes, name: str = "a.jpg", **more: Any) -> TestResponse:
    where = f"/papers/agreement/{scene.near.agreement}"
    sent = {"key": KEY, "kind": "identity", "on_day": "", **more}
    return client.post(where, data={**sent, "file": (BytesIO(content), name)}, content_type="multipart/form-data")


def _count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Document)) or 0


def _acts(database: Database, action: str) -> list[AuditEvent]:
    with database.reading() as session:
        return list(session.scalars(select(AuditEvent).where(AuditEvent.action == action)))


def test_a_photo_from_the_village_is_kept_once_sealed_and_without_its_position(
    app: Any, client_as: As, scene: Scene, database: Database
) -> None:
    village = client_as("village_worker")
    with database.reading() as session:
        before = _count(session)
    for _ in range(2):
        assert _send(village, scene, photo_with_position(), "IMG_2026 慕容瑾瑜\u202egpj.exe").status_code == 303
    with database.reading() as session:
        assert _count(session) == before + 1
        kept = session.scalars(select(Document).where(Document.submission_key == KEY)).one()
        file = session.get_one(KeptFile, kept.file_id)
        assert file.name == "document.jpg"
        assert b"\xff\xd8\xff" not in file.content[:64]
        keyring: Keyring = app.extensions["anhu.keyring"]
        drawn = Image.open(BytesIO(open_file(session, keyring, file)))
        assert not drawn.getexif().get_ifd(GPS_IFD)
        assert file.sha256 == kept.sha256
    assert len(_acts(database, "documents.attached")) == 3  # the scene kept one in each county


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "文件是空的"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "只能上传照片"),
        (b"\xff\xd8\xff nothing", "打不开"),
        (scan(1, b"/OpenAction << /S /JavaScript /JS (x) >>"), "脚本"),
        (b"x" * (10 * 1024 * 1024 + 1), "超过 10 兆"),
    ],
)
def test_what_cannot_be_kept_is_said_and_the_form_stays_filled_in(
    client_as: As, scene: Scene, database: Database, content: bytes, words: str
) -> None:
    with database.reading() as session:
        before = _count(session)
    answer = _send(client_as("clerk"), scene, content, on_day="2026-01-01")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert words in page
    assert 'value="2026-01-01"' in page
    with database.reading() as session:
        assert _count(session) == before


def test_a_paper_is_a_download_for_who_sees_all_on_it_and_by_reason_for_who_sees_it_masked(
    client_as: As, scene: Scene, database: Database
) -> None:
    paper = f"/documents/{scene.near.document}"
    doctor = client_as("doctor").get(paper)
    assert doctor.status_code == 200
    assert doctor.headers["Content-Disposition"].startswith("attachment")
    assert doctor.headers["X-Content-Type-Options"] == "nosniff"
    assert doctor.mimetype == "image/jpeg"
    clerk = client_as("clerk")
    listed = f"/papers/agreement/{scene.near.agreement}"
    assert clerk.get(paper).headers["Location"] == listed
    assert clerk.post(paper, data={"reason": ""}).status_code == 400
    shown = clerk.post(paper, data={"reason": "people.reveal.payment"})
    assert (shown.status_code, shown.data) == (200, doctor.data)
    (revealed,) = _acts(database, "documents.revealed")
    assert (revealed.actor_role, revealed.detail["reason"]) == ("clerk", "people.reveal.payment")
    assert [one.actor_role for one in _acts(database, "documents.opened")] == ["doctor"]


def test_nobody_reaches_a_paper_of_another_county_or_without_the_role(client_as: As, scene: Scene) -> None:
    for name in ("clerk", "doctor", "village_worker", "auditor"):
        for path in (f"/documents/{scene.far.document}", f"/papers/agreement/{scene.far.agreement}"):
            assert client_as(name).get(path).status_code == 404
    for name in ("police", "finance", "partner", "admin", "hospital"):
        assert client_as(name).get(f"/documents/{scene.near.document}").status_code == 403


def test_a_paper_taken_down_stays_on_record_with_its_reason_and_no_longer_counts(
    client_as: As, scene: Scene, database: Database, county: County
) -> None:
    clerk, where = client_as("clerk"), f"/documents/{scene.near.document}/withdraw"
    assert "缺签字页影像" not in clerk.get("/agreements/missing-papers").get_data(as_text=True)
    assert clerk.post(where, data={"reason": ""}).status_code == 400
    gone = {"reason": "documents.withdrawn.wrong_family"}
    assert clerk.post(where, data=gone).status_code == 303
    assert clerk.post(where, data=gone).status_code == 409
    page = clerk.get(f"/papers/agreement/{scene.near.agreement}").get_data(as_text=True)
    assert "放错了人家" in page
    assert "缺签字页影像" in clerk.get("/agreements/missing-papers").get_data(as_text=True)
    with database.reading() as session:
        kept = session.scalars(select(Document).where(Document.public_id == scene.near.document)).one()
        assert (kept.withdrawn_by, kept.withdrawn_reason) == (county.users["clerk"], gone["reason"])


def test_the_page_says_that_no_portraits_are_kept(client_as: As, scene: Scene) -> None:
    page = client_as("clerk").get(f"/papers/agreement/{scene.near.agreement}").get_data(as_text=True)
    assert "本系统不留存患者的照片" in page


def test_the_list_of_missing_papers_is_printed_and_counted_at_home(client_as: As, scene: Scene) -> None:
    for name in ("village_worker", "town", "clerk"):
        client = client_as(name)
        page = client.get("/agreements/missing-papers").get_data(as_text=True)
        assert "没有经过申请" in page
        assert "缺件的协议 1 份" in client.get("/").get_data(as_text=True)
        for ending, start in (("pdf", b"%PDF"), ("xlsx", b"PK")):
            assert client.get(f"/agreements/missing-papers.{ending}").data.startswith(start)


def test_the_agreements_of_an_area_are_a_workbook_without_patients(
    client_as: As, scene: Scene, database: Database
) -> None:
    sheet = openpyxl.load_workbook(BytesIO(client_as("clerk").get("/agreements/register.xlsx").data)).worksheets[0]
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert NEAR.guardian_name in cells
    assert not any(NEAR.patient_name in cell for cell in cells)
    assert len(_acts(database, "guardians.agreements_printed")) == 1


def test_an_application_is_checked_and_signed_by_page_and_its_agreement_printed(
    client_as: As, scene: Scene, database: Database
) -> None:
    where = f"/applications/{scene.near.application}"
    village, town, clerk = client_as("village_worker"), client_as("town"), client_as("clerk")
    papers = ["application", "identity", "relation", "residence", "management"]
    for client in (village, town):
        sent = {"papers": papers, "is_guardian": "y"}
        assert client.post(f"{where}/check", data=sent).status_code == 303
    assert clerk.get(f"{where}/paper").data.startswith(b"%PDF")
    page = clerk.get(f"{where}/sign").get_data(as_text=True)
    assert 'value="2027-01-01"' in page
    signed = {
        "key": "s" * 22, "number": "安护-2027-1", "from_on": "2027-01-01",
        "to_on": "2027-12-31", "signed_on": "2026-11-20",
    }  # fmt: skip
    for _ in range(2):
        assert clerk.post(f"{where}/sign", data=signed).status_code == 303
    assert "安护-2027-1" in clerk.get(where).get_data(as_text=True)
    assert village.get(f"{where}/sign").status_code in (200, 404)


def test_a_duty_check_an_account_a_case_and_a_family_take_papers_too(
    client_as: As, scene: Scene, database: Database
) -> None:
    with database.reading() as session:
        account = session.scalars(
            select(PayeeAccount.public_id).join(Person).where(Person.public_id == scene.near.guardian_person)
        ).first()
        check = session.scalars(
            select(DutyCheck.public_id).join(Patient).where(Patient.public_id == scene.near.patient)
        ).first()
    clerk, doctor, town = client_as("clerk"), client_as("doctor"), client_as("town")
    for client, kind, name in (
        (doctor, "patient", scene.near.patient),
        (clerk, "account", account),
        (town, "duty_check", check),
    ):
        if name is not None:
            assert client.get(f"/papers/{kind}/{name}").status_code == 200, kind
    assert doctor.get(f"/papers/account/{account}").status_code == 404
    for kind in ("patient", "account", "duty_check", "recovery", "subsidy_line", "application", "nothing"):
        assert clerk.get(f"/papers/{kind}/{'A' * 22}").status_code == 404

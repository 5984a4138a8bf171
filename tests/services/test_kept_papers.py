"""Papers behind the pages: what happens when two act at once, and that what is refused is refused before it is sealed."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.core.errors import Conflict, Forbidden, Invalid
from app.core.models import KeptFile
from app.core.reasons import reason
from app.documents.commands import AttachDocument
from app.documents.models import Document
from app.documents.queries import may_withdraw
from app.documents.readers.papers import clean_paper
from app.documents.rules import DocumentKind
from app.documents.service import attach_document, withdraw_document
from app.documents.subjects import Subject
from tests.rig.clock import NOW, TODAY
from tests.rig.county import County
from tests.rig.paper_pictures import photo
from tests.rig.register import keyring
from tests.rig.scene import Scene

WRONG_FAMILY, UNREADABLE = "documents.withdrawn.wrong_family", "documents.withdrawn.unreadable"


def _document(session: Session, scene: Scene) -> Document:
    return session.scalars(select(Document).where(Document.public_id == scene.near.document)).one()


def _family(kept: Document) -> Subject:
    title = reason("core.not_found")
    return Subject(kept.subject_kind, kept.subject_id, kept.patient_id, kept.area_code, title, "/")


def _taken_down_by_somebody_else(session: Session, document: Document, user_id: int | None) -> None:
    """After this session has read the row: what it remembers of it stays as it was."""
    gone = {"withdrawn_at": NOW, "withdrawn_by": user_id, "withdrawn_reason": WRONG_FAMILY}
    session.execute(
        update(Document).where(Document.id == document.id).values(gone),
        execution_options={"synchronize_session": False},
    )


def test_of_two_who_take_a_paper_down_at_once_the_second_is_told_so(
    session: Session, scene: Scene, county: County
) -> None:
    clerk, town = county.actor("clerk"), county.actor("town")
    document = _document(session, scene)
    assert document.withdrawn_at is None
    _taken_down_by_somebody_else(session, document, town.user_id)
    with pytest.raises(Conflict) as refused:
        withdraw_document(session, clerk, document, _family(document), UNREADABLE, NOW)
    assert refused.value.reason.code == "documents.withdrawn_before"
    assert (document.withdrawn_by, document.withdrawn_reason) == (town.user_id, WRONG_FAMILY)


def test_a_paper_that_is_kept_already_is_refused_before_its_bytes_are_sealed(
    session: Session, scene: Scene, county: County
) -> None:
    clerk = county.actor("clerk")
    kept = _document(session, scene)
    subject = _family(kept)
    files = select(func.count()).select_from(KeptFile)
    before = session.scalar(files)
    again = AttachDocument("again".ljust(22, "0"), DocumentKind.AGREEMENT, None, clean_paper(photo(300, 400)))
    with pytest.raises(Invalid) as refused:
        attach_document(session, keyring(), clerk, subject, again, TODAY, NOW)
    assert [one.code for one in refused.value.errors["file"]] == ["documents.kept_already"]
    assert session.scalar(files) == before


def test_a_paper_is_taken_down_by_who_kept_it_or_may_look_at_it(session: Session, scene: Scene, county: County) -> None:
    clerk, village = county.actor("clerk"), county.actor("village_worker")
    kept = _document(session, scene)
    identity = AttachDocument("identity".ljust(22, "0"), DocumentKind.IDENTITY, None, clean_paper(photo(300, 500)))
    of_clerk = attach_document(session, keyring(), clerk, _family(kept), identity, TODAY, NOW)
    assert not may_withdraw(village, of_clerk, _family(kept))
    with pytest.raises(Forbidden):
        withdraw_document(session, village, of_clerk, _family(kept), UNREADABLE, NOW)
    own = AttachDocument("own".ljust(22, "0"), DocumentKind.IDENTITY, None, clean_paper(photo(300, 600)))
    of_village = attach_document(session, keyring(), village, _family(kept), own, TODAY, NOW)
    withdraw_document(session, village, of_village, _family(kept), UNREADABLE, NOW)
    withdraw_document(session, clerk, of_clerk, _family(kept), UNREADABLE, NOW)
    assert of_village.withdrawn_by == village.user_id

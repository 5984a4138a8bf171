"""What is uploaded is drawn anew: nothing that came along with a photo is kept, and nothing that can act is taken."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader

from app.core.access import FIELDS, Field, Grant
from app.core.actor import Role
from app.core.errors import Invalid
from app.documents.readers.papers import MOST_BYTES, clean_paper
from app.documents.readers.picture import LONGEST_EDGE
from app.documents.rules import KINDS_OF, STANDS_ON, DocumentKind, DocumentSubject, Sight, sight_of
from tests.rig.paper_pictures import (
    GPS_IFD,
    MAKE,
    declared_png,
    packed_part,
    photo,
    photo_with_position,
    scan,
    scan_around,
)


def _refused(content: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        clean_paper(content)
    (reason,) = refused.value.errors["file"]
    return reason.code


def test_a_photos_position_maker_and_comment_are_gone_and_it_stands_upright() -> None:
    taken = photo_with_position()
    before = Image.open(BytesIO(taken))
    assert before.getexif().get_ifd(GPS_IFD)
    assert before.getexif()[MAKE] == "HUAWEI"
    kept, media_type = clean_paper(taken)
    after = Image.open(BytesIO(kept))
    assert media_type == "image/jpeg"
    assert dict(after.getexif()) == {}
    assert not {"exif", "comment", "icc_profile", "photoshop", "xmp"} & after.info.keys()
    assert b"Exif" not in kept
    assert b"117.38" not in kept
    assert (before.size, after.size) == ((1200, 900), (900, 1200))


def test_a_drawing_with_a_clear_ground_and_words_in_it_becomes_a_plain_photo_on_white() -> None:
    told, kept = PngInfo(), BytesIO()
    told.add_text("Location", "117.38,32.91")
    Image.new("RGBA", (400, 300), (0, 0, 0, 0)).save(kept, "PNG", pnginfo=told)
    content, _media_type = clean_paper(kept.getvalue())
    drawn = Image.open(BytesIO(content))
    assert drawn.format == "JPEG"
    assert drawn.getpixel((5, 5)) == (255, 255, 255)
    assert b"117.38" not in content


def test_what_hides_behind_a_photos_end_does_not_come_along() -> None:
    for hidden in (b"<script>alert(1)</script>", b"PK\x03\x04 a whole archive", b"<?php system(1); ?>", b"%PDF-1.4"):
        kept, _media_type = clean_paper(photo() + hidden)
        assert hidden not in kept


def test_a_large_photo_is_kept_small() -> None:
    kept, _media_type = clean_paper(photo(5000, 3000))
    assert max(Image.open(BytesIO(kept)).size) == LONGEST_EDGE


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "documents.empty"),
        (b"x" * (MOST_BYTES + 1), "documents.too_large"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "documents.not_a_paper"),
        (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', "documents.not_a_paper"),
        (b"GIF89a\x01\x00\x01\x00", "documents.not_a_paper"),
        (b"GIF89a/*\xff\xd8\xff*/=1;", "documents.not_a_paper"),
        (b"PK\x03\x04", "documents.not_a_paper"),
        (b"MZ\x90\x00", "documents.not_a_paper"),
        (b"<html><body>hi", "documents.not_a_paper"),
        (b" %PDF-1.4 not at its beginning", "documents.not_a_paper"),
        (b"\xff\xd8\xff\xe0 no photo after all", "documents.unreadable"),
        (photo()[:4000], "documents.unreadable"),
        (b"\x89PNG\r\n\x1a\n", "documents.unreadable"),
        (declared_png(50_000, 50_000), "documents.too_many_pixels"),
        (declared_png(5_001, 5_000), "documents.too_many_pixels"),
        (b"%PDF-1.7\n%%EOF", "documents.scan.unreadable"),
    ],
)
def test_what_is_no_paper_is_refused_in_words(content: bytes, code: str) -> None:
    assert _refused(content) == code


def test_a_scan_is_drawn_anew_page_by_page() -> None:
    kept, media_type = clean_paper(scan(3) + b"\n<script>alert(1)</script>")
    read = PdfReader(BytesIO(kept))
    assert (media_type, len(read.pages)) == ("application/pdf", 3)
    assert b"<script>" not in kept
    assert [len(page.images) for page in read.pages] == [1, 1, 1]


def test_a_scans_photos_lose_their_position_too() -> None:
    taken = scan_around(photo_with_position())
    assert b"HUAWEI" in taken
    kept, _media_type = clean_paper(taken)
    assert b"Exif" not in kept
    assert b"HUAWEI" not in kept


@pytest.mark.parametrize(
    "extra",
    [
        b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>",
        b"/OpenAction << /S /J#61vaScript >>",
        b"/AA << /O << /S /Launch /F (cmd.exe) >> >>",
        b"/Names << /EmbeddedFiles << /Names [] >> >>",
        b"/AcroForm << /XFA [] >>",
        b"/Rich << /Type /RichMedia >>",
    ],
)
def test_a_scan_that_can_act_is_refused(extra: bytes) -> None:
    assert _refused(scan(1, extra)) == "documents.scan.active"


def test_what_a_scan_hides_in_a_packed_part_is_found() -> None:
    hidden = b"9 0 << /S /JavaScript /JS (x) >>"
    whole = scan(1)
    extra = b"\n" + packed_part(8, 4, hidden) + b"xref\n"
    assert _refused(whole.replace(b"xref\n", extra, 1)) == "documents.scan.active"


def _going_up_and_down(entries: int = 2000, body: int = 3_000_000) -> bytes:
    """Every second object says that it is the whole of the others."""
    index = b"".join(b"%d %d " % (10 + one, one % 2 * body) for one in range(entries))
    return b"%PDF-1.5\n" + packed_part(1, len(index), index + b" " * body)


def _many_large_parts(parts: int = 400, body: int = 3_000_000) -> bytes:
    return b"%PDF-1.5\n" + packed_part(1, 5, b"10 0 " + b" " * body) * parts


def _many_small_objects(parts: int = 4, entries: int = 9000) -> bytes:
    index = b"".join(b"%d %d " % (10 + one, one) for one in range(entries))
    return b"%PDF-1.5\n" + packed_part(1, len(index), index + b" " * entries) * parts


def _one_large_part() -> bytes:
    return b"%PDF-1.5\n" + packed_part(1, 5, b"10 0 " + b" " * 50_000_000)


def _many_ends() -> bytes:
    return b"%PDF-1.5\n1 0 obj\n<< >>\nendobj\n" + b"trailer<<" * 500_000


def _an_index_of_one_number() -> bytes:
    return b"%PDF-1.5\n" + packed_part(1, 100_000, b"9" * 200_000)


@pytest.mark.parametrize(
    "made",
    [_going_up_and_down, _many_large_parts, _many_small_objects, _one_large_part, _many_ends, _an_index_of_one_number],
)
def test_a_small_file_that_unpacks_into_a_large_one_is_refused_before_it_takes_the_memory(
    made: Callable[[], bytes],
) -> None:
    content = made()
    tracemalloc.start()
    try:
        assert _refused(content) == "documents.scan.unreadable"
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 64 * 1024 * 1024


def test_a_scan_whose_structure_is_packed_is_read_as_any_other() -> None:
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"]
    whole = scan_around(photo())
    for number, one in enumerate(objects, start=1):
        whole = whole.replace(b"%d 0 obj\n%s\nendobj\n" % (number, one), b"")
    index = b"1 0 2 %d " % (len(objects[0]) + 1)
    kept, _media_type = clean_paper(whole + packed_part(8, len(index), index + b"\n".join(objects)))
    assert len(PdfReader(BytesIO(kept)).pages) == 1


def test_a_scan_with_a_password_or_too_many_pages_or_of_text_alone_is_refused() -> None:
    assert _refused(scan(1).replace(b"trailer\n<<", b"trailer\n<< /Encrypt 5 0 R", 1)) == "documents.scan.active"
    assert _refused(scan(21)) == "documents.scan.too_long"
    text = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] >>\nendobj\n3 0 obj\n<< /Type /Page >>\nendobj\n"
    assert _refused(text) == "documents.scan.unreadable"


def test_a_page_tree_that_turns_in_a_circle_ends() -> None:
    circle = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [2 0 R] >>\nendobj\n"
    assert _refused(circle) == "documents.scan.unreadable"


def test_every_kind_belongs_somewhere_and_none_is_a_portrait() -> None:
    assert set(STANDS_ON) == set(DocumentKind)
    assert {kind for kinds in KINDS_OF.values() for kind in kinds} == set(DocumentKind)
    assert set(KINDS_OF) == set(DocumentSubject)
    assert not {kind for kind in DocumentKind if "portrait" in kind or "face" in kind}


def _sight(role: Role, kind: DocumentKind, has_task: bool = False) -> Sight:
    return sight_of(kind, lambda field: FIELDS[field].get(role, Grant.NONE), has_task)


def test_a_picture_is_seen_by_the_narrowest_field_that_stands_on_it() -> None:
    clinical = [DocumentKind.MANAGEMENT, DocumentKind.DISABILITY, DocumentKind.DISCHARGE, DocumentKind.DEATH]
    for kind in clinical:
        assert _sight(Role.DOCTOR, kind) is Sight.OPEN
        for role in (Role.TOWN, Role.VILLAGE_WORKER, Role.CLERK, Role.REVIEWER, Role.AUDITOR, Role.POLICE):
            assert _sight(role, kind, has_task=True) is Sight.LISTED
    assert _sight(Role.CLERK, DocumentKind.IDENTITY) is Sight.BY_REASON
    assert _sight(Role.TOWN, DocumentKind.IDENTITY, has_task=True) is Sight.LISTED
    assert _sight(Role.TOWN, DocumentKind.AGREEMENT) is Sight.LISTED
    assert _sight(Role.TOWN, DocumentKind.AGREEMENT, has_task=True) is Sight.OPEN
    assert _sight(Role.CLERK, DocumentKind.AGREEMENT) is Sight.BY_REASON
    assert _sight(Role.CLERK, DocumentKind.RECEIPT) is Sight.OPEN
    assert _sight(Role.CLERK, DocumentKind.ACCOUNT) is Sight.BY_REASON


def test_no_role_opens_a_picture_of_what_it_reads_in_no_other_place() -> None:
    for role in Role:
        for kind in DocumentKind:
            if _sight(role, kind) is Sight.OPEN:
                assert all(FIELDS[field].get(role) is Grant.FULL for field in STANDS_ON[kind])
            if FIELDS[Field.GUARDIAN_ID_NUMBER].get(role, Grant.NONE) not in (Grant.FULL, Grant.MASKED):
                assert kind is not DocumentKind.IDENTITY or _sight(role, kind, has_task=True) is Sight.LISTED

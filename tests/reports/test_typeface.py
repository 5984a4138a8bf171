import hashlib
import json
import logging

import pytest

from reports.page import A4, Paper
from reports.tounicode import to_unicode_cmap
from reports.typeface import FONT_FOLDER, GETA, missing_characters, typeface
from tests.reports.conftest import ReadPdf
from tests.reports.samples import SOURCE

NOWHERE = "\U000f1234"


def _print(text: str) -> bytes:
    paper = Paper("试印", "安和县", SOURCE.printed_at)
    paper.text(72, 700, text, 14)
    paper.text(72, 650, text, 14, bold=True)
    paper.next_page()
    return paper.finish()


def test_every_font_file_is_the_one_that_the_manifest_names() -> None:
    manifest = json.loads((FONT_FOLDER / "MANIFEST.json").read_text())
    for font in manifest["fonts"]:
        assert hashlib.sha256((FONT_FOLDER / font["file"]).read_bytes()).hexdigest() == font["sha256"]
        assert (FONT_FOLDER / font["licence_file"]).is_file()
        assert font["name"] and font["version"] and font["licence"]
    assert {font["file"] for font in manifest["fonts"]} == {path.name for path in FONT_FOLDER.glob("*.ttf")}


def test_the_fallback_font_is_small() -> None:
    assert (FONT_FOLDER / "AnhuRareHan-Regular.ttf").stat().st_size < 3_000_000


def test_rare_characters_of_names_come_back_from_the_pdf(text_of: ReadPdf) -> None:
    found = text_of(_print("李𬭩 王𠮷祥 㛃䶮 ☑☐ □"))
    assert found.count("李𬭩王𠮷祥㛃䶮☑☐□") == 2


def test_a_character_that_no_font_has_is_drawn_as_geta_and_logged_without_the_name(
    text_of: ReadPdf, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="reports.page"):
        found = text_of(_print(f"赵{NOWHERE}明"))
    assert found == f"赵{GETA}明" * 2
    assert caplog.records[-1].__dict__["code_points"] == "U+F1234"
    assert "赵" not in str(caplog.records[-1].__dict__)


def test_missing_characters_are_named_once_in_their_order() -> None:
    assert missing_characters(f"赵{NOWHERE}𠮷{NOWHERE}") == NOWHERE


def test_text_is_cut_into_runs_by_font() -> None:
    runs = typeface().runs("王𠮷祥")
    assert [part for _, part in runs] == ["王", "𠮷", "祥"]
    assert runs[0][0] is runs[2][0] is typeface().primary


def test_widths_are_whole_for_han_and_narrower_for_latin() -> None:
    assert typeface().width("安护") == pytest.approx(2.0)
    assert 0.4 < typeface().width("0") < 0.7


def test_the_map_to_unicode_writes_surrogate_pairs_in_blocks_of_a_hundred() -> None:
    cmap = to_unicode_cmap("Font", [0x2CB69, *range(0x4E00, 0x4E00 + 150)])
    assert "<00> <D872DF69>" in cmap
    assert "100 beginbfchar" in cmap
    assert "51 beginbfchar" in cmap


def test_equal_papers_are_equal_bytes_and_carry_title_author_and_language() -> None:
    first, second = _print("安护"), _print("安护")
    assert first == second
    assert b"/Lang (zh-CN)" in first
    assert b"Helvetica" not in first
    assert Paper("题", "人", SOURCE.printed_at).width == A4[0]

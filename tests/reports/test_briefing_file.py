"""The briefing as an office program takes it apart: no library that wrote it reads it here, only the package and its XML."""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePosixPath
from xml.etree import ElementTree

from reports.briefing import BriefingDocument, render_briefing_docx
from tests.reports.samples import SOURCE

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
SENTENCES = ("截至2026年9月30日，在册 12 人。", "（一）规范管理率未达到目标 <80%> & 缺口 3 人。")
TOLD = BriefingDocument(
    "安和县2026年第三季度严重精神障碍患者管理治疗工作情况汇报", "安和县综治中心", "2026年10月8日",
    (("一、总体情况", SENTENCES[:1]), ("二、存在问题", SENTENCES[1:])), "数据截止日 2026年9月30日。", SOURCE,
)  # fmt: skip


def opened() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(render_briefing_docx(TOLD))) as packed:
        names = packed.namelist()
        assert packed.testzip() is None and len(names) == len(set(names))
        return {name: packed.read(name) for name in names}


def test_every_part_has_a_type_and_every_relation_leads_to_a_part() -> None:
    parts = opened()
    types = ElementTree.fromstring(parts["[Content_Types].xml"])
    by_ending = {one.get("Extension") for one in types.iter(f"{TYPES}Default")}
    by_name = {one.get("PartName") for one in types.iter(f"{TYPES}Override")}
    assert by_name <= {f"/{name}" for name in parts}
    for name in set(parts) - {"[Content_Types].xml"}:
        assert f"/{name}" in by_name or name.rpartition(".")[2] in by_ending, name
    for name, content in parts.items():
        if name.endswith((".xml", ".rels")):
            ElementTree.fromstring(content)
    relations = {name: _relations(parts, name) for name in parts if name.endswith(".rels")}
    for name, found in relations.items():
        assert set(found.values()) <= set(parts), name
    main = ElementTree.fromstring(parts["word/document.xml"])
    asked = {one.get(f"{R}id") for one in main.iter() if one.get(f"{R}id")}
    assert asked and asked <= set(relations["word/_rels/document.xml.rels"])
    root = ElementTree.fromstring(parts["_rels/.rels"])
    assert [one.get("Target") for one in root if one.get("Type") == OFFICE] == ["word/document.xml"]


def _relations(parts: dict[str, bytes], name: str) -> dict[str | None, str]:
    """id → the part that it leads to, as a name in the package; none leads out of it."""
    base = PurePosixPath(name).parent.parent
    found = {}
    for one in ElementTree.fromstring(parts[name]).iter(f"{PACKAGE}Relationship"):
        assert one.get("TargetMode") != "External"
        target = one.get("Target") or ""
        path = target[1:] if target.startswith("/") else str(base / target)
        while "/../" in path:
            before, _, after = path.partition("/../")
            path = f"{before.rpartition('/')[0]}/{after}".lstrip("/")
        found[one.get("Id")] = path
    return found


def test_the_page_is_an_official_one_and_all_words_have_a_chinese_typeface() -> None:
    parts = opened()
    main = ElementTree.fromstring(parts["word/document.xml"])
    body = main.find(f"{W}body")
    assert body is not None and body[-1].tag == f"{W}sectPr"
    size, margins = body[-1].find(f"{W}pgSz"), body[-1].find(f"{W}pgMar")
    assert size is not None and margins is not None
    assert (size.get(f"{W}w"), size.get(f"{W}h")) == ("11906", "16838")
    # GB/T 9704: 37, 28, 26 and 35 mm, in twentieths of a point
    assert [margins.get(f"{W}{side}") for side in ("top", "left", "right", "bottom")] == [
        "2098",
        "1587",
        "1474",
        "1984",
    ]
    known = {one.get(f"{W}styleId") for one in ElementTree.fromstring(parts["word/styles.xml"]).iter(f"{W}style")}
    shown = [
        main,
        *(ElementTree.fromstring(parts[name]) for name in parts if name.startswith(("word/header", "word/footer"))),
    ]
    for part in shown:
        used = {one.get(f"{W}val") for tag in ("pStyle", "rStyle") for one in part.iter(f"{W}{tag}")}
        assert used <= known
        for run in part.iter(f"{W}r"):
            fonts = run.find(f"{W}rPr/{W}rFonts")
            assert fonts is not None and fonts.get(f"{W}eastAsia") in ("仿宋", "黑体")
        kinds = [one.get(f"{W}fldCharType") for one in part.iter(f"{W}fldChar")]
        assert kinds == ["begin", "separate", "end"] * (len(kinds) // 3)
    language = next(ElementTree.fromstring(parts["word/styles.xml"]).iter(f"{W}lang"))
    assert language.get(f"{W}eastAsia") == "zh-CN"


def test_it_says_what_it_was_given_word_for_word_and_counts_its_own_pages() -> None:
    parts = opened()
    main = ElementTree.fromstring(parts["word/document.xml"])
    said = ["".join(text.text or "" for text in one.iter(f"{W}t")) for one in main.iter(f"{W}p")]
    assert said == [
        TOLD.title, "一、总体情况", SENTENCES[0], "二、存在问题", SENTENCES[1], TOLD.organisation, TOLD.dated, TOLD.source,
    ]  # fmt: skip
    feet = [ElementTree.fromstring(content) for name, content in parts.items() if name.startswith("word/footer")]
    assert [one.text for foot in feet for one in foot.iter(f"{W}instrText")] == ["PAGE", "NUMPAGES"]

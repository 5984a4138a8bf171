"""汇报材料 as a document that an office goes on editing: title, sections, sentences, and from what it was made."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from reports.plain_text import cell_text
from reports.wording import CONFIDENTIAL, SHANGHAI, Provenance

_BODY, _TITLE, _HEADING = "仿宋", "黑体", "黑体"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MOST = 4000
# as official papers are set: 22 lines of a page, 28 characters of a line (GB/T 9704)
_TOP, _LEFT, _RIGHT, _BOTTOM, _LEADING = Mm(37), Mm(28), Mm(26), Mm(35), Pt(28)


@dataclass(frozen=True, slots=True)
class BriefingDocument:
    title: str
    organisation: str
    dated: str
    """2026年10月8日."""
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    """Heading and sentences."""
    source: str
    """Cut-off, rule set and modes: how the figures were counted."""
    provenance: Provenance


def render_briefing_docx(document: BriefingDocument) -> bytes:
    """The bytes of a .docx; equal input gives equal bytes."""
    book = Document()
    _set_language(book)
    _set_page(book, document)
    _line(book, document.title, 22, _TITLE, align=WD_ALIGN_PARAGRAPH.CENTER, after=14)
    for heading, sentences in document.sections:
        _line(book, heading, 16, _HEADING, indent=2)
        for sentence in sentences:
            _line(book, sentence, 16, _BODY, indent=2)
    for text in (document.organisation, document.dated):
        _line(book, text, 16, _BODY, align=WD_ALIGN_PARAGRAPH.RIGHT, before=6)
    _line(book, document.source, 9, _BODY, before=12)
    buffer = io.BytesIO()
    book.save(buffer)
    return _without_clock(buffer.getvalue())


def _set_language(book: DocumentObject) -> None:
    """What is typed into it later is set like the rest, and checked as Chinese."""
    normal = book.styles["Normal"]
    normal.font.name, normal.font.size = _BODY, Pt(16)
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), _BODY)
    for language in book.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")


def _set_page(book: DocumentObject, document: BriefingDocument) -> None:
    page = book.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin, page.right_margin, page.top_margin, page.bottom_margin = _LEFT, _RIGHT, _TOP, _BOTTOM
    head = page.header.paragraphs[0]
    head.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _write(head.add_run(CONFIDENTIAL), 10, _TITLE)
    foot = page.footer.paragraphs[0]
    _write(foot.add_run(cell_text(document.provenance.line(), 200) + "　第 "), 9, _BODY)
    _field(foot, "PAGE")
    _write(foot.add_run(" 页 共 "), 9, _BODY)
    _field(foot, "NUMPAGES")
    _write(foot.add_run(" 页"), 9, _BODY)
    about, at = book.core_properties, document.provenance.printed_at.astimezone(SHANGHAI).replace(tzinfo=None)
    about.title, about.author, about.last_modified_by = (
        cell_text(document.title, 200),
        cell_text(document.organisation, 200),
        "",
    )
    about.comments, about.created, about.modified, about.language = "", at, at, "zh-CN"


def _line(
    book: DocumentObject,
    text: str,
    size: float,
    font: str,
    *,
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.JUSTIFY,
    indent: int = 0,
    before: float = 0,
    after: float = 0,
) -> None:
    """A paragraph; `indent` in characters of its first line."""
    paragraph = book.add_paragraph()
    paragraph.alignment = align
    shape = paragraph.paragraph_format
    shape.space_before, shape.space_after = Pt(before), Pt(after)
    shape.line_spacing = Pt(36) if size > 16 else _LEADING if size > 12 else 1.2
    if indent:
        shape.first_line_indent = Pt(size * indent)
        paragraph._element.get_or_add_pPr().get_or_add_ind().set(qn("w:firstLineChars"), str(100 * indent))
    _write(paragraph.add_run(cell_text(text, _MOST)), size, font)


def _write(run: Run, size: float, font: str) -> None:
    run.font.size, run.font.name = Pt(size), font
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _field(paragraph: Paragraph, name: str) -> None:
    """A number that the reader's program counts itself; until then 1 stands there."""
    for kind, text in (("begin", ""), ("", name), ("separate", ""), ("", "1"), ("end", "")):
        run = paragraph.add_run()
        _write(run, 9, _BODY)
        element = OxmlElement("w:fldChar" if kind else "w:instrText" if text == name else "w:t")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._element.append(element)


def _without_clock(content: bytes) -> bytes:
    """The same package without the instant at which each part was packed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as again:
        for name in packed.namelist():
            again.writestr(zipfile.ZipInfo(name, _EPOCH), packed.read(name), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()

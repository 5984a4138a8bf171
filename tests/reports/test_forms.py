"""What holds for every printed form: all that was given is there, nothing is cut, nothing lies on something else."""

import io
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pypdf
import pytest

from reports.forms.sheet import Imprint
from reports.forms.values import RoughDate
from reports.wording import chinese_date
from tests.reports.form_samples import FORMS, Form
from tests.reports.samples import HOSTILE

ALL = pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))


@pytest.fixture
def raw_text_of(tmp_path: Path) -> Any:
    """The text in the order in which it was drawn, so that a cell's lines follow one another; without white space."""

    def read(pdf: bytes) -> str:
        file = tmp_path / "form.pdf"
        file.write_bytes(pdf)
        found = subprocess.run(["pdftotext", "-raw", str(file), "-"], capture_output=True, check=True)
        return "".join(found.stdout.decode().split())

    return read


@dataclass(frozen=True)
class Word:
    page: int
    left: float
    top: float
    right: float
    bottom: float
    text: str

    def lies_on(self, other: "Word") -> bool:
        """Both cover the same ink: the box of a character is one em tall and a little more than its strokes."""
        if self.page != other.page:
            return False
        across = min(self.right, other.right) - max(self.left, other.left)
        mine, theirs = self._ink(), other._ink()
        return across > 1 and min(mine[1], theirs[1]) - max(mine[0], theirs[0]) > 0

    def _ink(self) -> tuple[float, float]:
        height = self.bottom - self.top
        return self.top + 0.08 * height, self.bottom - 0.08 * height


@pytest.fixture
def words_of(tmp_path: Path) -> Any:
    def read(pdf: bytes) -> tuple[list[Word], list[tuple[float, float]]]:
        file, found = tmp_path / "form.pdf", tmp_path / "form.html"
        file.write_bytes(pdf)
        subprocess.run(["pdftotext", "-bbox", str(file), str(found)], check=True)
        words, sizes = [], []
        root = ElementTree.fromstring(re.sub(r' xmlns="[^"]+"', "", found.read_text()))
        for number, page in enumerate(root.iter("page")):
            sizes.append((float(page.attrib["width"]), float(page.attrib["height"])))
            for word in page.iter("word"):
                edges = [float(word.attrib[name]) for name in ("xMin", "yMin", "xMax", "yMax")]
                words.append(Word(number, *edges, word.text or ""))
        return words, sizes

    return read


def pages_in(pdf: bytes) -> int:
    return len(pypdf.PdfReader(io.BytesIO(pdf)).pages)


def given_in(value: Any) -> Iterator[str]:
    """Every text and day inside a document, as paper writes it."""
    if isinstance(value, Imprint):
        return  # a test of its own; a card has none
    if isinstance(value, RoughDate):
        yield value.text
    elif is_dataclass(value):
        for field in fields(value):
            yield from given_in(getattr(value, field.name))
    elif isinstance(value, tuple):
        for part in value:
            yield from given_in(part)
    elif isinstance(value, str):
        yield value.value if isinstance(value, Enum) else value


def days_in(value: Any) -> Iterator[date]:
    if isinstance(value, date) and not isinstance(value, datetime):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            yield from days_in(getattr(value, field.name))


def with_every_text(value: Any, text: str) -> Any:
    """The same document with `text` in the place of each text."""
    if isinstance(value, datetime | Enum):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        changes = {field.name: with_every_text(getattr(value, field.name), text) for field in fields(value)}
        return replace(value, **changes)
    if isinstance(value, tuple):
        return tuple(with_every_text(part, text) for part in value)
    return text if isinstance(value, str) else value


@ALL
def test_everything_that_was_given_is_on_the_paper(form: Form, raw_text_of: Any) -> None:
    found = raw_text_of(form.render(form.filled))
    said = found.replace("－", "")  # stands between the boxes of a record number
    for text in given_in(form.filled):
        assert "".join(text.split()) in said, text
    assert "…" not in found


@ALL
def test_days_are_written_with_year_month_and_day(form: Form, raw_text_of: Any) -> None:
    found = raw_text_of(form.render(form.filled))
    days = [chinese_date(day) for day in days_in(form.filled)]
    if days and "集中摸排" not in found:
        assert all(day in found for day in days), days


@ALL
def test_the_filled_and_the_empty_form_have_as_many_pages_as_the_field_prints(form: Form) -> None:
    assert pages_in(form.render(form.filled)) == form.pages
    assert pages_in(form.render(form.empty)) == form.pages_empty


@ALL
def test_the_empty_form_has_the_same_questions(form: Form, raw_text_of: Any) -> None:
    empty = raw_text_of(form.render(form.empty))
    assert "None" not in empty
    assert len(empty) > 20
    assert "王" not in empty


@ALL
@pytest.mark.parametrize("which", ["filled", "empty"])
def test_no_text_lies_on_another_or_beyond_the_edge(form: Form, which: str, words_of: Any) -> None:
    words, sizes = words_of(form.render(getattr(form, which)))
    assert words
    for word in words:
        width, height = sizes[word.page]
        assert word.left >= 20, word
        assert word.right <= width - 20, word
        assert word.top >= 8, word
        assert word.bottom <= height - 8, word
    for index, word in enumerate(words):
        for other in words[index + 1 :]:
            assert not word.lies_on(other), (word, other)


@ALL
def test_every_page_says_which_it_is_and_who_printed_it(form: Form, raw_text_of: Any) -> None:
    pdf = form.render(form.filled)
    found = raw_text_of(pdf)
    if "联系卡" in found:
        return
    assert len(re.findall(r"第\d+页共\d+页", found)) == pages_in(pdf)
    assert found.count("陈晓燕打印于2026-11-2114:30") == pages_in(pdf)


@ALL
def test_the_paper_has_its_title_and_language(form: Form) -> None:
    reader = pypdf.PdfReader(io.BytesIO(form.render(form.filled)))
    assert reader.metadata is not None
    assert reader.metadata.title
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"


@ALL
def test_equal_documents_are_equal_bytes(form: Form) -> None:
    assert form.render(form.filled) == form.render(form.filled)


@pytest.mark.parametrize("name", ["zero-report", "clue", "card", "plan"])
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_in_every_field_is_not_fatal(name: str, text: str) -> None:
    form = FORMS[name]
    assert pages_in(form.render(with_every_text(form.filled, text))) >= 1


@ALL
def test_hostile_marks_in_every_field_of_every_form_are_only_ink(form: Form) -> None:
    marks = "".join(text for text in HOSTILE if len(text) < 100)
    assert pages_in(form.render(with_every_text(form.filled, marks))) >= 1


@ALL
def test_a_document_with_a_moment_hours_later_is_another_paper(form: Form) -> None:
    later = replace(
        form.filled,
        imprint=replace(form.filled.imprint, printed_at=form.filled.imprint.printed_at + timedelta(hours=1)),
    )
    assert form.render(later) != form.render(form.filled)

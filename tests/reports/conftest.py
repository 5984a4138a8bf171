"""Reading printed papers back, with the tools that an office would use to search and copy them."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ReadPdf = Callable[[bytes], str]


@pytest.fixture
def text_of(tmp_path: Path) -> ReadPdf:
    """The text that pdftotext finds, without white space, so that layout does not matter."""

    def read(pdf: bytes) -> str:
        file = tmp_path / "paper.pdf"
        file.write_bytes(pdf)
        found = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, check=True)
        return "".join(found.stdout.decode().split())

    return read


@pytest.fixture
def layout_of(tmp_path: Path) -> Callable[[bytes], str]:
    """pdftohtml's XML: every piece of text with its font and size."""

    def read(pdf: bytes) -> str:
        file = tmp_path / "paper.pdf"
        file.write_bytes(pdf)
        command = ["pdftohtml", "-xml", "-i", "-stdout", "-zoom", "1", str(file)]
        return subprocess.run(command, capture_output=True, check=True).stdout.decode()

    return read

"""What is too large is refused in words that arrive: the body is taken to its end, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient

from app.core.web import MAX_BODY_BYTES, MAX_FORM_BYTES, MOST_THROWN_AWAY

ClientAs = Callable[[str], FlaskClient]


class Sent(BytesIO):
    """A body that knows how much of it was read."""

    read_bytes = 0

    def read(self, size: int | None = -1) -> bytes:
        part = super().read(-1 if size is None else size)
        self.read_bytes += len(part)
        return part


@pytest.mark.parametrize(
    ("media_type", "size"),
    [
        ("application/x-www-form-urlencoded", MAX_FORM_BYTES + 1),
        ("application/x-www-form-urlencoded", 9 * 1024 * 1024),
        ("multipart/form-data; boundary=x", MAX_BODY_BYTES + 1),
    ],
)
def test_a_body_that_is_too_large_is_read_to_its_end_and_refused_in_words(
    client_as: ClientAs, media_type: str, size: int
) -> None:
    sent = Sent(b"notes=" + b"a" * (size - 6))
    answer = client_as("doctor").post("/patients/new", input_stream=sent, content_length=size, content_type=media_type)
    assert (
        answer.status_code == 413 and "没有任何内容被保存" in answer.text and "文字太长的，缩短后再提交" in answer.text
    )
    assert sent.read_bytes == size <= MOST_THROWN_AWAY

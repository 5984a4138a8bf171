"""An office's mail server answers in every way: what each answer means, and that nothing uncertain counts as sent."""

from __future__ import annotations

import socketserver
from collections.abc import Mapping

import pytest

from app.messages.gateways import Parcel
from app.messages.gateways.mail import MailGateway
from app.messages.rules.outcomes import Outcome
from config import Sending
from tests.services.test_message_gateways import _served

PARCEL = Parcel(
    "0123456789abcdef012345", "【待办】截至11月21日，有 3 件事项逾期，请登录系统处理。", "doctor@example.cn"
)


def server(answers: Mapping[str, bytes]) -> type[socketserver.StreamRequestHandler]:
    """Says 250 to everything but what is given; an empty answer hangs up. `.` is the end of the letter."""

    class Smtp(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 ready\r\n")
            in_letter = False
            for raw in self.rfile:
                line = raw.decode().rstrip("\r\n")
                verb = "." if in_letter else line.split(" ")[0].upper()
                if in_letter and line != ".":
                    continue
                said = answers.get(verb, b"354 go on\r\n" if verb == "DATA" else b"250 ok\r\n")
                if not said:
                    return
                self.wfile.write(said)
                in_letter = verb == "DATA" and said.startswith(b"354")
                if verb == "QUIT":
                    return

    return Smtp


LOGIN = b"250-here\r\n250 AUTH LOGIN PLAIN\r\n"


@pytest.mark.parametrize(
    ("answers", "outcome", "code"),
    [
        ({}, Outcome.ACCEPTED, ""),
        ({"EHLO": LOGIN, "AUTH": b"235 welcome\r\n"}, Outcome.ACCEPTED, ""),
        ({"EHLO": LOGIN, "AUTH": b"535 wrong password\r\n"}, Outcome.ACCOUNT, "535"),
        ({"EHLO": b"", "HELO": b""}, Outcome.AWAY, ""),
        ({"RCPT": b"550 no such user\r\n"}, Outcome.REFUSED, ""),
        ({"MAIL": b"451 come back later\r\n"}, Outcome.BUSY, "451"),
        ({"MAIL": b"550 not from you\r\n"}, Outcome.REFUSED, "550"),
        ({"DATA": b"554 no letters today\r\n"}, Outcome.REFUSED, "554"),
        ({".": b"452 disk full\r\n"}, Outcome.BUSY, "452"),
        ({".": b""}, Outcome.UNKNOWN, ""),
        ({"QUIT": b""}, Outcome.ACCEPTED, ""),
    ],
)
def test_each_answer_of_the_mail_server_is_its_own_outcome(
    answers: dict[str, bytes], outcome: Outcome, code: str
) -> None:
    user = "anhu" if "AUTH" in answers else ""
    with _served(socketserver.ThreadingTCPServer(("127.0.0.1", 0), server(answers))) as port:
        said = gateway(port, "none", user).send(PARCEL)
    assert said.outcome is outcome
    assert said.code == (code or said.code)
    assert (said.status == "sent") == (outcome is Outcome.ACCEPTED)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_without_the_encryption_that_was_asked_for_nothing_leaves(security: str) -> None:
    with _served(socketserver.ThreadingTCPServer(("127.0.0.1", 0), server({}))) as port:
        assert gateway(port, security).send(PARCEL).outcome is Outcome.AWAY


def gateway(port: int, security: str, user: str = "") -> MailGateway:
    return MailGateway(
        Sending(
            staff="email", smtp_host="127.0.0.1", smtp_port=port, smtp_security=security, smtp_from="anhu@example.cn",
            smtp_user=user, smtp_password="secret" if user else "", timeout=5,
        )
    )  # fmt: skip

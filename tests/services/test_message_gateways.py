"""The doors: Twilio as its own description has it, a domestic provider by template and values, an office's webhook and e-mail."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socketserver
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from twilio.base.exceptions import TwilioException

from app.messages.gateways import Parcel, Trace, choose
from app.messages.gateways.tencent import TencentGateway
from app.messages.gateways.twilio import HttpClient, TwilioGateway
from app.messages.gateways.webhooks import WebhookGateway
from app.messages.rules.outcomes import Outcome, Sight
from config import ConfigurationError, Environment, Sending, Settings
from tests.conftest import NOW
from tests.rig.described import Description
from tests.rig.sms import PAGE, SENDER, SID, TOKEN

PARCEL = Parcel(
    tag="0123456789abcdef012345", text="您好，请致电0559-1234567。", to="+8613800138000", template_id="1234567",
    values=("11月23日", "0559-1234567"), report_to="https://anhu.example.cn/messages/reports/0123456789abcdef012345",
)  # fmt: skip


@dataclass
class Post:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Mock:
    url: str = ""
    posts: list[Post] = field(default_factory=list)


@contextmanager
def mock(answer: Callable[[Post], tuple[int, Any]]) -> Iterator[Mock]:
    """A server on loopback that answers by a function of the request."""
    found = Mock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            found.posts.append(Post(self.command, self.path, dict(self.headers), self.rfile.read(length)))
            status, said = answer(found.posts[-1])
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    with _served(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        found.url = f"http://127.0.0.1:{port}"
        yield found


@contextmanager
def _served(server: socketserver.BaseServer) -> Iterator[int]:
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])  # type: ignore[arg-type]  # an address of the internet
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def twilio(url: str, **more: Any) -> TwilioGateway:
    return TwilioGateway(
        Sending(sms="twilio", twilio_sid=SID, twilio_token=TOKEN, twilio_from=SENDER, twilio_url=url, **more)
    )


def test_requests_are_as_twilio_describes_them_and_its_own_examples_are_understood() -> None:
    """A mock that is nothing but the provider's description: it judges requests, and answers with the examples written there."""
    description = Description()

    def answer(post: Post) -> tuple[int, Any]:
        assert description.judge_address(urlsplit(post.path).path)
        assert post.headers["Authorization"] == "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
        if post.method == "POST":
            return 201, description.example("post", "201")
        return 200, description.example("get", "200") | {"next_page_uri": None}  # the example never ends

    with mock(answer) as found:
        gateway = twilio(found.url)
        sent = gateway.send(PARCEL)
        seen = gateway.look_up(Trace(PARCEL.tag, PARCEL.to, PARCEL.text, NOW))
    asked, listed = found.posts
    assert description.judge_form(dict(parse_qsl(asked.body.decode()))) == []
    assert dict(parse_qsl(asked.body.decode())) == {
        "To": PARCEL.to, "From": SENDER, "Body": PARCEL.text, "StatusCallback": PARCEL.report_to, "ValidityPeriod": "14400",
    }  # fmt: skip
    assert description.judge_query(dict(parse_qsl(urlsplit(listed.path).query))) == []
    assert (sent.outcome, sent.status) == (Outcome.ACCEPTED, "queued")
    assert sent.provider_id == description.example("post", "201")["sid"]
    assert seen.sight is Sight.ABSENT  # the example's words are not ours
    # the judge itself is awake
    assert description.judge_form({"Too": "x"}) and description.judge_form({"To": "x", "ValidityPeriod": "soon"})
    assert description.judge_answer("post", {"sid": 5})


def test_the_client_asks_no_host_but_twilios_and_reads_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_REGION", "somewhere")
    client = HttpClient("http://127.0.0.1:9", 1)
    with pytest.raises(TwilioException):
        client.request("GET", "https://evil.example.com/2010-04-01")
    with mock(lambda _post: (201, Description().example("post", "201"))) as found:
        assert twilio(found.url).send(PARCEL).outcome is Outcome.ACCEPTED
        assert found.posts[0].path == PAGE
    assert twilio("http://127.0.0.1:9").send(PARCEL).outcome is Outcome.AWAY  # nobody listens there


def tencent(url: str) -> TencentGateway:
    return TencentGateway(
        Sending(
            sms="tencent", tencent_id="id", tencent_key="key", tencent_app="1400006666", tencent_sign="安和县便民服务", tencent_url=url
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ({"SendStatusSet": [{"SerialNo": "2:16", "Code": "Ok"}]}, Outcome.ACCEPTED),
        ({"SendStatusSet": [{"SerialNo": "", "Code": "LimitExceeded.DeliveryFrequencyLimit"}]}, Outcome.BUSY),
        ({"SendStatusSet": [{"SerialNo": "", "Code": "LimitExceeded.PhoneNumberDailyLimit"}]}, Outcome.REFUSED),
        ({"SendStatusSet": [{"SerialNo": "", "Code": "FailedOperation.PhoneNumberInBlacklist"}]}, Outcome.STOPPED),
        ({"Error": {"Code": "FailedOperation.InsufficientBalanceInSmsPackage", "Message": ""}}, Outcome.ACCOUNT),
        ({"Error": {"Code": "AuthFailure.SignatureFailure", "Message": ""}}, Outcome.ACCOUNT),
        ({"Error": {"Code": "InternalError.Timeout", "Message": ""}}, Outcome.UNKNOWN),
        ({"SendStatusSet": []}, Outcome.UNKNOWN),
    ],
)
def test_a_domestic_provider_gets_a_template_and_values_and_never_words(said: dict[str, Any], outcome: Outcome) -> None:
    with mock(lambda _post: (200, {"Response": said | {"RequestId": "1"}})) as found:
        assert tencent(found.url).send(PARCEL).outcome is outcome
    [post] = found.posts
    assert json.loads(post.body) == {
        "PhoneNumberSet": ["+8613800138000"], "SmsSdkAppId": "1400006666", "SignName": "安和县便民服务", "TemplateId": "1234567",
        "TemplateParamSet": ["11月23日", "0559-1234567"], "SessionContext": PARCEL.tag,
    }  # fmt: skip


def test_what_a_domestic_network_reported_is_found_by_our_own_tag_and_all_else_is_doubt() -> None:
    rows = [
        {"SerialNo": "1", "ReportStatus": "SUCCESS", "SessionContext": "another"},
        {"SerialNo": "2", "ReportStatus": "FAIL", "SessionContext": PARCEL.tag},
    ]
    trace = Trace(PARCEL.tag, PARCEL.to, PARCEL.text, NOW)
    with mock(lambda _post: (200, {"Response": {"PullSmsSendStatusSet": rows, "RequestId": "1"}})) as found:
        seen = tencent(found.url).look_up(trace)
        assert (seen.sight, seen.provider_id, seen.status) == (Sight.SEEN, "2", "undelivered")
        unseen = tencent(found.url).look_up(replace(trace, tag="nobody", called_at=NOW - timedelta(days=1)))
        assert unseen.sight is Sight.IN_DOUBT
    assert tencent("http://127.0.0.1:9").look_up(trace).sight is Sight.IN_DOUBT
    assert tencent("http://127.0.0.1:9").send(PARCEL).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "feishu"])
def test_an_offices_group_gets_one_line_signed_as_its_robot_asks(kind: str) -> None:
    answers = iter([(200, {"errcode": 0, "code": 0}), (200, {"errcode": 45009}), (404, {}), (500, {}), (200, {})])
    with mock(lambda _post: next(answers)) as found:
        gateway = choose(Sending(staff=kind, webhook_url=found.url + "/robot?key=1", webhook_secret="SEC")).staff
        assert isinstance(gateway, WebhookGateway)
        outcomes = [gateway.send(PARCEL).outcome for _ in range(5)]
    assert outcomes == [Outcome.ACCEPTED, Outcome.BUSY, Outcome.ACCOUNT, Outcome.UNKNOWN, Outcome.UNKNOWN]
    post = found.posts[0]
    body, query = json.loads(post.body), parse_qs(urlsplit(post.path).query)
    assert PARCEL.text in (body.get("text") or body.get("content"))[("content" if kind != "feishu" else "text")]
    if kind == "dingtalk":
        wanted = hmac.new(b"SEC", f"{query['timestamp'][0]}\nSEC".encode(), hashlib.sha256).digest()
        assert query["sign"] == [base64.b64encode(wanted).decode()]
    if kind == "feishu":
        wanted = hmac.new(f"{body['timestamp']}\nSEC".encode(), b"", hashlib.sha256).digest()
        assert body["sign"] == base64.b64encode(wanted).decode()
    nobody = choose(Sending(staff=kind, webhook_url="http://127.0.0.1:9/")).staff
    assert nobody is not None
    assert nobody.send(PARCEL).outcome is Outcome.AWAY
    with babbling() as url:
        gateway = choose(Sending(staff=kind, webhook_url=url)).staff
        assert gateway is not None
        assert gateway.send(PARCEL).outcome is Outcome.UNKNOWN


@contextmanager
def babbling() -> Iterator[str]:
    """Something that listens there and does not speak HTTP."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.rfile.readline()
            self.wfile.write(b"garbage\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def test_an_alert_goes_by_e_mail_through_the_offices_own_server() -> None:
    received: list[str] = []

    class Smtp(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 ready\r\n")
            in_letter = False
            for raw in self.rfile:
                line = raw.decode().rstrip("\r\n")
                if in_letter:
                    received.append(line)
                    in_letter = line != "."
                    if not in_letter:
                        self.wfile.write(b"250 taken\r\n")
                    continue
                verb = line[:4].upper()
                in_letter = verb == "DATA"
                refused = verb == "RCPT" and "nobody" in line
                self.wfile.write(
                    b"354 go on\r\n" if in_letter else b"550 no such user\r\n" if refused else b"250 ok\r\n"
                )
                if verb == "QUIT":
                    return

    with _served(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Smtp)) as port:
        sending = Sending(
            staff="email", smtp_host="127.0.0.1", smtp_port=port, smtp_security="none", smtp_from="anhu@example.cn"
        )
        gateway = choose(sending).staff
        assert gateway is not None
        assert gateway.send(replace(PARCEL, to="doctor@example.cn")).outcome is Outcome.ACCEPTED
        assert gateway.send(replace(PARCEL, to="nobody@example.cn")).outcome is Outcome.REFUSED
    assert any(line.startswith("To: doctor@example.cn") for line in received)
    assert gateway.send(PARCEL).outcome is Outcome.AWAY


def test_nothing_is_sent_until_the_settings_say_so_and_in_production_only_under_encryption(tmp_path: Any) -> None:
    plain = {"ANHU_ENV": Environment.TEST.value, "ANHU_INSTANCE": str(tmp_path)}
    assert choose(Settings.from_environ(plain).sending).all == ()
    for wrong, says in (
        ({"ANHU_SMS": "pigeon"}, "ANHU_SMS"),
        ({"ANHU_SMS": "twilio"}, "TWILIO_ACCOUNT_SID"),
        ({"ANHU_SMS": "twilio", "TWILIO_ACCOUNT_SID": "a", "TWILIO_AUTH_TOKEN": "b"}, "TWILIO_FROM"),
        ({"ANHU_STAFF_ALERTS": "wecom"}, "ANHU_STAFF_WEBHOOK_URL"),
        ({"ANHU_SMS_PER_SECOND": "many"}, "ANHU_SMS_PER_SECOND"),
        ({"ANHU_SMTP_SECURITY": "maybe"}, "ANHU_SMTP_SECURITY"),
    ):
        with pytest.raises(ConfigurationError, match=says):
            Settings.from_environ(plain | wrong)

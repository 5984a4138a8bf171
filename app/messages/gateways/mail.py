"""Alerts to staff by e-mail, through the office's own server."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import make_msgid

from app.messages.gateways.protocol import Parcel
from app.messages.rules.outcomes import Answer, Outcome
from config import Sending

SUBJECT = "待办提醒"


class MailGateway:
    name = "email"
    needs_template = False

    def __init__(self, sending: Sending) -> None:
        self._sending = sending

    def send(self, parcel: Parcel) -> Answer:
        letter = EmailMessage()
        letter["Subject"], letter["From"], letter["To"] = SUBJECT, self._sending.smtp_from, parcel.to
        letter["Message-ID"] = make_msgid(parcel.tag, "anhu")
        letter.set_content(parcel.text)
        outcome = Outcome.AWAY  # of a connection that breaks now
        try:
            with self._connected() as server:
                if self._sending.smtp_user:
                    server.login(self._sending.smtp_user, self._sending.smtp_password)
                outcome = Outcome.UNKNOWN
                server.send_message(letter)
                outcome = Outcome.ACCEPTED
        except smtplib.SMTPRecipientsRefused:
            return Answer(Outcome.REFUSED)
        except smtplib.SMTPAuthenticationError as refused:
            return Answer(Outcome.ACCOUNT, code=str(refused.smtp_code))
        except smtplib.SMTPResponseException as refused:
            return Answer(Outcome.BUSY if refused.smtp_code < 500 else Outcome.REFUSED, code=str(refused.smtp_code))
        except (OSError, smtplib.SMTPException):
            pass
        is_accepted = outcome is Outcome.ACCEPTED
        return Answer(
            outcome, letter["Message-ID"].strip("<>")[:64] if is_accepted else None, "sent" if is_accepted else None
        )

    def _connected(self) -> smtplib.SMTP:
        sending = self._sending
        if sending.smtp_security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(sending.smtp_host, sending.smtp_port, timeout=sending.timeout, context=context)
        server = smtplib.SMTP(sending.smtp_host, sending.smtp_port, timeout=sending.timeout)
        if sending.smtp_security == "starttls":
            server.starttls(context=ssl.create_default_context())
        return server

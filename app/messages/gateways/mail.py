"""Alerts to staff by e-mail, through the office's own server."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
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
        try:
            server = self._connected()
        except smtplib.SMTPAuthenticationError as refused:
            return Answer(Outcome.ACCOUNT, code=str(refused.smtp_code))
        except (OSError, smtplib.SMTPException):
            return Answer(Outcome.AWAY)
        try:
            server.send_message(letter)
        except smtplib.SMTPRecipientsRefused:
            return Answer(Outcome.REFUSED)
        except smtplib.SMTPResponseException as refused:
            return Answer(Outcome.BUSY if refused.smtp_code < 500 else Outcome.REFUSED, code=str(refused.smtp_code))
        except (OSError, smtplib.SMTPException):
            return Answer(Outcome.UNKNOWN)
        finally:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
        return Answer(Outcome.ACCEPTED, letter["Message-ID"].strip("<>")[:64], "sent")

    def _connected(self) -> smtplib.SMTP:
        sending = self._sending
        if sending.smtp_security == "tls":
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                sending.smtp_host, sending.smtp_port, timeout=sending.timeout, context=context
            )
        else:
            server = smtplib.SMTP(sending.smtp_host, sending.smtp_port, timeout=sending.timeout)
        try:
            server.ehlo_or_helo_if_needed()
            if sending.smtp_security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if sending.smtp_user:
                server.login(sending.smtp_user, sending.smtp_password)
        except BaseException:
            server.close()  # whoever is not let in does not keep the line open
            raise
        return server

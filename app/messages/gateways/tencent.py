"""Tencent Cloud's text messages, by its official client (`pip install anhu[tencent]`): a registered template and its values, no words.

Mainland networks take only templates and signatures that the provider has registered; the words are the provider's copy of ours.
"""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.sms.v20210111.models import PullSmsSendStatusByPhoneNumberRequest, SendSmsRequest
from tencentcloud.sms.v20210111.sms_client import SmsClient

from app.messages.gateways.protocol import Parcel, Trace
from app.messages.rules.outcomes import Answer, Found, Outcome, Sight
from config import Sending

ACCEPTED = "Ok"
BUSY = ("LimitExceeded", "RequestLimitExceeded")
ACCOUNT = ("AuthFailure", "UnauthorizedOperation", "FailedOperation.InsufficientBalanceInSmsPackage")
STOPPED = ("FailedOperation.PhoneNumberInBlacklist",)
# the client's own words for a connection that broke: it does not say when, so nobody knows
UNKNOWN = ("ClientNetworkError", "ServerNetworkError", "InternalError", "ClientParamsError")
CLOCKS_DIFFER, REPORTS_TAKE = timedelta(minutes=2), timedelta(minutes=30)
MOST_REPORTS = 100


class TencentGateway:
    name = "tencent"
    needs_template = True

    def __init__(self, sending: Sending) -> None:
        self._app, self._sign = sending.tencent_app, sending.tencent_sign
        address = urlsplit(sending.tencent_url)
        http = HttpProfile(
            protocol=address.scheme or "https", endpoint=address.netloc or None, reqTimeout=int(sending.timeout)
        )
        self._client = SmsClient(
            Credential(sending.tencent_id, sending.tencent_key),
            sending.tencent_region,
            ClientProfile(httpProfile=http),
        )

    def send(self, parcel: Parcel) -> Answer:
        request = SendSmsRequest()
        request.PhoneNumberSet = [parcel.to]
        request.SmsSdkAppId, request.SignName = self._app, self._sign
        request.TemplateId, request.TemplateParamSet = parcel.template_id, list(parcel.values)
        request.SessionContext = parcel.tag
        try:
            said = self._client.SendSms(request)
        except TencentCloudSDKException as refused:
            return Answer(_outcome(str(refused.code or "")), code=_short(refused.code))
        states = said.SendStatusSet or []
        if len(states) != 1:
            return Answer(Outcome.UNKNOWN)
        if states[0].Code == ACCEPTED:
            return Answer(Outcome.ACCEPTED, str(states[0].SerialNo)[:64], "sent")
        return Answer(_outcome(str(states[0].Code)), code=_short(states[0].Code))

    def look_up(self, trace: Trace) -> Found:
        """Its list holds what networks have reported: who stands there was sent, who does not may have been."""
        request = PullSmsSendStatusByPhoneNumberRequest()
        request.BeginTime = int((trace.called_at - CLOCKS_DIFFER).timestamp())
        request.EndTime = int((trace.called_at + REPORTS_TAKE).timestamp())
        request.Offset, request.Limit = 0, MOST_REPORTS
        request.PhoneNumber, request.SmsSdkAppId = trace.to, self._app
        try:
            listed = self._client.PullSmsSendStatusByPhoneNumber(request).PullSmsSendStatusSet or []
        except TencentCloudSDKException:
            return Found(Sight.IN_DOUBT)
        for one in listed:
            if one.SessionContext == trace.tag:
                status = "delivered" if one.ReportStatus == "SUCCESS" else "undelivered"
                return Found(Sight.SEEN, str(one.SerialNo)[:64], status)
        return Found(Sight.IN_DOUBT)


def _outcome(code: str) -> Outcome:
    for outcome, beginnings in (
        (Outcome.STOPPED, STOPPED),
        (Outcome.ACCOUNT, ACCOUNT),
        (Outcome.UNKNOWN, UNKNOWN),
    ):
        if code.startswith(beginnings):
            return outcome
    if code.startswith(BUSY):
        # a limit of this number's own day is no reason to leave everybody waiting
        return Outcome.REFUSED if "PhoneNumber" in code else Outcome.BUSY
    return Outcome.REFUSED


def _short(code: object) -> str | None:
    return str(code).rsplit(".", 1)[-1][:16] if code else None

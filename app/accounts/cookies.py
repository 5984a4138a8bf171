"""What a browser keeps for us: who is signed in, the language, and that it is a browser that was let in before."""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.sessions import COOKIE
from app.accounts.sign_in import KnownDevice
from config import Settings

DEVICE_COOKIE = "anhu_device"
DEVICE_FOR = timedelta(days=180)
LANGUAGE_COOKIE = "anhu_language"
LANGUAGE_FOR = timedelta(days=365)


def set_session_cookie(response: BaseResponse, token: str) -> None:
    """Ends with the browser; the server's own limits are shorter."""
    response.set_cookie(COOKIE, token, secure=_is_https(), httponly=True, samesite="Lax")


def drop_session_cookie(response: BaseResponse) -> None:
    response.delete_cookie(COOKIE, secure=_is_https(), httponly=True, samesite="Lax")


def set_language_cookie(response: BaseResponse, language: str) -> None:
    _set_cookie(response, LANGUAGE_COOKIE, language, LANGUAGE_FOR)


def set_device_cookie(response: BaseResponse, user_public_id: str) -> None:
    value = _device_signer().dumps([user_public_id, secrets.token_urlsafe(12)])
    _set_cookie(response, DEVICE_COOKIE, str(value), DEVICE_FOR)


def known_device() -> KnownDevice | None:
    """The device cookie, if it is one of ours; a forged one is as good as none."""
    try:
        user_public_id, device_id = _device_signer().loads(request.cookies.get(DEVICE_COOKIE, ""))
    except (BadSignature, ValueError, TypeError):
        return None
    return KnownDevice(str(user_public_id), str(device_id))


def _set_cookie(response: BaseResponse, name: str, value: str, lifetime: timedelta) -> None:
    response.set_cookie(name, value, max_age=lifetime, secure=_is_https(), httponly=True, samesite="Lax")


def _device_signer() -> URLSafeSerializer:
    return URLSafeSerializer(_settings().secret_key, salt="anhu.device")


def _is_https() -> bool:
    return _settings().is_https


def _settings() -> Settings:
    settings: Settings = current_app.extensions["anhu.settings"]
    return settings

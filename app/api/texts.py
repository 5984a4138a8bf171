"""Sentences of the interface for other systems."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    "api.key.unnamed": N_("请写明是哪个系统使用"),
    "api.key.enough": N_("这家单位已有 %(most)s 把有效的密钥，请先停用不再使用的"),
    "api.key.revoked_already": N_("这把密钥已经停用"),
    "api.unauthorised": N_("没有密钥，或密钥无效、已停用、已过期"),
    "api.malformed": N_("请求不是有效的 JSON"),
    "api.no_such_request": N_("这个地址不接受这样的请求"),
    "api.too_large": N_("内容过大"),
    "api.unreadable": N_("内容不符合接口说明"),
    # what the audit calls each act
    "api.key_made": N_("发放接口密钥"),
    "api.key_revoked": N_("停用接口密钥"),
}
register(TEXTS)

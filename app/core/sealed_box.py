"""Boxes that anybody can close and one key opens: how a phone keeps finished forms that it cannot read itself any more.

ECDH on P-256 with a key made for the one box, HKDF-SHA-256, AES-256-GCM; the place is bound in twice, as the key's purpose and as
associated data. The other half is `app/static/field/crypto.js`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.core.crypto import KeyUnavailable

PURPOSE = "anhu-box:"
KEY_BYTES = 32
_CURVE = ec.SECP256R1()


@dataclass(frozen=True)
class BoxKey:
    """`private` (32 bytes) opens what `public` (65 bytes, an uncompressed point) closes."""

    private: bytes
    public: bytes


def new_box_key() -> BoxKey:
    key = ec.generate_private_key(_CURVE)
    private = key.private_numbers().private_value.to_bytes(KEY_BYTES, "big")
    return BoxKey(private, key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def close_box(public: bytes, content: bytes, place: str, nonce: bytes) -> dict[str, str]:
    """What the phone does, for tests and for other systems."""
    once = ec.generate_private_key(_CURVE)
    shared = once.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, public))
    point = once.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    sealed = AESGCM(_key(shared, place)).encrypt(nonce, content, place.encode())
    return {"e": to_text(point), "n": to_text(nonce), "c": to_text(sealed)}


def open_box(private: bytes, box: Mapping[str, object], place: str) -> bytes:
    """The content; raises `KeyUnavailable` for a box that is none, or was closed for another key or place."""
    try:
        point, nonce, sealed = (from_text(str(box[name])) for name in ("e", "n", "c"))
        sender = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, point)
        own = ec.derive_private_key(int.from_bytes(private, "big"), _CURVE)
        return AESGCM(_key(own.exchange(ec.ECDH(), sender), place)).decrypt(nonce, sealed, place.encode())
    except (KeyError, ValueError, InvalidTag):
        raise KeyUnavailable("a box does not open") from None


def device_place(what: str, device: str) -> str:
    """Where a phone's own keys are sealed to: `part` (the server's part of its store's key) or `opening` (what opens its boxes)."""
    return f"devices.{what}:{device}"


def to_text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def from_text(text: str) -> bytes:
    """ValueError for what is no base64."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as broken:
        raise ValueError("no base64") from broken


def _key(shared: bytes, place: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=(PURPOSE + place).encode()).derive(shared)

"""The running application's keyring; for edges, which hand it down."""

from __future__ import annotations

from typing import cast

from flask import current_app

from app.core.crypto import Keyring


def current_keyring() -> Keyring:
    return cast(Keyring, current_app.extensions["anhu.keyring"])

"""Handing out a file that was kept: its bytes as they are, and who fetched it on record."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from flask import Response, send_file
from sqlalchemy.orm import Session

from app.audit.service import note
from app.core.access import current_actor
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.files import open_file
from app.core.keys import current_keyring
from app.core.models import KeptFile


def hand_out_kept(find: Callable[[Session], KeptFile], action: str) -> Response:
    """What `find` answers, to be saved; each fetch is noted as `action`."""
    with transaction() as session:
        file = find(session)
        content = open_file(session, current_keyring(), file)
        note(
            session,
            current_actor(),
            action,
            now=current_clock().now(),
            subject=("file", file.public_id),
            area_code=file.area_code,
            detail={"kind": file.kind, "sha256": file.sha256},
        )
        name, media_type = file.name, file.media_type
    return send_file(BytesIO(content), mimetype=media_type, as_attachment=True, download_name=name)

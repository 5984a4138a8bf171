"""Static files at an address that names their bytes, so that a browser asks for each only once; text packed small for slow networks.

The address is `/static/v<digest>/<file>`: another byte in any file is another address for all. Modules that import each other by
`./name.js` stay together that way. Without the digest a file is answered too, and asked for again each time.
"""

from __future__ import annotations

import gzip
import hashlib
import secrets
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request, send_from_directory

ENDPOINT = "static"
FOR_GOOD = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
# one letter and twelve hexadecimal digits
_VERSION_LENGTH = 13
# below this a packet holds the answer anyway
SHORTEST_PACKED = 1000
# A page names people and repeats what was asked for; a length that varies by chance tells a listener nothing (BREACH; the remedy is
# "Heal the BREACH", Palacios and others, IEEE Access 2022).
_MOST_PADDING = 64
_PAGE_LEVEL, _FILE_LEVEL = 5, 9
_WITHOUT_BODY = frozenset({204, 206, 304})
_PACKED_TYPES = frozenset(
    {"application/json", "application/javascript", "application/manifest+json", "image/svg+xml", "text/javascript"}
)


def init_app(app: Flask) -> None:
    version = _digest(Path(app.static_folder or ""))
    app.extensions["anhu.static_version"] = version
    app.view_functions[ENDPOINT] = send_asset
    app.add_url_rule(f"/static/<string(length={_VERSION_LENGTH}):version>/<path:filename>", ENDPOINT, send_asset)
    app.url_defaults(_name_the_version)
    app.after_request(_pack)


def send_asset(filename: str, version: str | None = None) -> Response:
    """A file of the static folder. One of an earlier version is answered as it is now, and not kept."""
    response = send_from_directory(_folder(), filename)
    etag, _is_weak = response.get_etag()
    if etag:
        response.set_etag(etag, weak=True)  # the same for the packed and the plain bytes
    response.headers["Cache-Control"] = FOR_GOOD if version == _version() else ASK_AGAIN
    if response.status_code != 200 or not _takes_gzip() or not _is_text(response):
        return response
    response.close()
    headers = [(name, value) for name, value in response.headers if name != "Content-Length"]
    packed = Response(_packed_file(_folder(), filename, _version()), headers=headers)
    packed.content_encoding = "gzip"
    return packed


def _name_the_version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == ENDPOINT:
        values.setdefault("version", _version())


def _pack(response: Response) -> Response:
    if not _is_text(response):
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code in _WITHOUT_BODY or response.content_encoding or not _takes_gzip():
        return response
    if not response.is_streamed and not response.direct_passthrough and len(response.get_data()) >= SHORTEST_PACKED:
        response.set_data(_packed_page(response.get_data()))
        response.content_encoding = "gzip"
    return response


def _takes_gzip() -> bool:
    return request.accept_encodings["gzip"] > 0


def _is_text(response: Response) -> bool:
    kind = response.mimetype or ""
    return kind.startswith("text/") or kind in _PACKED_TYPES


def _packed_page(plain: bytes) -> bytes:
    """The padding stands in the field for a file's name, which readers pass over."""
    packed = BytesIO()
    padding = secrets.token_hex(_MOST_PADDING)[: secrets.randbelow(_MOST_PADDING + 1)]
    with gzip.GzipFile(padding, "wb", _PAGE_LEVEL, packed, mtime=0) as file:
        file.write(plain)
    return packed.getvalue()


@lru_cache(maxsize=64)
def _packed_file(folder: str, filename: str, _version: str) -> bytes:
    """Packed once a process. `filename` has been found inside the folder."""
    return gzip.compress((Path(folder) / filename).read_bytes(), _FILE_LEVEL, mtime=0)


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return f"v{digest.hexdigest()[: _VERSION_LENGTH - 1]}"


def _folder() -> str:
    return current_app.static_folder or ""


def _version() -> str:
    version: str = current_app.extensions["anhu.static_version"]
    return version

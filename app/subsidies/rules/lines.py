"""The canonical form of a frozen line, which its digest is taken over."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

# The version of the rules of this folder; a run keeps the one that its lines were decided under. Since 2026.2 a patient whom no
# clinician has met for too long is held; before, the line was paid with a remark. With 2026.3 come what other offices say, duty checks,
# accounts vouched for, corrections and days projected to the year's end: facts that earlier lines do not have and are decided without.
RULE_VERSION = "2026.3"
PAYS_UNSEEN = frozenset({"2026.1"})


def line_digest(
    decision: str, amount_fen: int, days: int, reasons: Sequence[Mapping[str, Any]], snapshot: Mapping[str, Any]
) -> str:
    """SHA-256 of one line: what it pays, why, and everything it was decided from. Equal lines have equal digests."""
    return kept_digest(decision, amount_fen, days, _CANONICAL.encode(list(reasons)), _CANONICAL.encode(dict(snapshot)))


def kept_digest(decision: str, amount_fen: int, days: int, reasons: str, snapshot: str) -> str:
    """The same from the two texts as they are kept: what stands there is proved byte by byte, and nothing has to be read."""
    text = f'{{"amount_fen":{amount_fen:d},"days":{days:d},"decision":{_CANONICAL.encode(str(decision))},"reasons":{reasons},"snapshot":{snapshot}}}'
    return hashlib.sha256(text.encode()).hexdigest()


def kept_value(snapshot: str, key: str) -> Any:
    """What a kept text says at the first place of a key, None where it does not have it; the rest is not parsed. No text inside it can be
    taken for a key: its quotes are escaped.
    """
    name = f'"{key}":'
    at = snapshot.find(name)
    return None if at < 0 else _DECODER.raw_decode(snapshot, at + len(name))[0]


_DECODER = json.JSONDecoder()
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))

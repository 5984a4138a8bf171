"""Why a payment is new, gone or other than the period before: read from the two frozen lines, never guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core.money import Money
from app.core.reasons import Reason, reason
from app.subsidies.rules.decision import LineState

# Reasons that say why money is due or what it comes to, not why it is not paid.
_BESIDE = ("subsidies.due.", "subsidies.amount.", "subsidies.flag.", "subsidies.excluded.")


@dataclass(frozen=True)
class Side:
    """One of the two lines: what was decided, with its reasons and its snapshot. `is_live` False: withheld or returned."""

    decision: LineState
    is_live: bool
    reasons: tuple[Reason, ...]
    snapshot: Mapping[str, Any]
    is_other_payee: bool = False


def why_new(then: Side | None, agreement_number: str, agreement_from: date, before_ends: date) -> tuple[Reason, ...]:
    """Paid now and not before. `then` is the line of the period before that did not pay; `before_ends` that period's last day."""
    if then is not None and then.decision is LineState.PAY:
        return (reason("subsidies.difference.came_back"),)
    if then is not None:
        return (_not_paid(f"subsidies.difference.was_{_word(then)}", then.reasons),)
    if agreement_from > before_ends:
        return (reason("subsidies.difference.agreement_new", number=agreement_number, since=agreement_from),)
    return (reason("subsidies.difference.not_listed_then"),)


def why_gone(now: Side | None, agreement_number: str, agreement_ends: date, starts: date) -> tuple[Reason, ...]:
    """Paid before and not now. `starts` is this period's first day."""
    if now is not None and now.decision is LineState.PAY:
        return (reason("subsidies.difference.ended_now"),)
    if now is not None:
        return (_not_paid(f"subsidies.difference.is_{_word(now)}", now.reasons),)
    if agreement_ends < starts:
        return (reason("subsidies.difference.agreement_over", number=agreement_number, on=agreement_ends),)
    return (reason("subsidies.difference.not_listed_now"),)


def why_changed(then: Side, now: Side) -> tuple[Reason, ...]:
    """Paid both times, to another payee or another amount."""
    found = tuple(_changes(then, now))
    return found or (reason("subsidies.difference.other"),)


def _changes(then: Side, now: Side) -> Iterator[Reason]:
    if now.is_other_payee:
        yield reason("subsidies.difference.payee")
    was, is_now = _computed(then), _computed(now)
    if not was or not is_now:
        yield reason("subsidies.difference.opening")
        return
    if was["annual_fen"] != is_now["annual_fen"]:
        yield reason("subsidies.difference.annual", was=Money(was["annual_fen"]), now=Money(is_now["annual_fen"]))
    before, after = _deducted(was), _deducted(is_now)
    for kind in sorted(before.keys() | after.keys()):
        if before.get(kind, 0) != after.get(kind, 0):
            days = {"then": before.get(kind, 0), "now": after.get(kind, 0)}
            yield reason("subsidies.difference.days", why=reason(f"subsidies.difference.kind.{kind}"), **days)
    if _share(then) != _share(now):
        yield reason("subsidies.difference.share", was=_share(then), now=_share(now))


def _not_paid(code: str, reasons: Sequence[Reason]) -> Reason:
    """The first reason that speaks against paying; an excluded day counts where nothing else does."""
    against = [one for one in reasons if not one.code.startswith(_BESIDE)] or list(reasons)
    return reason(code, why=against[0]) if against else reason("subsidies.difference.other")


def _word(side: Side) -> str:
    return "held" if side.decision is LineState.HOLD else "refused"


def _computed(side: Side) -> Mapping[str, Any]:
    """What the line was computed from; empty for payments made before the county came to us, which have an amount only."""
    found: Mapping[str, Any] = side.snapshot.get("computation") or {}
    return found if "annual_fen" in found else {}


def _deducted(computation: Mapping[str, Any]) -> dict[str, int]:
    return {one["kind"]: one["days"] for one in computation.get("deductions", ())}


def _share(side: Side) -> int:
    return int(side.snapshot.get("policy", {}).get("terms", {}).get("first_share", 100))

"""Rates as people print them (domain C10)."""

from __future__ import annotations

from decimal import Decimal


def rate(numerator: int, denominator: int, decimals: int = 2) -> str | None:
    """Per cent, rounded half up to so many decimals: `"86.40"`; None (printed —) when nothing is counted."""
    if denominator == 0:
        return None
    doubled = 2 * 100 * 10**decimals * abs(numerator)
    units = (doubled // abs(denominator) + 1) // 2
    negative = units and (numerator < 0) != (denominator < 0)
    return format(Decimal(-units if negative else units).scaleb(-decimals), "f")

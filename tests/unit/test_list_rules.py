"""What another office's list means for a line, by the rules alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.core.quarter import Quarter
from app.subsidies.rules.checks import (
    HitKind,
    HitState,
    Known,
    Listed,
    ListKind,
    Standing,
    asks,
    list_flags,
    list_holds,
    standing_of,
)
from app.subsidies.rules.days import DayFacts, Stay
from app.subsidies.rules.policy import DayRule

AGREEMENT = DayFacts(agreement_from=date(2026, 1, 1), agreement_to=date(2026, 12, 31))
KNOWN = Known(Quarter(2026, 3), AGREEMENT, None, DayRule.EXCLUDE, DayRule.EXCLUDE)
DEAD = Listed(ListKind.FUNERAL, HitKind.HIT, HitState.OPEN, date(2026, 9, 30), "list", date(2026, 8, 15))


def known(**days: object) -> Known:
    return replace(KNOWN, days=replace(AGREEMENT, **days))  # type: ignore[arg-type]  # names are the facts' own


def a(kind: ListKind, first: date | None, last: date | None = None, **more: object) -> Listed:
    return replace(DEAD, kind=kind, from_on=first, to_on=last, **more)  # type: ignore[arg-type]  # names are its own


@pytest.mark.parametrize(
    ("one", "facts", "is_asked"),
    [
        # a death: the day itself counts, so the last day of the quarter costs nothing
        (a(ListKind.FUNERAL, date(2026, 9, 30)), KNOWN, False),
        (a(ListKind.FUNERAL, date(2026, 9, 29)), KNOWN, True),
        (a(ListKind.DEREGISTERED, None), KNOWN, True),
        (a(ListKind.DEREGISTERED, None), known(died_on=date(2026, 9, 1)), False),
        (a(ListKind.FUNERAL, date(2026, 3, 1)), known(died_on=date(2026, 5, 1)), False),
        # hospital: admission and discharge day count
        (a(ListKind.IN_HOSPITAL, date(2026, 8, 1), date(2026, 8, 2)), KNOWN, False),
        (a(ListKind.IN_HOSPITAL, date(2026, 8, 1), date(2026, 8, 3)), KNOWN, True),
        (a(ListKind.IN_HOSPITAL, date(2026, 9, 20)), KNOWN, True),
        (
            a(ListKind.IN_HOSPITAL, date(2026, 8, 1), date(2026, 8, 20)),
            known(inpatient=(Stay(date(2026, 7, 30)),)),
            False,
        ),
        (
            a(ListKind.IN_HOSPITAL, date(2026, 8, 1), date(2026, 8, 20)),
            replace(KNOWN, inpatient_days=DayRule.INCLUDE),
            False,
        ),
        # custody: only the day of release counts
        (a(ListKind.IN_CUSTODY, date(2026, 8, 1), date(2026, 8, 2)), KNOWN, True),
        (a(ListKind.IN_CUSTODY, date(2026, 8, 1), date(2026, 8, 2)), known(custody=(Stay(date(2026, 8, 1)),)), False),
        # moved away
        (a(ListKind.MOVED_OUT, date(2026, 8, 1)), KNOWN, True),
        (a(ListKind.MOVED_OUT, date(2026, 8, 1)), known(left_on=date(2026, 8, 1)), False),
        (a(ListKind.MOVED_OUT, date(2026, 10, 1)), KNOWN, False),
        # what no agreement covers is not paid anyway
        (a(ListKind.FUNERAL, date(2026, 8, 15)), known(agreement_to=date(2026, 8, 1)), False),
        # payees
        (replace(DEAD, is_payee=True, from_on=date(2026, 11, 1)), KNOWN, True),
        (replace(DEAD, is_payee=True), replace(KNOWN, payee_died_on=date(2026, 8, 15)), False),
        (a(ListKind.IN_HOSPITAL, date(2026, 8, 1), is_payee=True), KNOWN, False),
        (a(ListKind.IN_CUSTODY, date(2026, 5, 1), date(2026, 6, 1), is_payee=True), KNOWN, False),
        (a(ListKind.IN_CUSTODY, date(2026, 5, 1), date(2026, 7, 1), is_payee=True), KNOWN, True),
    ],
)
def test_a_list_is_asked_about_where_the_money_would_be_another(one: Listed, facts: Known, is_asked: bool) -> None:
    assert asks(one, facts) is is_asked


def test_a_name_alone_flags_and_never_holds() -> None:
    near = replace(DEAD, hit=HitKind.NEAR)
    assert list(list_holds((near,), KNOWN)) == []
    assert [one.code for one in list_flags((near,), KNOWN)] == ["subsidies.flag.listed_near"]
    confirmed = replace(near, state=HitState.CONFIRMED)
    assert [one.code for one in list_holds((confirmed,), KNOWN)] == ["subsidies.hold.listed"]


def test_a_death_after_the_quarter_is_pointed_out_and_stops_nothing() -> None:
    later = replace(DEAD, from_on=date(2026, 10, 5))
    assert list(list_holds((later,), KNOWN)) == []
    assert [one.code for one in list_flags((later,), KNOWN)] == ["subsidies.flag.listed_later"]


def test_two_lists_of_a_kind_are_one_reason_with_the_newest_date() -> None:
    [said] = list_holds((DEAD, replace(DEAD, as_of=date(2026, 10, 31))), KNOWN)
    assert str(said.args["as_of"]) == "2026-10-31"


def test_a_reason_names_no_day_of_anybody() -> None:
    [said] = list_holds((a(ListKind.IN_HOSPITAL, date(2026, 8, 1), date(2026, 8, 20)),), KNOWN)
    assert set(said.args) == {"source", "as_of", "who"}


def test_what_is_frozen_is_read_back_alike() -> None:
    assert Listed.from_json(DEAD.to_json()) == DEAD


@pytest.mark.parametrize(
    ("as_of", "cut_off", "standing"),
    [
        (None, date(2026, 10, 9), Standing.MISSING),
        (date(2026, 9, 15), date(2026, 10, 9), Standing.CURRENT),
        (date(2026, 9, 14), date(2026, 10, 9), Standing.STALE),
        (date(2026, 12, 1), date(2026, 12, 10), Standing.CURRENT),
    ],
)
def test_a_list_counts_until_fifteen_days_before_the_quarter_s_end_or_its_early_cut_off(
    as_of: date | None, cut_off: date, standing: Standing
) -> None:
    quarter = Quarter(2026, 4) if cut_off.month == 12 else Quarter(2026, 3)
    assert standing_of(as_of, quarter, cut_off) is standing

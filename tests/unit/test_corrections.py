"""What late facts make of a payment, as sums alone: whatever is learned in whatever order, the guardian ends up with what is due."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.core.money import Money
from app.subsidies.rules.corrections import Paid

NOTHING = Paid(Money(0), Money(0), Money(0), 0, {}, 0)
AMOUNTS = st.integers(0, 75000).map(Money)
# what becomes of a difference: a correction is paid or returned by the bank; a case is repaid, left open, or (unfounded) withdrawn
ENDS = st.tuples(AMOUNTS, st.booleans(), st.booleans())


@given(first=AMOUNTS, later=st.lists(ENDS, max_size=8))
def test_corrections_less_what_is_claimed_come_to_what_is_due(
    first: Money, later: list[tuple[Money, bool, bool]]
) -> None:
    before, open_claims = replace(NOTHING, paid=first), [Money(0)][:0]
    for due, is_repaid, is_returned in later:
        for claim in [one for one in open_claims if _without(before, one).too_much(due) != one]:  # no longer founded
            open_claims.remove(claim)
            before = replace(_without(before, claim), attempts=before.attempts + 1)
        if is_returned and before.missing(due):  # the bank sends the correction back; it is found once more
            before = replace(before, attempts=before.attempts + 1)
        before = replace(before, paid=before.paid + before.missing(due))
        if claim := before.too_much(due):
            before = replace(before, claimed=before.claimed + claim)
            if is_repaid:
                before = replace(before, came_back=before.came_back + claim)
            else:
                open_claims.append(claim)
        assert before.paid - before.claimed == due
        assert not before.too_much(due)
        assert before.kept >= due


def _without(before: Paid, claim: Money) -> Paid:
    return replace(before, claimed=before.claimed - claim)


@given(due=AMOUNTS, paid=AMOUNTS, attempts=st.integers(0, 3))
def test_the_same_facts_have_the_same_cause_and_an_attempt_in_vain_another(
    due: Money, paid: Money, attempts: int
) -> None:
    before = replace(NOTHING, paid=paid, attempts=attempts)
    assert before.cause(due) == Paid.from_json(before.to_json()).cause(due)
    assert before.cause(due) != replace(before, attempts=attempts + 1).cause(due)
    assert len(before.cause(due)) == 40

"""The agreement on paper: parties from the record as the role may read them, money from the county's policy. In Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.areas.queries import names_of, office_of, place_of
from app.areas.rules import town_of
from app.audit.prints import Print, mark_of
from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.crypto import Keyring, digest
from app.core.quarter import Quarter
from app.guardians.labels import RELATION_LABELS
from app.guardians.queries import GuardianCard
from app.guardians.rules import Rank, Relation
from app.subsidies.queries.runs import policy_for
from app.subsidies.rules.policy import RHYTHM_LABELS, PolicyTerms
from reports.forms.agreement import AgreementDocument, GuardianParty, render_agreement
from reports.forms.sheet import Imprint


@dataclass(frozen=True, slots=True)
class AgreementOnPaper:
    """What is printed of one agreement; an application's has no number and no day of signing yet."""

    subject: tuple[str, str]
    area_code: str
    patient_name: str
    number: str
    from_on: date
    to_on: date
    signed_on: date | None
    is_renewal: bool


def print_of_agreement(paper: AgreementOnPaper, actor: Actor, now: datetime) -> Print:
    said = digest("|".join((*paper.subject, paper.number, paper.from_on.isoformat(), paper.to_on.isoformat())))
    return Print("desk.agreement_printed", paper.subject, paper.area_code, said, actor.user_id, now)


def agreement_pdf(
    session: Session,
    keyring: Keyring,
    actor: Actor,
    paper: AgreementOnPaper,
    guards: Sequence[GuardianCard],
    now: datetime,
) -> bytes:
    """Filled in. What the role does not read (identity numbers, for most the telephone) is left to be written by hand."""
    mark = mark_of(keyring, print_of_agreement(paper, actor, now))
    first, second = _present(guards, Rank.FIRST), _present(guards, Rank.SECOND)
    terms = _terms(session, paper.area_code, paper.from_on)
    return render_agreement(
        AgreementDocument(
            imprint=_imprint(session, actor, now),
            town=_town(session, paper.area_code),
            number=paper.number,
            patient_name=paper.patient_name,
            village=names_of(session, [paper.area_code])[paper.area_code],
            first=_party(first),
            second=_party(second),
            from_on=paper.from_on,
            to_on=paper.to_on,
            signed_on=paper.signed_on,
            **_promised(terms),
            account_tail=_account(actor, first),
            is_renewal=paper.is_renewal,
            serial=mark.serial,
            code=mark.code,
        )
    )


def blank_agreement(session: Session, actor: Actor, today: date, now: datetime) -> bytes:
    """Nothing of a family on it: the town's and the policy's words only."""
    place = place_of(actor)
    terms = _terms(session, place, today)
    return render_agreement(
        AgreementDocument(
            imprint=_imprint(session, actor, now),
            town=_town(session, place),
            **_promised(terms),
        )
    )


def _promised(terms: PolicyTerms | None) -> dict[str, Any]:
    """What the county's policy says of money. Which level's sum a family gets stands on no paper that neighbours may see."""
    if terms is None or terms.annual is None:
        return {}
    sums = [terms.annual.fen, *(sum_.fen for _level, sum_ in terms.annual_by_level)]
    return {
        "annual_fen": min(sums),
        "most_fen": max(sums),
        "first_share": terms.first_share,
        "rhythm": RHYTHM_LABELS[terms.period],
        "policy_number": terms.document_number,
    }


def _terms(session: Session, area_code: str, on: date) -> PolicyTerms | None:
    policy = policy_for(session, f"{area_code[:6]}000000", Quarter.of(on))
    return PolicyTerms.from_json(policy.terms) if policy else None


def _imprint(session: Session, actor: Actor, now: datetime) -> Imprint:
    return Imprint(office_of(session, actor), actor.name, now)


def _town(session: Session, area_code: str) -> str:
    """Whose seal stands under it; a county's blank form leaves that open."""
    code = town_of(area_code)
    if code.endswith("000000"):
        return ""
    return names_of(session, [code])[code]


def _present(guards: Sequence[GuardianCard], rank: Rank) -> GuardianCard | None:
    return next((one for one in guards if one.is_present and one.rank is rank), None)


def _party(card: GuardianCard | None) -> GuardianParty:
    if card is None:
        return GuardianParty()
    standing = card.post if card.relation is Relation.OFFICER and card.post else RELATION_LABELS[card.relation]
    phone = card.phone.text if card.phone and not card.phone.is_masked else ""
    return GuardianParty(card.name, standing, phone)


def _account(actor: Actor, card: GuardianCard | None) -> str:
    shown = sees(actor, Field.PAYEE_ACCOUNT) is Grant.LAST_FOUR
    return card.account.last4 if shown and card and card.account else ""
